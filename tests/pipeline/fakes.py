"""Fakes of the ports for the hall: a scripted publisher, a clock by hand, the archive in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from aggregator.errors import StoreError
from aggregator.model import Exchange, FailureKind, FeedId, Request, Response, Source, Unreachable
from aggregator.parse.digest import InlineDigest
from aggregator.ports import Ports
from aggregator.reading import read_document
from aggregator.store.memory import MemoryStore
from aggregator.store.sqlite import InlineWriter, SqliteStore, open_store

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
FEED = FeedId("knowsmere")
URL = "https://knowsmere.example/feed/"


@dataclass(slots=True)
class HandClock:
    """A clock that stands until it is moved."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class ScriptedFetch:
    """Answers with whatever ``script`` makes of each request; keeps the requests."""

    clock: HandClock
    script: Callable[[Request], Exchange]
    requests: list[Request] = field(default_factory=list)

    async def __call__(self, request: Request) -> Exchange:
        self.requests.append(request)
        return self.script(request)


@dataclass(slots=True)
class Home:
    """A whole home for `poll` in memory."""

    clock: HandClock
    fetch: ScriptedFetch
    store: MemoryStore | SqliteStore
    ports: Ports

    def later(self, **delta: float) -> None:
        self.clock.at += timedelta(**delta)


def home(*sources: Source, script: Callable[[Request], Exchange] | None = None, path: Path | None = None) -> Home:
    """A home that knows these feeds (by default one); its archive is in memory, or at ``path``."""
    clock, numbers = HandClock(), count(1)
    store: MemoryStore | SqliteStore
    if path is None:
        store = MemoryStore("news.example", NOW, lambda: f"uuid-{next(numbers)}")
    else:
        store = open_store(path, "news.example", NOW, lambda: f"uuid-{next(numbers)}")
    fetch = ScriptedFetch(clock, script or (lambda request: unreachable(request, clock)))
    ports = Ports(
        clock=clock,
        fetch=fetch,
        digest=InlineDigest(read_document),
        sources=store.sources,
        ledger=store.ledger,
        write=InlineWriter(store),
        takedowns=store.takedowns,
    )
    store.sources.sync(sources or (Source(id=FEED, url=URL),), NOW)
    return Home(clock, fetch, store, ports)


def answer(
    request: Request, clock: HandClock, body: bytes = b"", status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A response to the address asked; conditional headers count as sent when the request holds validators."""
    return Response(
        url=request.url,
        status=status,
        headers=tuple((headers or {"content-type": "application/rss+xml"}).items()),
        body=body,
        started_at=clock.at,
        finished_at=clock.at + timedelta(seconds=1),
        wire_bytes=len(body),
        sent=request.sent,
    )


def unreachable(request: Request, clock: HandClock) -> Unreachable:
    """Nobody there."""
    return Unreachable(
        url=request.url,
        kind=FailureKind.CONNECT,
        detail="nobody answers",
        started_at=clock.at,
        finished_at=clock.at + timedelta(seconds=1),
    )


def rss(*items: str, title: str = "Knowsmere Council") -> bytes:
    """A small feed."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{title}</title>'
        f"<link>https://knowsmere.example/</link><description>News</description>{''.join(items)}</channel></rss>"
    ).encode()


WORDS = (
    "Residents of Knowsmere are asked to put out brown bins on Thursday morning because the crews start early, "
    "and to keep the lids closed so that nothing blows across the pavement."
)


def item(number: int, text: str = WORDS, date: str = "Mon, 15 Jun 2026 09:00:00 +0100") -> str:
    """One item; without a text its description is empty."""
    words = f"{text} Notice number {number}." if text else ""
    return (
        f"<item><title>Notice {number} about bins</title><link>https://knowsmere.example/{number}/</link>"
        f'<guid isPermaLink="false">notice-{number}</guid><pubDate>{date}</pubDate>'
        f"<description>{words}</description></item>"
    )


class FullDiskLedger:
    """A ledger whose disk is full."""

    def __init__(self, real: object) -> None:
        self._real = real

    def __getattr__(self, name: str) -> object:
        if name == "record":
            raise StoreError("the disk is full")
        return getattr(self._real, name)
