"""The tables of the store in memory: the same promises as in the database, conflicts included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.errors import StoreError, UnknownFeedError
from aggregator.model import (
    WARM,
    Alias,
    Backfill,
    ContentHash,
    Cooling,
    EntryId,
    FeedId,
    JournalRow,
    Key,
    PollRecord,
    PublicId,
    PublishEvent,
    Subscription,
    poll_url,
)
from aggregator.model.takedown import Takedown
from aggregator.proving import GENESIS
from aggregator.store.feed_rows import source_text
from aggregator.store.hosts import host_of
from aggregator.store.memory.absences import Absences
from aggregator.store.memory.captures import Bodies
from aggregator.store.memory.counts import Counts
from aggregator.store.memory.pending import Aside
from aggregator.store.memory.segments import ChainShelves
from aggregator.store.memory.shelf import Shelf, Undo
from aggregator.store.memory.watching import Watching
from aggregator.store.poll_rows import poll_row
from aggregator.store.stored import Settled, StoredEntry, StoredFeed, StoredRevision
from aggregator.store.syncing import nearest
from aggregator.store.values import SqlValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """When a host may be asked again, and the feed whose poll is in flight until at most ``busy_until`` (H-70)."""

    next_request_at: datetime | None = None
    busy_until: datetime | None = None
    busy_feed: FeedId | None = None
    cooling: Cooling = WARM
    tokens: float | None = None
    filled_at: datetime | None = None
    robots: str | None = None
    robots_at: datetime | None = None


def feed_host(feed: StoredFeed) -> str:
    """The host its requests go to."""
    return host_of(poll_url(feed.source, feed.state))


class Tables:
    """Everything the store in memory holds; implements the table ports of `stored`."""

    def __init__(self, zone: str = "Europe/London") -> None:
        self.undo = undo = Undo()
        self.shelves = Counts(undo, zone)
        self.watching, self.captures = Watching(undo), Bodies(undo)
        self.pending = Aside(undo)
        self.absences = Absences(undo)
        self.takedowns: Shelf[EntryId, Takedown] = Shelf(undo)
        self.barred: Shelf[tuple[str, EntryId], bool] = Shelf(undo)
        self.feeds: Shelf[FeedId, StoredFeed] = Shelf(undo)
        self.hosts: Shelf[str, Host] = Shelf(undo)
        self.flights: Shelf[FeedId, str] = Shelf(undo)
        self.polls: Shelf[int, dict[str, SqlValue]] = Shelf(undo)
        self.entries: Shelf[EntryId, StoredEntry] = Shelf(undo)
        self.chains = ChainShelves(undo, self.entries, self.copies_of)
        self.keys: Shelf[tuple[FeedId, Key], EntryId] = Shelf(undo)
        self.aliases: Shelf[tuple[FeedId, Alias], frozenset[EntryId]] = Shelf(undo)
        self.contents: Shelf[ContentHash, frozenset[EntryId]] = Shelf(undo)
        self.copies: Shelf[EntryId, frozenset[EntryId]] = Shelf(undo)
        self.public_ids: Shelf[PublicId, EntryId] = Shelf(undo)
        self.revisions: Shelf[EntryId, tuple[StoredRevision, ...]] = Shelf(undo)
        self.rows: Shelf[int, JournalRow] = Shelf(undo)
        self.memories: Shelf[FeedId, bytes] = Shelf(undo)
        self.days: Shelf[int, str] = Shelf(undo)
        self.notes: Shelf[str, str] = Shelf(undo)
        self.templates: Shelf[ContentHash, tuple[FeedId, datetime]] = Shelf(undo)
        self.subscriptions: Shelf[str, Subscription] = Shelf(undo)
        self.backfills: Shelf[int, Backfill] = Shelf(undo)

    def tip(self) -> tuple[int, str]:
        """The last sequence number and its hash."""
        seq = len(self.rows)
        return (seq, self.rows[seq].hash) if seq else (0, GENESIS)

    def append(self, row: JournalRow) -> None:
        """Add the next row."""
        self.rows[row.seq] = row
        if row.feed_id in self.memories:
            del self.memories[row.feed_id]

    def day(self) -> str:
        """The day that the last row counts to, empty before the first one."""
        return self.days.values()[-1] if len(self.days) else ""

    def begin_day(self, day: str, seq: int) -> None:
        """Note that a new day begins with this row."""
        self.days[seq] = day

    def known(self) -> Mapping[FeedId, tuple[str, bool]]:
        """Of every feed, the stored configuration as text and whether it is removed."""
        return {feed.source.id: (source_text(feed.source), feed.removed) for feed in self.feeds.values()}

    def feed(self, feed_id: FeedId) -> StoredFeed:
        """One feed. Raises `UnknownFeedError`."""
        found = self.feeds.get(feed_id)
        if found is None:
            raise UnknownFeedError(feed_id, nearest(feed_id, self.feeds.names()))
        return found

    def add_feed(self, feed: StoredFeed) -> None:
        """A new feed."""
        self.change_feed(feed)

    def change_feed(self, feed: StoredFeed) -> None:
        """The feed as it is now; its host is known from here on."""
        self.feeds[feed.source.id] = feed
        if (host := feed_host(feed)) not in self.hosts:
            self.hosts[host] = Host()

    def add_poll(self, record: PollRecord, capture: int | None) -> int:
        """One row for one request, with the number of the body it brought."""
        number = len(self.polls) + 1
        self.polls[number] = poll_row(record, capture)
        return number

    def settle_feed(self, record: PollRecord, settled: Settled) -> None:
        """The state after the poll; names, once given, stay. Ends the lease and frees the host."""
        feed = self.feed(record.feed_id)
        named = feed.state
        state = replace(record.state, uuid=named.uuid, tag=named.tag, added_at=named.added_at)
        changes = [at for at in (feed.updated_at, settled.updated_at) if at is not None]
        self.change_feed(
            replace(
                feed,
                state=state,
                lease_until=None if record.asked else feed.lease_until,
                entries=feed.entries + settled.added,
                updated_at=max(changes, default=None),
            )
        )
        host = self.flights.get(record.feed_id)
        if record.asked and host is not None and self.hosts[host].busy_feed == record.feed_id:
            self.hosts[host] = replace(self.hosts[host], busy_until=None, busy_feed=None)

    def copies_of(self, lead: EntryId) -> list[StoredEntry]:
        """Entries that repeat or duplicate this one, by number."""
        copies = (self.entries[number] for number in sorted(self.copies.get(lead) or ()))
        return [copy for copy in copies if copy.forgotten_at is None]

    def next_entry_id(self) -> EntryId:
        """Entries are never removed, so counting them is enough."""
        return EntryId(len(self.entries) + 1)

    def entry(self, entry_id: EntryId) -> StoredEntry:
        """One entry. Raises `StoreError` where there is none."""
        found = self.entries.get(entry_id)
        if found is None:
            raise StoreError(f"there is no entry {entry_id}")
        return found

    def add_entry(self, entry: StoredEntry) -> None:
        """A new entry, with its key; the feed's keys and all public ids are unique."""
        if (entry.feed_id, entry.key) in self.keys or entry.public_id in self.public_ids:
            raise StoreError(f"an entry with the key or public id of {entry.public_id} is stored already")
        self.keys[entry.feed_id, entry.key] = entry.entry_id
        self.public_ids[entry.public_id] = entry.entry_id
        if entry.lead is not None:
            self.copies[entry.lead] = (self.copies.get(entry.lead) or frozenset()) | {entry.entry_id}
        self.change_entry(entry)

    def change_entry(self, entry: StoredEntry) -> None:
        """The entry as it is now, found under its current words."""
        before = self.entries.get(entry.entry_id)
        if before is not None:
            self.contents[before.content_hash] = self._bearers(before.content_hash) - {entry.entry_id}
        self.contents[entry.content_hash] = self._bearers(entry.content_hash) | {entry.entry_id}
        self.entries[entry.entry_id] = entry

    def _bearers(self, content: ContentHash) -> frozenset[EntryId]:
        return self.contents.get(content) or frozenset()

    def touch(self, entries: Sequence[EntryId], at: datetime, poll_id: int) -> None:
        """Move last_seen of these entries, and nothing else."""
        for entry_id in entries:
            self.entries[entry_id] = replace(self.entry(entry_id), last_seen_at=at, last_poll_id=poll_id)

    def add_revision(self, revision: StoredRevision) -> None:
        """A further version."""
        self.revisions[revision.entry_id] = (*(self.revisions.get(revision.entry_id) or ()), revision)

    def revision(self, entry_id: EntryId, number: int) -> StoredRevision:
        """One version of an entry. Raises `StoreError` where there is none."""
        versions = self.revisions.get(entry_id) or ()
        if not 0 < number <= len(versions):
            raise StoreError(f"there is no version {number} of entry {entry_id}")
        return versions[number - 1]

    def add_event(self, event: PublishEvent) -> None:
        """One more publish event."""
        if event.seq in self.chains.events:
            raise StoreError(f"the publish event {event.seq} is stored already")
        self.chains.events[event.seq] = event

    def owner(self, feed_id: FeedId, key: Key) -> EntryId | None:
        """The entry that bears this key in this feed."""
        return self.keys.get((feed_id, key))

    def add_key(self, feed_id: FeedId, key: Key, entry_id: EntryId) -> None:
        """A further key of an entry."""
        if self.keys.get((feed_id, key)) not in (None, entry_id):
            raise StoreError(f"another entry of {feed_id} bears the key already")
        self.keys[feed_id, key] = entry_id

    def add_aliases(self, feed_id: FeedId, aliases: Sequence[Alias], entry_id: EntryId) -> None:
        """Second-hand keys; known ones are skipped."""
        for alias in aliases:
            self.aliases[feed_id, alias] = (self.aliases.get((feed_id, alias)) or frozenset()) | {entry_id}

    def public_id_taken(self, public_id: PublicId) -> bool:
        """Whether an entry owns this id."""
        return public_id in self.public_ids

    def guard(self, content: ContentHash, feed_id: FeedId, at: datetime, until: datetime) -> bool:
        """Put a text under the guard of D-06; false where it is under it already."""
        held = self.templates.get(content)
        if held is not None and held[1] > at:
            return False
        self.templates[content] = (feed_id, until)
        return True
