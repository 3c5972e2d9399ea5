"""Moves entries that were never announced to a better date (P-38): one row of the journal each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from aggregator.model import EntryId, Refiled
from aggregator.store.shelving import shelve
from aggregator.store.stored import EntryTables

Journal = Callable[[str, EntryId | None, Mapping[str, object]], int]


def refile(changes: Iterable[Refiled], tables: EntryTables, journal: Journal) -> None:
    """Write each change; ``journal`` appends a row of this kind about this entry."""
    for change in changes:
        entry, filed = tables.entry(change.entry_id), change.effective
        updated = max(entry.updated_at, filed.instant)
        if entry.updated_at == entry.published_at:
            updated = filed.instant
        facts = {
            "published_at": filed.instant,
            "published_basis": filed.basis,
            "precision": filed.precision,
            "day": filed.day,
            "updated_at": updated,
            "was": entry.published_at,
            "reason": change.reason,
        }
        journal("refiled", entry.entry_id, facts)
        moved = replace(
            entry,
            published_at=filed.instant,
            basis=filed.basis,
            precision=filed.precision,
            day=filed.day,
            updated_at=updated,
        )
        tables.change_entry(moved)
        if entry.pub_seq:
            shelve(entry, tables.shelves, -1)
            shelve(moved, tables.shelves)
