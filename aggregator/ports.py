"""The holes in the wall: what the hall needs of the outside, as small Protocols. Doors implement them, fakes too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from aggregator.model import (
    Climate,
    Document,
    EntryFilter,
    EntryRow,
    Exchange,
    FeedId,
    FeedRow,
    FeedState,
    File,
    Founding,
    Gap,
    HeadQuery,
    Heads,
    HeldEntry,
    HubAnswer,
    Item,
    JournalRow,
    Month,
    PollLine,
    PollRecord,
    ReadContext,
    Request,
    RetryScope,
    Revision,
    Selection,
    Source,
    SourceCard,
    Subscription,
    Touched,
    Unreadable,
)
from aggregator.sparing import Hosts, Traces

T = TypeVar("T")


class Clock(Protocol):
    """The only place where time comes from."""

    def now(self) -> datetime:
        """The instant, aware and UTC."""
        ...


class Fetch(Protocol):
    """One exchange with a publisher, redirects and all; every failure is a value."""

    async def __call__(self, request: Request) -> Exchange:
        """Ask, follow at most five redirects, read the body within the limits."""
        ...


class Digest(Protocol):
    """Bytes to document: parse, normalise and fingerprint, bounded in time and memory."""

    async def __call__(self, body: bytes, context: ReadContext) -> Document | Unreadable:
        """Read one body; a body that hangs or explodes costs that body only."""
        ...


class Sources(Hosts, Protocol):
    """The feeds and when they are due. A claim is a lease: nobody else polls the feed before it ends."""

    def sync(self, sources: Sequence[Source], now: datetime) -> None:
        """Make the stored feeds equal the configured ones; a feed no longer configured is kept and marked removed."""
        ...

    def get(self, feed_id: FeedId) -> tuple[Source, FeedState]:
        """One feed. Raises `UnknownFeedError`."""
        ...

    def claim(
        self,
        now: datetime,
        limit: int,
        spacing: timedelta,
        only: Sequence[FeedId] | None = None,
        due_by: datetime | None = None,
    ) -> tuple[FeedId, ...]:
        """Lease at most ``limit`` due feeds, at most one a host, no host sooner than ``spacing`` after its last claim.

        With ``only``, those feeds count as due whatever their next poll and lease say (a person asked). Paused feeds
        are never claimed unless named. The lease lasts as long as the feed's ``min_interval``, so that even after a
        crash nothing is asked again too early (H-29). ``due_by`` (default ``now``) is the instant by which a feed must
        be due: a round that asks each feed once gives the instant it began.
        """
        ...

    def waiting(
        self, now: datetime, only: Sequence[FeedId] | None = None, due_by: datetime | None = None
    ) -> tuple[int, datetime | None]:
        """How many feeds `claim` would still give, hosts aside, and the earliest instant at which it gives one."""
        ...

    def spread(self, now: datetime, delays: dict[FeedId, timedelta]) -> int:
        """Move the next poll of overdue feeds to ``now`` plus their delay (H-71); returns how many."""
        ...


class Ledger(Protocol):
    """The one writer of the archive."""

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside is committed together or not at all; may be nested."""
        ...

    def heads(self, query: HeadQuery) -> Heads:
        """What is known of the entries of one document."""
        ...

    def record(self, record: PollRecord) -> None:
        """Write one poll and all that follows from it: entries, revisions, journal, state, lease (D-22, H-06)."""
        ...

    def release(self, feed_id: FeedId, now: datetime) -> int:
        """Announce everything that is held of a feed (P-15); returns how many entries."""
        ...


class Archive(Traces, Protocol):
    """What publishing reads. Safe to call from any thread."""

    def founding(self) -> Founding:
        """When and under which name the archive began."""
        ...

    def items(self, selection: Selection) -> tuple[Item, ...]:
        """The newest emitted items by ``pub_seq``, newest first."""
        ...

    def cards(self) -> tuple[SourceCard, ...]:
        """Every feed that is or was configured, by id."""
        ...

    def touched(self, after: int) -> Touched:
        """Which feeds and categories the journal changed after this sequence number."""
        ...


class Catalogue(Protocol):
    """What people look up: feeds, entries and all their versions. Safe to call from any thread."""

    def feeds(self) -> tuple[FeedRow, ...]:
        """Every feed with its state, by id."""
        ...

    def entries(self, wanted: EntryFilter) -> tuple[EntryRow, ...]:
        """Stored entries, newest effective date first."""
        ...

    def entry(self, name: str) -> EntryRow:
        """One entry by number or public id. Raises `UnknownEntryError`."""
        ...

    def revisions(self, name: str) -> tuple[Revision, ...]:
        """Every version of one entry, oldest first. Raises `UnknownEntryError`."""
        ...

    def journal(self, after: int, limit: int) -> tuple[JournalRow, ...]:
        """Journal rows in order."""
        ...

    def about(self, name: str) -> tuple[JournalRow, ...]:
        """Every journal row of one entry, in order. Raises `UnknownEntryError`."""
        ...

    def gaps(self, feed_id: FeedId) -> tuple[Gap, ...]:
        """Every gap of a feed, oldest first."""
        ...

    def months(self, feed_id: FeedId) -> tuple[Month, ...]:
        """How complete the archive of a feed is, by month, oldest first."""
        ...

    def held(self, feed_id: FeedId) -> tuple[HeldEntry, ...]:
        """Every entry of a feed that is or was held back, by number."""
        ...

    def polls(self, feed_id: FeedId, limit: int) -> tuple[PollLine, ...]:
        """The latest polls of a feed, newest first."""
        ...


class Output(Protocol):
    """Where published files go."""

    def write(self, files: Sequence[File]) -> tuple[str, ...]:
        """Write atomically those whose bytes differ, with compressed copies; returns the paths written."""
        ...

    def remove_except(self, folder: str, keep: Sequence[str]) -> tuple[str, ...]:
        """Remove the published feeds under ``folder`` that are not in ``keep`` (paths without ending)."""
        ...

    def published(self) -> tuple[int, str]:
        """The journal number published last, and the digest of what it was rendered with; (0, "") at first."""
        ...

    def remember(self, seq: int, rendering: str) -> None:
        """Note the same after a publish."""
        ...


class Writer(Protocol):
    """Runs a piece of work where writing is allowed: the one writer thread, which may share commits."""

    def __call__(self, work: Callable[[], T]) -> Awaitable[T]:
        """The result of ``work`` once it is committed."""
        ...


class Subscriptions(Protocol):
    """The subscriptions at hubs (H-81 to H-83). Any thread may read; `put` only where writing is allowed."""

    def get(self, token: str) -> Subscription | None:
        """The one whose callback ends in this token."""
        ...

    def of(self, feed_id: FeedId) -> tuple[Subscription, ...]:
        """Every one a feed ever had, oldest first."""
        ...

    def due(self, now: datetime, limit: int) -> tuple[Subscription, ...]:
        """Those with something to do, earliest first; also those that a clock set back since has planned."""
        ...

    def put(self, subscription: Subscription) -> None:
        """Add it, or replace the one with the same token. Raises `UnknownFeedError`."""
        ...

    def all(self) -> tuple[Subscription, ...]:
        """All of them, by feed, oldest first."""
        ...


class HubClient(Protocol):
    """One request to a hub; every failure is a value."""

    async def __call__(self, hub: str, form: Sequence[tuple[str, str]]) -> HubAnswer:
        """Post the form."""
        ...


class Push(Protocol):
    """What the callbacks of subscriptions need of the service (H-82, H-84). The web room sees nothing else of push."""

    async def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """The words to answer a hub's question with, ``None`` for 404."""
        ...

    def admit(self, token: str) -> int:
        """Whether content may come here, as a status: 202, 404 or 410. Asked before the body is read."""
        ...

    async def deliver(self, token: str, headers: Mapping[str, str], body: bytes) -> int:
        """Take content to be processed later; returns the status to answer with. ``headers`` by lower-case name."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Postroom:
    """What push adds to a poll where it is on: ``mint`` makes secrets of 256 random bits, fit for addresses; ``safe``
    tells whether an address is https, or the operator's own."""

    subscriptions: Subscriptions
    mint: Callable[[], str]
    safe: Callable[[str], bool]


def everybody_welcome(url: str) -> bool:
    """Knows of no robots.txt."""
    return not url


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a poll needs of the outside. ``climate`` gives what all feeds share now (A-06),
    ``unwelcome`` tells whether a robots.txt names us and closes an address (H-67)."""

    clock: Clock
    fetch: Fetch
    digest: Digest
    sources: Sources
    ledger: Ledger
    write: Writer
    push: Postroom | None = None
    climate: Callable[[], Climate] = Climate
    retry_scope: RetryScope = RetryScope.AUTO
    unwelcome: Callable[[str], bool] = everybody_welcome
