"""A configuration that polls a publisher on loopback, and the real command on it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parent.parent.parent
FEED = "mossgate"


@dataclass(kw_only=True)
class Home:
    """Where everything lies: the configuration and its archive."""

    config: Path

    @property
    def data(self) -> Path:
        return self.config.parent / "data"

    def command(self, *args: str) -> list[str]:
        return [sys.executable, "-m", "aggregator", "--config", str(self.config), *args]

    def run(self, *args: str, status: int | None = 0) -> subprocess.CompletedProcess[str]:
        """One real command; asserts its exit status unless that is ``None``."""
        done = subprocess.run(self.command(*args), check=False, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert status is None or done.returncode == status, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *args: str, status: int | None = 0) -> Any:
        return json.loads(self.run(*args, "--json", status=status).stdout)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(f"file:{self.data / 'archive.db'}?mode=ro", uri=True) as reader:
            return reader.execute(sql).fetchall()

    def announced(self) -> list[str]:
        """The titles in the published combined feed."""
        feed = json.loads((self.data / "public" / "feed.json").read_text(encoding="utf-8"))
        return [item["title"] for item in feed["items"]]


def home(
    folder: Path, feed: str, *, site: str = "", web_archive: str = "", spacing: str = "0s", min_interval: str = "1s"
) -> Home:
    """Write both configuration files for one feed at this address; its server counts as our own."""
    folder.mkdir(parents=True, exist_ok=True)
    hosts = sorted({urlsplit(url).netloc for url in (feed, web_archive) if url})
    allowed = ", ".join(f'"{host}"' for host in hosts)
    config = folder / "aggregator.toml"
    config.write_text(
        f"""[site]
url = "http://127.0.0.1:8000/"
[storage]
path = "data"
[server]
port = 0
[polling]
min_interval = "{min_interval}"
host_spacing = "0s"
processes = 1
allow_addresses = [{allowed}]
[backfill]
web_archive = "{web_archive}"
spacing = "{spacing}"
""",
        encoding="utf-8",
    )
    page = f'site = "{site}"\n' if site else ""
    (folder / "feeds.toml").write_text(f'[{FEED}]\nurl = "{feed}"\nrepublish = "full"\n{page}', encoding="utf-8")
    return Home(config=config)
