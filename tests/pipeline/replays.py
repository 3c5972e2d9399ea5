"""An archive with captures on disk, and its replay, without processes or a network."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from aggregator.captures.folder import WarcFolder
from aggregator.captures.reader import CaptureReader
from aggregator.model import Delivery, FeedId, RetryScope
from aggregator.model.replay import Replayed
from aggregator.parse.digest import InlineDigest
from aggregator.pipeline.receive import receive
from aggregator.pipeline.replay import Ahead, Replay, compare
from aggregator.ports import Ports
from aggregator.reading import read_document
from aggregator.reading_saved import read_saved
from aggregator.store.sqlite import InlineWriter, SqlitePast, SqliteStore, open_store
from tests.pipeline.fakes import HandClock, ScriptedFetch, unreachable
from tests.pipeline.test_replay import Home

AGENT = "Aggregator/0 (+https://news.example/bot; 1 subscribers)"


@contextmanager
def kept_home(folder: Path) -> Iterator[Home]:
    """A home whose answers are kept under its folder."""
    folder.mkdir(parents=True)
    place = Home(folder)
    captures = WarcFolder(folder / "captures", 10**9, AGENT, place.store.holdings.last)
    place.ports = replace(place.ports, captures=captures, write=InlineWriter(place.store, before_commit=captures.flush))
    try:
        yield place
    finally:
        captures.close()
        place.store.close()


def push(place: Home, feed: str, body: bytes, kind: str | None = "application/rss+xml") -> None:
    """A hub brings this now."""
    topic = f"https://{feed}.example/feed"
    delivery = Delivery(feed_id=FeedId(feed), topic=topic, body=body, content_type=kind, at=place.clock.at)
    asyncio.run(receive(delivery, place.ports))


def replayed(place: Home, into: Path, since: datetime | None = None, room: int = 3) -> Replayed:
    """Everything again into an empty archive in this folder."""
    return replay_into(place.file, into, since, room)


def replay_into(file: Path, into: Path, since: datetime | None = None, room: int = 3) -> Replayed:
    """The archive in this file, whose captures lie beside it, again into an empty one."""
    into.mkdir()
    with closing(SqlitePast(file)) as past, closing(empty(into / "archive.db", past)) as store:
        clock = HandClock()
        ahead = Ahead(InlineDigest(read_document))
        ports = Ports(
            clock=clock,
            fetch=ScriptedFetch(clock, lambda request: unreachable(request, clock)),
            digest=ahead,
            sources=store.sources,
            ledger=store.ledger,
            write=InlineWriter(store),
            retry_scope=RetryScope.FEED,
        )
        replay = Replay(
            past=past,
            captures=CaptureReader(file.parent / "captures"),
            ports=ports,
            ahead=ahead,
            saved=InlineDigest(read_saved),
            agent=AGENT,
            room=room,
        )
        done: list[int] = []
        asyncio.run(replay.run(done.append))
        assert sum(done) >= replay.polls
        with closing(SqlitePast(into / "archive.db")) as today:
            return compare(replay, today, since)


def empty(file: Path, past: SqlitePast) -> SqliteStore:
    """A new archive that gives feeds the names they had."""
    founding = past.founding()
    given = {feed.feed_id: (feed.uuid, feed.tag) for feed in past.feeds()}
    return open_store(file, founding.authority, founding.at, lambda: "nobody new", given)
