"""Other programs on the same feeds, where they are installed: what they took stands in the table beside ours.

Each polls every feed once in each scenario, on a store of its own; none is configured against its nature.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.farmhouse import Farmhouse
from bench.measure import BenchError, run
from bench.scenarios import LIMIT, SCENARIOS, Scenario, Tell


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerResult:
    """One scenario of one program. Times in seconds, ``peak`` in bytes; ``entries`` stored afterwards."""

    peer: str
    scenario: str
    wall: float
    cpu: float
    peak: int
    entries: int


class Peer(Protocol):
    """A program that can be asked to poll once."""

    @property
    def name(self) -> str:
        """As the table calls it."""
        ...

    def installed(self) -> bool:
        """Whether it can be run here."""
        ...

    def prepare(self, folder: Path, urls: Sequence[str]) -> None:
        """An empty store that is subscribed to all feeds."""
        ...

    def command(self, folder: Path) -> list[str]:
        """One poll of all of them."""
        ...

    def entries(self, folder: Path) -> int:
        """How many entries are stored."""
        ...


class Naive:
    """The script of `bench.naive`."""

    name = "first draft"

    def installed(self) -> bool:
        """It needs what the service needs."""
        return True

    def prepare(self, folder: Path, urls: Sequence[str]) -> None:
        """A list of addresses."""
        (folder / "urls").write_text("\n".join(urls), encoding="utf-8")

    def command(self, folder: Path) -> list[str]:
        """With this interpreter."""
        return [sys.executable, "-m", "bench.naive", str(folder / "urls"), str(folder / "naive.db")]

    def entries(self, folder: Path) -> int:
        """Rows of its table."""
        return count(folder / "naive.db", "SELECT count(*) FROM entries")


class Newsboat:
    """newsboat (C++ and Rust)."""

    name = "newsboat"

    def installed(self) -> bool:
        """On the path."""
        return shutil.which("newsboat") is not None

    def prepare(self, folder: Path, urls: Sequence[str]) -> None:
        """Its list and its settings: as many threads as we have requests at once, nothing thrown away."""
        (folder / "urls").write_text("\n".join(urls) + "\n", encoding="utf-8")
        (folder / "config").write_text("reload-threads 16\nmax-items 0\ncleanup-on-quit no\n", encoding="utf-8")

    def command(self, folder: Path) -> list[str]:
        """Reload and end."""
        files = ["-u", str(folder / "urls"), "-c", str(folder / "cache.db"), "-C", str(folder / "config")]
        return ["newsboat", *files, "-x", "reload"]

    def entries(self, folder: Path) -> int:
        """Rows of its cache; it drops ids that stand twice."""
        return count(folder / "cache.db", "SELECT count(*) FROM rss_item")


class Sfeed:
    """sfeed (C and shell): a process for each feed, a text file for each."""

    name = "sfeed"

    def installed(self) -> bool:
        """On the path, with curl, which it fetches with."""
        return shutil.which("sfeed_update") is not None and shutil.which("curl") is not None

    def prepare(self, folder: Path, urls: Sequence[str]) -> None:
        """Its list is a shell script, here with conditional requests as its documentation shows them."""
        feeds = "\n".join(f"feed 'feed{number:05}' '{url}'" for number, url in enumerate(urls))
        tags = folder / "etags"
        tags.mkdir()
        fetch = (
            'fetch() {\n  name="$(printf "%s" "$1" | tr "/" "_")"\n'
            f'  curl -s -L --max-redirs 0 -m 30 --compressed --etag-save "{tags}/$name.new" '
            f'--etag-compare "{tags}/$name" "$2" && mv -f "{tags}/$name.new" "{tags}/$name"\n}}\n'
        )
        text = f'sfeedpath="{folder}/feeds"\nmaxjobs=16\n{fetch}feeds() {{\n{feeds}\n}}\n'
        (folder / "sfeedrc").write_text(text, encoding="utf-8")

    def command(self, folder: Path) -> list[str]:
        """Its update script."""
        return ["sfeed_update", str(folder / "sfeedrc")]

    def entries(self, folder: Path) -> int:
        """Lines of its files."""
        return sum(file.read_bytes().count(b"\n") for file in (folder / "feeds").glob("*"))


PEERS: tuple[Peer, ...] = (Naive(), Newsboat(), Sfeed())


def count(database: Path, statement: str) -> int:
    """One number from a database that somebody else wrote."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
        found: int = opened.execute(statement).fetchone()[0]
    return found


def compare(house: Farmhouse, folder: Path, wanted: Sequence[str], tell: Tell) -> Iterator[PeerResult]:
    """Every installed peer through the wanted scenarios; the first is always run, since the others need its store."""
    for peer in PEERS:
        if not peer.installed():
            tell(f"{peer.name}: not installed here, left out")
            continue
        place = folder / peer.name.replace(" ", "-")
        place.mkdir()
        peer.prepare(place, house.urls)
        for scenario in SCENARIOS:
            if scenario.name in wanted or scenario.name == "cold":
                tell(f"{peer.name}: {scenario.name}, {scenario.text}")
                result = _polled(peer, place, scenario, house)
                if scenario.name in wanted:
                    yield result


def _polled(peer: Peer, place: Path, scenario: Scenario, house: Farmhouse) -> PeerResult:
    house.behave(scenario.mode, scenario.generation)
    cost = run(peer.command(place), place, LIMIT)
    answers = sum(number for status, number in house.counts().items() if status != "bytes")
    if answers < house.farm.feeds:
        raise BenchError(f"{peer.name} asked for {answers} of {house.farm.feeds} feeds in {scenario.name}")
    return PeerResult(
        peer=peer.name,
        scenario=scenario.name,
        wall=cost.wall,
        cpu=cost.cpu,
        peak=cost.peak,
        entries=peer.entries(place),
    )
