"""One poll into the tables: every change of a verdict in its order, each with its journal row (D-20, D-22, H-06).

The same code serves every store; the caller holds the transaction.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.errors import StoreError
from aggregator.model import (
    Added,
    Alias,
    Candidate,
    Change,
    Deferred,
    EntryId,
    FeedId,
    Key,
    PollRecord,
    Provenance,
    PublicId,
    Reason,
    Recalled,
    Renamed,
    Revised,
    Seen,
    Verdict,
)
from aggregator.store.captures import capture_number, note_capture
from aggregator.store.chain import Chain, Logbook
from aggregator.store.deferring import WaitingRoom, store_due
from aggregator.store.drafts import (
    Sight,
    first_entry,
    first_revision,
    next_revision,
    older_revision,
    origin,
    origins,
    proof,
    revised,
    settled,
)
from aggregator.store.events import Announcer
from aggregator.store.presence import record_presence
from aggregator.store.refiling import refile
from aggregator.store.sealing import seal_feed
from aggregator.store.stored import EntryTables, Settled, StoredEntry
from aggregator.store.watching import held_back, let_go, months_of, note_gaps

GUARD = timedelta(days=400)
"""How long a template stays excluded (D-06)."""


def record_poll(record: PollRecord, tables: EntryTables) -> None:
    """Write one poll and all that follows from it.

    Raises:
        StoreError: the verdict does not fit what is stored (it was decided on something older).
        UnknownFeedError: no feed has this id.
    """
    poll_id = tables.add_poll(record, capture_number(record.kept, tables.captures))
    note_capture(record, poll_id, tables.captures, tables)
    settled = Settled() if record.verdict is None else _Scribe(record, poll_id, tables).write(record.verdict)
    record_presence(record, poll_id, tables)
    note_gaps(record, poll_id, tables)
    released = 0
    if not record.provenance.past:
        released = let_go(record.feed_id, tables, record.finished_at, everything=False)
        settled = settled.with_change(store_due(record.feed_id, tables, record.finished_at))
    if (move := record.moved) is not None:
        facts = {"poll": poll_id, "url": [move.origin, move.target], "reason": move.reason}
        Chain(tables).append("feed_moved", record.feed_id, None, record.finished_at, facts)
    tables.settle_feed(record, settled)
    if settled.told or released:
        seal_feed(record.feed_id, tables)


def release(feed_id: FeedId, tables: EntryTables, now: datetime) -> int:
    """Announce everything that is held of a feed because a person said so (P-15); returns how many entries.

    Raises:
        UnknownFeedError: no feed has this id.
    """
    tables.feed(feed_id)
    count = let_go(feed_id, tables, now, everything=True)
    if count:
        seal_feed(feed_id, tables)
    return count


class _Scribe:
    """Writes the changes of one verdict. Instants are those of the poll's end."""

    def __init__(self, record: PollRecord, poll_id: int, tables: EntryTables) -> None:
        self._feed, self._at, self._poll = record.feed_id, record.finished_at, poll_id
        self._tables, self._record = tables, record
        self._chain = Chain(tables)
        self._journal = Logbook(self._chain, self._feed, self._at, poll_id).note
        self._announcer = Announcer(self._feed, tables, self._at, poll_id)
        self._seen: list[EntryId] = []
        self._shelf = WaitingRoom(tables, self._feed, self._journal, self._at)
        self._added: dict[Key, EntryId] = {}
        self._published: list[datetime] = []
        self._updated: datetime | None = None

    def write(self, verdict: Verdict) -> Settled:
        for change in verdict.changes:
            self._change(change)
        self._tables.shelves.count_in(self._feed, self._published, 1)
        refile(verdict.refiled, self._tables, self._journal)
        if self._seen:
            self._tables.touch(self._seen, self._at, self._poll)
            self._shelf.clear(self._seen)
        for content in verdict.templates:
            until = self._at + GUARD
            if self._tables.guard(content, self._feed, self._at, until):
                self._journal("template", None, {"content_hash": content, "until": until})
        if self._record.provenance is not Provenance.IMPORT:
            # Saved pages are what somebody kept: of their months nobody knows what is missing.
            self._tables.watching.count_months(self._feed, months_of(verdict))
        return Settled(added=len(self._added), told=self._announcer.told, updated_at=self._updated)

    def _change(self, change: Change) -> None:
        match change:
            case Seen():
                self._see(change)
            case Revised():
                self._revise(change)
            case Renamed():
                self._rename(change)
                self._change(change.then)
            case Added():
                self._add(change)
            case Recalled():
                self._recall(change)
            case Deferred():
                self._defer(change)

    def _see(self, change: Seen) -> None:
        entry_id = change.head.entry_id
        if self._record.provenance.past:
            # Only the live feed tells when an entry was seen last; a capture may tell that it was there before.
            self._observe(self._tables.entry(entry_id))
            return
        self._seen.append(entry_id)
        self._aliases(change.aliases, entry_id)
        if not (change.date_changed or change.settled):
            return
        entry = self._tables.entry(entry_id)
        if change.date_changed:
            entry = self._move_date(entry, change.candidate, change.reason)
        if change.settled:
            facts = {"revision": entry.current, "reason": change.reason}
            seq = self._journal("settled", entry_id, facts)
            entry = settled(entry, seq, self._at)
            self._note(self._at)
        self._tables.change_entry(entry)
        if change.settled and entry.pub_seq:
            self._announcer.publish(entry)

    def _revise(self, change: Revised) -> None:
        entry = self._tables.entry(change.head.entry_id)
        if change.head.revision != entry.current:
            raise StoreError(f"entry {entry.entry_id} was revised by somebody else meanwhile; this poll is not stored")
        if not self._record.provenance.past:
            # Only the live feed tells when an entry was seen last.
            self._seen.append(entry.entry_id)
        self._aliases(change.aliases, entry.entry_id)
        if change.date_changed:
            entry = self._move_date(entry, change.candidate, change.reason)
        sight = self._sight(entry.entry_id)
        revision = next_revision(change, entry, sight)
        self._tables.add_revision(revision)
        facts: dict[str, object] = {"date_changed": change.date_changed, "reverts_to": change.reverts_to}
        facts |= {"updated_at": change.updated_at, "reason": change.reason}
        facts |= {} if change.settles else {"settles": False}
        seq = self._journal("revised", entry.entry_id, {**proof(revision), **origins(sight), **facts})
        entry = revised(entry, revision, change.updated_at, seq, settles=change.settles)
        entry = self._shelf.fluctuate(entry, change.flux)
        self._tables.change_entry(entry)
        if entry.pub_seq == seq:
            self._announcer.publish(entry, revision)
        self._note(change.updated_at)

    def _defer(self, change: Deferred) -> None:
        """A version kept aside (D-23): the entry was seen, its words wait."""
        entry = self._tables.entry(change.head.entry_id)
        self._seen.append(entry.entry_id)
        self._aliases(change.then.aliases, entry.entry_id)
        if change.then.date_changed:
            entry = self._move_date(entry, change.candidate, change.reason)
        self._tables.change_entry(self._shelf.fluctuate(entry, change.then.flux))
        self._shelf.put(change, self._sight(entry.entry_id))

    def _recall(self, change: Recalled) -> None:
        entry = self._tables.entry(change.head.entry_id)
        sight = self._sight(entry.entry_id)
        revision = older_revision(change, entry, sight)
        self._tables.add_revision(revision)
        self._journal("recalled", entry.entry_id, {**proof(revision), **origins(sight), "reason": change.reason})
        entry = replace(entry, versions=revision.number)
        self._tables.change_entry(entry)
        self._observe(entry)

    def _observe(self, entry: StoredEntry) -> None:
        """A capture shows that the entry was there before anybody knew it (B-08)."""
        at = self._record.observed_at
        if at is None or at >= (entry.first_observed_at or entry.first_seen_at):
            return
        self._tables.change_entry(replace(entry, first_observed_at=at))
        self._journal("observed", entry.entry_id, origins(self._sight(entry.entry_id)))

    def _sight(self, entry_id: EntryId) -> Sight:
        record = self._record
        return Sight(
            entry_id=entry_id,
            feed_id=self._feed,
            at=self._at,
            poll_id=self._poll,
            provenance=record.provenance,
            observed_at=record.observed_at,
        )

    def _rename(self, change: Renamed) -> None:
        entry, key = self._tables.entry(change.head.entry_id), change.candidate.key
        self._tables.add_key(self._feed, key, entry.entry_id)
        if change.adopted:
            self._tables.change_entry(replace(entry, key=key))
        kind = "renamed" if change.adopted else "key_added"
        self._journal(kind, entry.entry_id, {"key": key, "from": entry.key, "reason": change.reason})

    def _add(self, change: Added) -> None:
        candidate, entry_id = change.candidate, self._tables.next_entry_id()
        first, sight = self._first(change), self._sight(entry_id)
        public_id = self._public_id(change.public_ids, entry_id)
        entry = first_entry(change, sight, first, public_id, self._chain.upcoming)
        revision = first_revision(change, sight)
        self._tables.add_entry(entry)
        self._tables.add_revision(revision)
        self._aliases(candidate.aliases, entry_id)
        self._journal("added", entry_id, {**origin(change, entry, first), **proof(revision), **origins(sight)})
        if entry.pub_seq:
            self._announcer.publish(entry, revision)
            self._published.append(entry.published_at)
        if change.hold is not None:
            self._tables.watching.add_hold(held_back(change.hold, entry))
        self._added[candidate.key] = entry_id
        self._note(change.updated_at)

    def _first(self, change: Added) -> StoredEntry | None:
        """The entry this one repeats, reposts or duplicates: stored before, or earlier in this verdict."""
        found = change.first
        if found is None and change.first_key is not None:
            found = self._added.get(change.first_key) or self._tables.owner(self._feed, change.first_key)
            if found is None:
                raise StoreError("an entry refers to another one that is not stored; this poll is not stored")
        return None if found is None else self._tables.entry(found)

    def _public_id(self, wished: tuple[PublicId, ...], entry_id: EntryId) -> PublicId:
        """The first id that no other entry owns (R-01); where all are taken, the last one made distinct."""
        free = (public_id for public_id in wished if not self._tables.public_id_taken(public_id))
        return next(free, PublicId(f"{wished[-1]}.{entry_id}"))

    def _move_date(self, entry: StoredEntry, candidate: Candidate, reason: Reason) -> StoredEntry:
        """The source's date moved; the date the entry is filed under does not (P-38, D-25)."""
        stamp = candidate.entry.published
        facts = {"raw": stamp.raw, "instant": stamp.instant, "was": entry.source_published_at, "reason": reason}
        self._journal("date_changed", entry.entry_id, facts)
        return replace(entry, source_published_at=stamp.instant)

    def _aliases(self, aliases: tuple[Alias, ...], entry_id: EntryId) -> None:
        if aliases:
            self._tables.add_aliases(self._feed, aliases, entry_id)

    def _note(self, at: datetime) -> None:
        self._updated = at if self._updated is None else max(self._updated, at)
