"""The configuration of the service under test: all feeds are ours, so nothing but its own work limits it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``interval`` is the politeness floor in seconds; ``processes`` of 0 is one for each core the service may use.

    ``concurrency`` is four times the default: with 16 requests in flight a thousand answers that take 100 ms each
    need 6.3 s of waiting, whatever the service does. ``captures`` is whether answers are kept as they came.
    """

    interval: int = 1
    processes: int = 0
    concurrency: int = 64
    port: int = 0
    captures: bool = True


def write(folder: Path, urls: Sequence[str], plan: Plan) -> Path:
    """Write both files into ``folder``; returns the host's file."""
    file = folder / "aggregator.toml"
    file.write_text(
        f"""[site]
title = "Benchmark"
url = "http://127.0.0.1:8000/"

[storage]
path = "data"
captures = {str(plan.captures).lower()}

[server]
port = {plan.port}

[polling]
concurrency = {plan.concurrency}
processes = {plan.processes}
min_interval = "{plan.interval}s"
host_spacing = "0s"
allow_addresses = ["127.0.0.0/8"]
""",
        encoding="utf-8",
    )
    feeds = "\n".join(f'[feed-{number:05d}]\nurl = "{url}"\ncategory = "bench"\n' for number, url in enumerate(urls))
    (folder / "feeds.toml").write_text(feeds, encoding="utf-8")
    return file
