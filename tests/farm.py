"""The made-up publishers as a small world for tests: a configuration on them, and the real command on it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aggregator.model import Site
from aggregator.publish.folder import Folder
from aggregator.store.sqlite import open_store
from demo.configuration import free_port, write
from demo.server import Hand, Publishers
from tests.wholeness import assert_whole

ROOT = Path(__file__).parent.parent
START = datetime(2026, 6, 15, 8, 30, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class World:
    """Publishers whose clock stands until ``hand.elapsed`` is moved, and the configuration that polls them."""

    farm: Publishers
    hand: Hand
    config: Path
    site: str

    @property
    def data(self) -> Path:
        return self.config.parent / "data"

    @property
    def public(self) -> Path:
        return self.data / "public"

    def command(self, *args: str) -> list[str]:
        return [sys.executable, "-m", "aggregator", "--config", str(self.config), *args]

    def run(self, *args: str, status: int | None = 0) -> subprocess.CompletedProcess[str]:
        """One real command; asserts its exit status unless that is ``None``."""
        done = subprocess.run(self.command(*args), check=False, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert status is None or done.returncode == status, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        if {"poll", "publish", "backfill", "import"} & set(args):
            self.check_chain()
        return done

    def check_chain(self) -> None:
        """R-32: what is published is whole."""
        if not (self.public / "feed.atom").exists():
            return
        store = open_store(self.data / "archive.db", "x", START, lambda: "")
        try:
            seq = Folder(self.public).published()[0]
            assert_whole(store.chains, self.public, Site(url=self.site), seq)
        finally:
            store.close()

    def json(self, *args: str, status: int | None = 0) -> Any:
        return json.loads(self.run(*args, "--json", status=status).stdout)


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """The world at its beginning, on loopback."""
    hand = Hand(start=START)
    with Publishers(start=START, clock=hand) as farm:
        written = write(folder, farm.publishers, farm.urls, free_port(0))
        yield World(farm=farm, hand=hand, config=written.file, site=written.site)
