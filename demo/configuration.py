"""The two configuration files of the demo: the made-up publishers are ours, so they may be asked every few seconds."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.publishers import Publisher

PORT = 8000
MIN_INTERVAL, MAX_INTERVAL = 2, 4
"""Seconds between polls of one publisher, and the longest pause after failures."""
_FULL = frozenset({"council", "councillor", "parish", "community"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written: the host's file, and where the service will answer (with a final slash)."""

    file: Path
    site: str


def write(folder: Path, publishers: Sequence[Publisher], urls: dict[str, str], port: int) -> Written:
    """Write ``aggregator.toml`` and ``feeds.toml`` into ``folder``. Raises `OSError`."""
    site = f"http://127.0.0.1:{port}/"
    folder.mkdir(parents=True, exist_ok=True)
    hosts = [url.split("/")[2] for url in urls.values()]
    file = folder / "aggregator.toml"
    file.write_text(_host(site, port, hosts), encoding="utf-8")
    feeds = "\n".join(_feed(publisher, urls[publisher.id]) for publisher in publishers)
    (folder / "feeds.toml").write_text(feeds, encoding="utf-8")
    return Written(file=file, site=site)


def free_port(preferred: int = PORT) -> int:
    """The preferred port if nobody listens on it, else any free one."""
    for port in (preferred, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            number: int = probe.getsockname()[1]
            return number
    raise OSError("no free port on 127.0.0.1")


def _host(site: str, port: int, hosts: Sequence[str]) -> str:
    return f"""# Written by the demo. A quick clock is allowed only because these addresses are declared as our own.
[site]
title = "Knowsmere news"
url = {_text(site)}

[storage]
path = "data"

[server]
port = {port}

[polling]
min_interval = "{MIN_INTERVAL}s"
max_interval = "{MAX_INTERVAL}s"
host_spacing = "1s"
processes = 1
allow_addresses = [{", ".join(_text(host) for host in hosts)}]
"""


def _feed(publisher: Publisher, url: str) -> str:
    republish = "full" if publisher.category in _FULL else "summary"
    return f"""[{publisher.id}]
url = {_text(url)}
title = {_text(publisher.title)}
category = {_text(publisher.category)}
republish = "{republish}"
"""


def _text(value: str) -> str:
    """A basic string of TOML; JSON's escapes are among TOML's."""
    return json.dumps(value, ensure_ascii=False)
