"""What is stored, as nouns of this room, and the tables that recording writes to. Both stores keep exactly these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from aggregator.model import (
    Alias,
    CaptureRow,
    ContentHash,
    Entry,
    EntryId,
    FeedId,
    FeedState,
    Fingerprint,
    JournalRow,
    Key,
    Outcome,
    PollRecord,
    Precision,
    Provenance,
    PublicId,
    PublishEvent,
    RevisionHash,
    Source,
)
from aggregator.store.absences import AbsenceTable
from aggregator.store.pending import PendingTable

if TYPE_CHECKING:
    from aggregator.store.sealed import ChainTables
    from aggregator.store.shelving import ShelfTables
from aggregator.store.watch_tables import WatchTables


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFeed:
    """One feed: its configuration, its state and its lease. ``entries`` counts them, ``updated_at`` is their latest
    change. Instants are aware and UTC."""

    source: Source
    state: FeedState
    removed: bool = False
    lease_until: datetime | None = None
    last_request_at: datetime | None = None
    entries: int = 0
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """One entry without its words, which are in its revisions.

    ``title`` and ``url`` are those shown (revision ``displayed``); ``link``, ``language`` and the hashes those of the
    newest revision ``current``. ``key`` is the newest of its keys. ``pub_seq`` is ``None`` until it is published;
    ``announced`` is false while its latest publish event is one that nobody is to be told of (R-35).
    ``versions`` counts its revisions, those brought as history included, so it is the highest number; ``current`` is
    the newest that the live feed had. ``first_observed_at`` is that of the earliest capture which shows the entry,
    where that was before it was first seen (B-08).
    """

    entry_id: EntryId
    feed_id: FeedId
    key: Key
    public_id: PublicId
    url: str | None
    title: str
    link: str | None
    language: str | None
    published_at: datetime
    precision: Precision
    basis: str
    day: date
    first_seen_at: datetime
    last_seen_at: datetime
    last_poll_id: int
    updated_at: datetime
    source_published_at: datetime | None
    content_hash: ContentHash
    revision_hash: RevisionHash
    title_hash: str
    strong: bool
    outcome: Outcome
    current: int = 1
    displayed: int = 1
    pub_seq: int | None = None
    announced: bool = True
    lead: EntryId | None = None
    repost_of: EntryId | None = None
    reverted_at: datetime | None = None
    volatile_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None
    forgotten_at: datetime | None = None
    versions: int = 1
    first_observed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRevision:
    """One immutable version of an entry: the whole normalised entry with its fingerprint (D-20)."""

    entry_id: EntryId
    number: int
    seen_at: datetime
    poll_id: int
    entry: Entry
    fingerprint: Fingerprint
    significant: bool
    displayed: bool
    reverts_to: int | None
    reason: str
    provenance: Provenance = Provenance.LIVE
    observed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a poll leaves on the feed itself: how many entries came, the latest change of any of them; ``told`` counts
    publish events."""

    added: int = 0
    told: int = 0
    updated_at: datetime | None = None

    def with_change(self, at: datetime | None) -> Settled:
        """The same after one more change, if there was one."""
        changes = [each for each in (self.updated_at, at) if each is not None]
        return replace(self, updated_at=max(changes, default=None))


class JournalTable(Protocol):
    """The journal as appending needs it."""

    def tip(self) -> tuple[int, str]:
        """The last sequence number and its hash."""
        ...

    def append(self, row: JournalRow) -> None:
        """Add the next row."""
        ...

    def day(self) -> str:
        """The day that the last row counts to, empty before the first one."""
        ...

    def begin_day(self, day: str, seq: int) -> None:
        """Note that a new day begins with this row."""
        ...


class EntryTables(JournalTable, Protocol):
    """Everything `record` writes. Any conflict raises `StoreError` and the whole transaction is undone (D-22)."""

    @property
    def watching(self) -> WatchTables:
        """Gaps, completeness and held entries."""
        ...

    @property
    def absences(self) -> AbsenceTable:
        """Entries that whole documents leave out."""
        ...

    @property
    def pending(self) -> PendingTable:
        """Versions of volatile entries that wait."""
        ...

    @property
    def captures(self) -> CaptureTable:
        """Distinct bodies and where they are kept."""
        ...

    def feed(self, feed_id: FeedId) -> StoredFeed:
        """One feed. Raises `UnknownFeedError`."""
        ...

    def add_poll(self, record: PollRecord, capture: int | None) -> int:
        """One row for one request, with the number of the body it brought; returns its own."""
        ...

    def settle_feed(self, record: PollRecord, settled: Settled) -> None:
        """The state after the poll; ends the lease and frees the host. Raises `UnknownFeedError`."""
        ...

    @property
    def shelves(self) -> ShelfTables:
        """How many entries are published of each month."""
        ...

    @property
    def chains(self) -> ChainTables:
        """Publish events and what they are sealed into."""
        ...

    def next_entry_id(self) -> EntryId:
        """The number the next entry gets."""
        ...

    def entry(self, entry_id: EntryId) -> StoredEntry:
        """One entry. Raises `StoreError` where there is none."""
        ...

    def add_entry(self, entry: StoredEntry) -> None:
        """A new entry, with its key."""
        ...

    def change_entry(self, entry: StoredEntry) -> None:
        """The entry as it is now."""
        ...

    def touch(self, entries: Sequence[EntryId], at: datetime, poll_id: int) -> None:
        """Move last_seen of these entries, and nothing else."""
        ...

    def add_revision(self, revision: StoredRevision) -> None:
        """A further version."""
        ...

    def revision(self, entry_id: EntryId, number: int) -> StoredRevision:
        """One version of an entry. Raises `StoreError` where there is none."""
        ...

    def add_event(self, event: PublishEvent) -> None:
        """One more publish event, with a higher number than any before it."""
        ...

    def owner(self, feed_id: FeedId, key: Key) -> EntryId | None:
        """The entry that bears this key in this feed."""
        ...

    def add_key(self, feed_id: FeedId, key: Key, entry_id: EntryId) -> None:
        """A further key of an entry; the same one twice is no conflict."""
        ...

    def add_aliases(self, feed_id: FeedId, aliases: Sequence[Alias], entry_id: EntryId) -> None:
        """Second-hand keys; known ones are skipped."""
        ...

    def public_id_taken(self, public_id: PublicId) -> bool:
        """Whether an entry owns this id."""
        ...

    def guard(self, content: ContentHash, feed_id: FeedId, at: datetime, until: datetime) -> bool:
        """Put a text under the guard of D-06; false where it is under it already."""
        ...


class CaptureTable(Protocol):
    """The table ``captures`` as recording needs it."""

    def holding(self, digest: str) -> CaptureRow | None:
        """The capture that holds the body of this digest, unless it was taken down."""
        ...

    def upcoming(self) -> int:
        """The number the next one gets."""
        ...

    def add(self, row: CaptureRow) -> None:
        """One more."""
        ...


class FeedTables(JournalTable, Protocol):
    """Everything `sync` needs."""

    def known(self) -> Mapping[FeedId, tuple[str, bool]]:
        """Of every feed, the stored configuration as text and whether it is removed."""
        ...

    def feed(self, feed_id: FeedId) -> StoredFeed:
        """One feed. Raises `UnknownFeedError`."""
        ...

    def add_feed(self, feed: StoredFeed) -> None:
        """A new feed."""
        ...

    def change_feed(self, feed: StoredFeed) -> None:
        """The feed as it is now."""
        ...
