"""The one writer of the store in memory: the port `Ledger`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime

from aggregator.model import (
    Alias,
    ContentHash,
    EntryId,
    FeedId,
    Head,
    HeadQuery,
    Heads,
    Original,
    Past,
    PollRecord,
    RevisionHash,
    Text,
)
from aggregator.model.presence import Absence, PresenceQuery, Suspect, Unseen
from aggregator.store.captures import original_of
from aggregator.store.memory.presence import suspects, unseen
from aggregator.store.memory.tables import Tables
from aggregator.store.recording import record_poll, release
from aggregator.store.showing import HEADS_A_HASH, KIN, RECENT, head, wants_text
from aggregator.store.stored import StoredEntry
from aggregator.store.watching import fill


class MemoryLedger:
    """Implements `Ledger`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside stays or nothing does; may be nested."""
        return self._tables.undo.transaction()

    def original(self, digest: str) -> Original | None:
        """The body of this digest as a revisit refers to it; ``None`` where no capture holds it."""
        with self._tables.undo.lock:
            row = self._tables.captures.holding(digest)
        return None if row is None else original_of(row)

    def unseen(self, query: PresenceQuery) -> Unseen:
        """The stored entries that one document leaves out (D-26)."""
        with self._tables.undo.lock:
            return unseen(self._tables, query)

    def absences(self, feed_id: FeedId) -> tuple[Absence, ...]:
        """What is noted of entries that the documents of a feed leave out."""
        with self._tables.undo.lock:
            return self._tables.absences.of(feed_id)

    def note(self, absence: Absence) -> None:
        """Change what is noted of a missing entry."""
        with self.transaction():
            self._tables.absences.put(absence)

    def suspects(self, now: datetime, limit: int) -> tuple[Suspect, ...]:
        """Missing entries whose pages are due to be asked for, longest due first."""
        with self._tables.undo.lock:
            return suspects(self._tables, now, limit)

    def record(self, record: PollRecord) -> None:
        """Write one poll and all that follows from it (D-22, H-06)."""
        with self.transaction():
            record_poll(record, self._tables)

    def release(self, feed_id: FeedId, now: datetime) -> int:
        """Announce everything that is held of a feed (P-15). Raises `UnknownFeedError`."""
        with self.transaction():
            return release(feed_id, self._tables, now)

    def fill_gaps(self, feed_id: FeedId, since: datetime, until: datetime, now: datetime, *, done: bool) -> int:
        """Close the gaps within a span that a backfill filled, or note that it could not."""
        with self.transaction():
            return fill(feed_id, since, until, self._tables, now, done=done)

    def heads(self, query: HeadQuery) -> Heads:
        """What is known of the entries of one document."""
        with self._tables.undo.lock:
            tables = self._tables
            keys = {key: owner for key in query.keys if (owner := tables.owner(query.feed_id, key)) is not None}
            aliases = {alias: self._by_alias(query.feed_id, alias) for alias in query.aliases}
            contents = {content: self._by_content(query.feed_id, content) for content in query.contents}
            keyed = frozenset(keys.values())
            worded = {*keys.values(), *(number for found in aliases.values() for number in found)}
            kin = self._kin(query) if query.titles else []
            worded.update(kin)
            every = worded.union(*contents.values())
            heads = {number: self._head(number, query, number in worded, keyed) for number in every}
            return Heads(
                by_key={key: heads[number] for key, number in keys.items()},
                by_alias={alias: tuple(heads[each] for each in found) for alias, found in aliases.items() if found},
                by_content={text: tuple(heads[each] for each in found) for text, found in contents.items() if found},
                templates=frozenset(
                    text for text in query.contents if (guard := tables.templates.get(text)) and guard[1] > query.now
                ),
                kin=tuple(heads[each] for each in kin),
                newest=self._newest(query.feed_id) if query.titles else None,
            )

    def _own(self, feed_id: FeedId) -> list[StoredEntry]:
        return [entry for entry in self._tables.entries.values() if entry.feed_id == feed_id]

    def _kin(self, query: HeadQuery) -> list[EntryId]:
        titles, dates = frozenset(query.titles), frozenset(query.dates)
        found = [
            entry
            for entry in self._own(query.feed_id)
            if entry.title_hash in titles or entry.source_published_at in dates
        ]
        found.sort(key=lambda entry: entry.published_at, reverse=True)
        return sorted(entry.entry_id for entry in found[:KIN])

    def _newest(self, feed_id: FeedId) -> datetime | None:
        return max((entry.published_at for entry in self._own(feed_id)), default=None)

    def _by_alias(self, feed_id: FeedId, alias: Alias) -> list[EntryId]:
        return sorted(self._tables.aliases.get((feed_id, alias)) or ())[-HEADS_A_HASH:]

    def _by_content(self, feed_id: FeedId, content: ContentHash) -> list[EntryId]:
        bearers = [self._tables.entries[number] for number in self._tables.contents.get(content) or ()]
        own = _latest(entry for entry in bearers if entry.feed_id == feed_id)
        return sorted(own + _latest(entry for entry in bearers if entry.feed_id != feed_id))

    def _head(self, number: EntryId, query: HeadQuery, worded: bool, keyed: frozenset[EntryId]) -> Head:
        entry, revisions = self._tables.entries[number], self._tables.revisions[number]
        if not worded:
            return head(entry, {}, None)
        older: dict[RevisionHash, int] = {}
        for revision in revisions:
            if revision.number != entry.current and revision.fingerprint.revision in query.revisions:
                older.setdefault(revision.fingerprint.revision, revision.number)
        if not wants_text(entry, frozenset(query.revisions), keyed):
            return head(entry, older, None)
        current = revisions[entry.current - 1]
        words = current.entry
        text = Text(
            title=words.title,
            content=words.content,
            content_kind=words.content_kind,
            provenance=current.provenance,
            observed_at=current.observed_at,
        )
        live = [each for each in reversed(revisions) if not each.provenance.past] if entry.current > 1 else []
        recent = [Past(revision_hash=each.fingerprint.revision, seen_at=each.seen_at) for each in live[:RECENT]]
        return head(entry, older, text, recent)


def _latest(entries: Iterable[StoredEntry]) -> list[EntryId]:
    """The entries of the latest days, as many as one hash may have."""
    ordered = sorted(entries, key=lambda entry: (entry.day, entry.entry_id), reverse=True)
    return [entry.entry_id for entry in ordered[:HEADS_A_HASH]]
