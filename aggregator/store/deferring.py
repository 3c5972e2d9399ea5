"""How versions of volatile entries are kept aside and stored once their day is over (D-23). Pure of any store; the
caller holds the transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from aggregator.model import Deferred, EntryId, FeedId, Flux
from aggregator.store.chain import Chain
from aggregator.store.drafts import Sight, origins, proof, reason_text, revised
from aggregator.store.pending import Pending
from aggregator.store.stored import EntryTables, StoredEntry, StoredRevision


def kept_aside(change: Deferred, sight: Sight) -> Pending:
    """What is to be stored later of a deferred version."""
    then = change.then
    return Pending(
        entry_id=sight.entry_id,
        feed_id=sight.feed_id,
        due_at=change.until,
        seen_at=sight.at,
        poll_id=sight.poll_id,
        entry=then.candidate.entry,
        fingerprint=then.candidate.fingerprint,
        updated_at=then.updated_at,
        reverts_to=then.reverts_to,
        reason=then.reason,
        provenance=sight.provenance,
    )


class WaitingRoom:
    """Versions kept aside while one verdict is written; ``journal`` appends a row of an entry at ``at``."""

    def __init__(
        self,
        tables: EntryTables,
        feed_id: FeedId,
        journal: Callable[[str, EntryId | None, Mapping[str, object]], int],
        at: datetime,
    ) -> None:
        self._tables, self._feed, self._journal, self._at = tables, feed_id, journal, at
        self._put: set[EntryId] = set()

    def put(self, change: Deferred, sight: Sight) -> None:
        """Keep a version aside; the same words go on waiting since they were seen first."""
        pending = kept_aside(change, sight)
        self._put.add(pending.entry_id)
        known = {each.entry_id: each.fingerprint.revision for each in self._tables.pending.of(self._feed)}
        if known.get(pending.entry_id) != pending.fingerprint.revision:
            self._tables.pending.put(pending)

    def fluctuate(self, entry: StoredEntry, flux: Flux | None) -> StoredEntry:
        """The entry marked as volatile, or as at rest, where that was decided now."""
        if flux is None:
            return entry
        facts = {"revision": entry.current, "reason": flux.reason}
        self._journal("volatile" if flux.volatile else "calm", entry.entry_id, facts)
        return replace(entry, volatile_at=self._at if flux.volatile else None)

    def clear(self, seen: Sequence[EntryId]) -> None:
        """What waited is overtaken: the entry shows its stored words again, or was stored with other ones."""
        for pending in self._tables.pending.of(self._feed):
            if pending.entry_id in seen and pending.entry_id not in self._put:
                self._tables.pending.drop(pending.entry_id)


def store_due(feed_id: FeedId, tables: EntryTables, at: datetime) -> datetime | None:
    """Store what waits no longer at ``at``: a feed that answers "not modified" for ever must not lose it. Returns the
    latest ``updated`` of what was stored."""
    due = [pending for pending in tables.pending.of(feed_id) if pending.due_at <= at]
    for pending in due:
        _store(pending, tables, at)
    return max((pending.updated_at for pending in due), default=None)


def _store(pending: Pending, tables: EntryTables, at: datetime) -> None:
    entry = tables.entry(pending.entry_id)
    revision = StoredRevision(
        entry_id=entry.entry_id,
        number=entry.versions + 1,
        seen_at=pending.seen_at,
        poll_id=pending.poll_id,
        entry=pending.entry,
        fingerprint=pending.fingerprint,
        significant=False,
        displayed=True,
        reverts_to=pending.reverts_to,
        reason=reason_text(pending.reason),
        provenance=pending.provenance,
    )
    tables.add_revision(revision)
    sight = Sight(
        entry_id=entry.entry_id,
        feed_id=entry.feed_id,
        at=pending.seen_at,
        poll_id=pending.poll_id,
        provenance=pending.provenance,
    )
    updated_at = max(pending.updated_at, entry.updated_at)
    facts: dict[str, object] = {"poll": pending.poll_id, "reverts_to": pending.reverts_to, "date_changed": False}
    facts |= {"updated_at": updated_at, "settles": False, "reason": pending.reason}
    facts |= {**proof(revision), **origins(sight)}
    seq = Chain(tables).append("revised", entry.feed_id, entry.entry_id, at, facts)
    tables.change_entry(revised(entry, revision, updated_at, seq, settles=False))
    tables.pending.drop(entry.entry_id)
