"""Settings to running parts: with `opening` the only file that names databases, clients and the clock."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator.captures.folder import WarcFolder
from aggregator.fetch.addresses import AddressRules
from aggregator.fetch.client import HttpFetch
from aggregator.fetch.first import FirstAnswers
from aggregator.fetch.hub import HttpHub
from aggregator.fetch.limits import Limits
from aggregator.fetch.policy import user_agent
from aggregator.fetch.transport import PORTS
from aggregator.model import Document, FeedStatus, ReadContext
from aggregator.opening import (
    SystemClock,
    open_archive,
    open_output,
)
from aggregator.parse.digest import ProcessDigest
from aggregator.pipeline.gate import RobotsGate
from aggregator.pipeline.pace import Pace, Rules
from aggregator.pipeline.weather import Weather
from aggregator.ports import Captures, Digest, Fetch, Holdings, Ports, Postroom, Subscriptions, Writer
from aggregator.publish.folder import Folder
from aggregator.reading import read_document
from aggregator.settings import Settings
from aggregator.store.sqlite import GroupWriter, SqliteStore
from aggregator.version import __version__

if TYPE_CHECKING:
    from aggregator.pipeline.backfill import Desk

OUT = (FeedStatus.PAUSED, FeedStatus.REMOVED)
"""Feeds that are not polled by themselves have no share in the budget."""
CAPTURES = "captures"
DECODED = 3
"""A body may grow to this many times ``max_body`` when decoded (H-64)."""
SECRET_BYTES = 32
"""Tokens and secrets of subscriptions have 256 random bits (H-81)."""
LEAST_DISTANCE = timedelta(seconds=30)
"""Between two requests for the past to one host (B-02)."""
PARSE_MEMORY = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that runs, made from one `Settings`."""

    settings: Settings
    ports: Ports
    store: SqliteStore
    output: Folder
    agent: str
    hub: HttpHub
    weather: Weather
    gate: RobotsGate

    async def turn_climate(self) -> None:
        """Turn the knob of the schedule by what was asked in the last 24 hours (A-06)."""
        now = self.ports.clock.now()
        if self.weather.rests(now):
            return
        rows = await asyncio.to_thread(self.store.catalogue.feeds)
        polled = tuple(row.state for row in rows if row.state.status not in OUT)
        await self.ports.write(lambda: self.weather.turn(polled, now))


def open_captures(settings: Settings, holdings: Holdings) -> WarcFolder:
    """The folder of captures, to be appended to. Nothing is touched before the first one."""
    storage = settings.storage
    return WarcFolder(storage.path / CAPTURES, storage.captures_max_file, agent_of(settings), holdings.last)


def agent_of(settings: Settings) -> str:
    """The honest User-Agent of this installation (H-60)."""
    contact = settings.site.contact or f"{settings.site.url}about-our-bot"
    return user_agent(__version__, contact, 1)


def mailbox_of(settings: Settings) -> str:
    """The contact where it is a mailbox: it then stands as From in the requests as well (H-61)."""
    contact = settings.site.contact.removeprefix("mailto:")
    return "" if "/" in contact or "@" not in contact else contact


def make_fetch(settings: Settings) -> HttpFetch:
    """The HTTP client with the limits and the address rules of these settings."""
    polling = settings.polling
    limits = Limits(
        total_timeout=polling.total_timeout.total_seconds(),
        max_wire=polling.max_body,
        max_decoded=DECODED * polling.max_body,
    )
    return HttpFetch(limits, AddressRules.parse(polling.allow_addresses), SystemClock())


def make_writer(
    settings: Settings, store: SqliteStore, *, saved: bool = False
) -> tuple[GroupWriter, WarcFolder | None]:
    """The writer, which makes captures safe before each commit, and their folder where they are on; originals of
    ``saved`` documents are kept whatever the settings say of a publisher's answers."""
    if not (settings.storage.captures or saved):
        return GroupWriter(store), None
    captures = open_captures(settings, store.holdings)
    return GroupWriter(store, before_commit=captures.flush), captures


def make_digest(settings: Settings, processes: int | None, *, saved: bool = False) -> ProcessDigest:
    """The parsing processes: so many, or as many as the settings say; for ``saved`` documents rather than for feeds."""
    polling = settings.polling
    count = polling.processes if processes is None else processes
    read = _read_saved() if saved else read_document
    return ProcessDigest(read, count, polling.total_timeout, PARSE_MEMORY)


def _read_saved() -> Callable[[bytes, ReadContext], Document]:
    """How saved pages are read; loaded where some are (see `make_desk`)."""
    from aggregator.reading_saved import read_saved

    return read_saved


def make_postroom(settings: Settings, subscriptions: Subscriptions) -> Postroom | None:
    """What push needs, where it is on (H-81)."""
    if not settings.push.enabled:
        return None
    rules = AddressRules.parse(settings.polling.allow_addresses)
    return Postroom(
        subscriptions=subscriptions,
        mint=lambda: secrets.token_urlsafe(SECRET_BYTES),
        safe=lambda url: _is_safe(url, rules),
    )


def _is_safe(url: str, rules: AddressRules) -> bool:
    """Whether nobody on the way can read or forge: https, or an address that the operator has declared as their own."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return False
    return parts.scheme == "https" or rules.own(parts.hostname or "", port)


def make_desk(parts: Parts, *, live: bool) -> Desk:
    """What backfilling needs. ``live`` is whether feeds are polled meanwhile, which then go first (B-02)."""
    # Loaded where the past is asked for: a poll of a thousand feeds that finds nothing new is mostly loading.
    from aggregator.pipeline.backfill import Desk

    settings = parts.settings
    rules = AddressRules.parse(settings.polling.allow_addresses)
    pace = Rules(
        spacing=lambda url: _distance(settings.backfill.spacing, url, rules),
        daily=settings.backfill.daily,
        live=live,
        host_spacing=settings.polling.host_spacing,
    )
    return Desk(
        ports=parts.ports,
        jobs=parts.store.backfills,
        gate=parts.gate,
        pace=Pace(parts.store.sources, pace),
        agent=parts.agent,
        web_archive=settings.backfill.web_archive,
    )


def _distance(wanted: timedelta, url: str, rules: AddressRules) -> timedelta:
    """The distance of two requests to this address: only the operator's own servers may be asked more often."""
    parts = urlsplit(url)
    own = rules.own(parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0))
    return wanted if own else max(wanted, LEAST_DISTANCE)


def callback_base(settings: Settings) -> str:
    """The public address that the tokens of callbacks are put behind."""
    return f"{settings.site.url}push/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """The doors of a poll that are opened and closed with it."""

    fetch: Fetch
    digest: Digest
    write: Writer
    captures: Captures | None


def make_ports(settings: Settings, store: SqliteStore, outside: Outside, weather: Weather, gate: RobotsGate) -> Ports:
    """Everything a poll needs of the outside."""
    return Ports(
        clock=SystemClock(),
        fetch=outside.fetch,
        digest=outside.digest,
        sources=store.sources,
        ledger=store.ledger,
        write=outside.write,
        push=make_postroom(settings, store.subscriptions),
        climate=weather,
        retry_scope=settings.polling.retry_after_scope,
        unwelcome=gate.unwelcome,
        captures=outside.captures,
        mailbox=mailbox_of(settings),
        memory=store.memory,
        takedowns=store.takedowns,
    )


@asynccontextmanager
async def running(settings: Settings, processes: int | None = None, *, saved: bool = False) -> AsyncIterator[Parts]:
    """Open everything, hand it over, close everything in the right order: no new work, then the store.

    ``processes`` overrides the number of parsing processes, which read ``saved`` documents where that is set.
    """
    store = open_archive(settings)
    fetch = make_fetch(settings)
    hub = HttpHub(agent_of(settings), AddressRules.parse(settings.polling.allow_addresses), SystemClock())
    digest = make_digest(settings, processes, saved=saved)
    writer, captures = make_writer(settings, store, saved=saved)
    weather = Weather(store.sources)
    gate = RobotsGate(fetch, SystemClock(), agent_of(settings), store.sources.recall, store.sources.remember)
    first = FirstAnswers(settings.storage.path, fetch, SystemClock())
    outside = Outside(fetch=first, digest=digest, write=writer, captures=captures)
    ports = make_ports(settings, store, outside, weather, gate)
    try:
        yield Parts(
            settings=settings,
            ports=ports,
            store=store,
            output=open_output(settings),
            agent=agent_of(settings),
            hub=hub,
            weather=weather,
            gate=gate,
        )
    finally:
        await fetch.aclose()
        await hub.aclose()
        await digest.aclose()
        await writer.aclose()
        if captures is not None:
            captures.close()
        store.close()
