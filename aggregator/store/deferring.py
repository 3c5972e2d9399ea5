"""How versions of volatile entries are kept aside and stored once their day is over (D-23). Pure of any store; the
caller holds the transaction."""

from __future__ import annotations

from datetime import datetime

from aggregator.model import Deferred, FeedId
from aggregator.store.chain import Chain
from aggregator.store.drafts import Sight, origins, proof, reason_text, revised
from aggregator.store.pending import Pending
from aggregator.store.stored import EntryTables, StoredRevision


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
