"""The holes in the wall: what the hall needs of the outside, as small Protocols. Doors implement them, fakes too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from aggregator.model import (
    Document,
    EntryFilter,
    EntryRow,
    Exchange,
    FeedId,
    FeedRow,
    FeedState,
    File,
    Founding,
    HeadQuery,
    Heads,
    Item,
    JournalRow,
    PollRecord,
    ReadContext,
    Request,
    Revision,
    Selection,
    Source,
    SourceCard,
    Touched,
    Unreadable,
)

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


class Sources(Protocol):
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


class Archive(Protocol):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a poll needs of the outside."""

    clock: Clock
    fetch: Fetch
    digest: Digest
    sources: Sources
    ledger: Ledger
    write: Writer
