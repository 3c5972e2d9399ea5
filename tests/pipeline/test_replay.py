"""Replaying what publishers said gives the same archive again, on the real store (D-22)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from aggregator.model import FeedId, Request, Response, Source
from aggregator.parse.digest import InlineDigest
from aggregator.pipeline.poll import poll
from aggregator.ports import Ports
from aggregator.reading import read_document
from aggregator.store.sqlite import InlineWriter, open_store
from demo.publishers import PUBLISHERS, Ask, Place
from tests.pipeline.fakes import HandClock, ScriptedFetch
from tests.store.conftest import checked

START = datetime(2026, 6, 15, 8, 30, tzinfo=UTC)
STEPS = (0.0, 7.0, 14.0, 18.0, 23.0, 25.0, 34.0, 40.0)
"""Moments of the made-up publishers' story: new entries, copies, an edit, a changed guid, an outage and its end."""
TABLES = {
    "entries": "SELECT * FROM entries ORDER BY id",
    "revisions": "SELECT * FROM revisions ORDER BY entry_id, number",
    "journal": "SELECT * FROM journal ORDER BY seq",
    "identities": "SELECT * FROM identities ORDER BY feed_id, key",
}


class Home:
    """The real store in a folder, polled with scripted answers under a clock by hand."""

    def __init__(self, folder: Path) -> None:
        numbers = count(1)
        self.file = folder / "archive.db"
        self.store = open_store(self.file, "news.example", START, lambda: f"uuid-{next(numbers)}")
        self.clock = HandClock(START)
        self.ports = Ports(
            clock=self.clock,
            fetch=ScriptedFetch(self.clock, self.answer),
            digest=InlineDigest(read_document),
            sources=self.store.sources,
            ledger=self.store.ledger,
            write=InlineWriter(self.store),
        )
        self.elapsed = 0.0
        feeds = [Source(id=FeedId(one.id), url=f"https://{one.id}.example{one.feed}") for one in PUBLISHERS]
        self.store.sources.sync(feeds, START)

    def answer(self, request: Request) -> Response:
        """What the publisher of this address says now, as the real server would send it."""
        host = request.url.split("/")[2]
        publisher = next(one for one in PUBLISHERS if f"{one.id}.example" == host)
        place = Place(base=f"https://{host}", start=START)
        told = publisher.render(Ask(path=publisher.feed, elapsed=self.elapsed), place)
        if told.status == 301:
            target = (told.header("location") or "").removeprefix(place.base)
            told = publisher.render(Ask(path=target, elapsed=self.elapsed), place)
        return Response(
            url=request.url,
            status=told.status,
            headers=tuple((name.lower(), value) for name, value in told.headers),
            body=told.body,
            started_at=self.clock.at,
            finished_at=self.clock.at + timedelta(seconds=1),
        )

    async def step(self, elapsed: float) -> None:
        """Every feed polled once at this moment of the story."""
        self.elapsed = elapsed
        self.clock.at = START + timedelta(hours=elapsed)
        for publisher in PUBLISHERS:
            await poll(FeedId(publisher.id), self.ports, "Aggregator/0 (+https://news.example/bot; 1 subscribers)")

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Everything archived."""
        with sqlite3.connect(f"file:{self.file}?mode=ro", uri=True) as reader:
            return {name: reader.execute(query).fetchall() for name, query in TABLES.items()}

    def without_sightings(self) -> dict[str, list[tuple[object, ...]]]:
        """The same without when an entry was last seen."""
        with sqlite3.connect(f"file:{self.file}?mode=ro", uri=True) as reader:
            names = [row[1] for row in reader.execute("PRAGMA table_info(entries)") if not row[1].startswith("last_")]
            entries = reader.execute(f"SELECT {', '.join(names)} FROM entries ORDER BY id").fetchall()
        return self.rows() | {"entries": entries}


@contextmanager
def home(folder: Path) -> Iterator[Home]:
    folder.mkdir()
    place = Home(folder)
    try:
        yield place
    finally:
        place.store.close()


async def test_replay_into_an_empty_database_gives_equal_rows(tmp_path: Path) -> None:
    """D-22: the same bodies in the same order give the same entries, revisions and hash chain, to the last column."""
    with home(tmp_path / "a") as first, home(tmp_path / "b") as second:
        for place in (first, second):
            for elapsed in STEPS:
                await place.step(elapsed)
        rows = first.rows()
        assert rows == second.rows()
        assert len(rows["entries"]) > 30
        assert len(rows["revisions"]) > len(rows["entries"]), "the story has edits"


async def test_the_same_bodies_again_change_nothing_but_last_seen(tmp_path: Path) -> None:
    """D-22: replaying any body again changes nothing but last_seen.

    One feed's identity mode has changed with the last body (P-16); its entries get their new keys the next time.
    """
    with home(tmp_path / "a") as place:
        for elapsed in STEPS:
            await place.step(elapsed)
        forget_bodies(place)
        await place.step(STEPS[-1])
        before = place.without_sightings()
        await place.step(STEPS[-1])
        after = place.without_sightings()
        for name, rows in before.items():
            assert after[name] == rows, name


def forget_bodies(place: Home) -> None:
    """Let equal bytes be read again rather than be skipped."""
    real: Callable[[FeedId], tuple[Source, object]] = place.store.sources.get

    class Forgetful:
        def __getattr__(self, name: str) -> object:
            return getattr(place.store.sources, name)

        def get(self, feed_id: FeedId) -> tuple[Source, object]:
            source, state = real(feed_id)
            return source, replace(state, body_hash=None)  # type: ignore[type-var]

    place.ports = replace(place.ports, sources=Forgetful())  # type: ignore[arg-type]


async def test_the_chain_of_the_journal_holds(tmp_path: Path) -> None:
    """The journal is hash-chained from its first row on, proves all that is stored, and a changed row is found."""
    from aggregator.store.chain import first_broken

    with home(tmp_path / "a") as place:
        for elapsed in STEPS:
            await place.step(elapsed)
        assert checked(place.store).flaws == ()
        rows = place.store.catalogue.journal(0, 100_000)
        assert rows[0].seq == 1
        assert first_broken(rows) is None
        changed = [*rows[:5], replace(rows[5], payload=rows[5].payload.replace("{", "{ ", 1)), *rows[6:]]
        assert first_broken(changed) == rows[5].seq
        assert first_broken([*rows[:5], *rows[6:]]) is not None
