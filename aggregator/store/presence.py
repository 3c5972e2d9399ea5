"""Absences and withdrawals as recording writes them (D-26). Pure of any store; the caller holds the transaction."""

from __future__ import annotations

from dataclasses import replace

from aggregator.model import PollRecord
from aggregator.model.presence import Returned, Withdrawn
from aggregator.store.chain import Chain
from aggregator.store.stored import EntryTables


def record_presence(record: PollRecord, poll_id: int, tables: EntryTables) -> None:
    """Write what a poll changes of absences and withdrawals; each withdrawal and each return is a journal row."""
    presence = record.presence
    for absence in presence.noted:
        tables.absences.put(absence)
    for number in presence.ended:
        tables.absences.drop(number)
    changes: tuple[Withdrawn | Returned, ...] = (*presence.withdrawn, *presence.returned)
    for change in changes:
        _mark(change, record, poll_id, tables)


def _mark(change: Withdrawn | Returned, record: PollRecord, poll_id: int, tables: EntryTables) -> None:
    """The entry with its mark, or without; what is so already is left alone."""
    entry, at = tables.entry(change.entry_id), record.finished_at
    if isinstance(change, Withdrawn) == (entry.withdrawn_at is not None):
        return
    facts: dict[str, object] = {"poll": poll_id, "reason": change.reason}
    if isinstance(change, Withdrawn):
        facts |= {"signal": change.signal, "since": change.since}
        entry = replace(entry, withdrawn_at=at, withdrawn_by=change.signal)
    else:
        entry = replace(entry, withdrawn_at=None, withdrawn_by=None)
    kind = "withdrawn" if isinstance(change, Withdrawn) else "returned"
    Chain(tables).append(kind, entry.feed_id, entry.entry_id, at, facts)
    tables.change_entry(entry)
