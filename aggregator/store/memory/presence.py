"""Absences and withdrawals in memory (D-26)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from itertools import islice

from aggregator.model import Provenance
from aggregator.model.presence import Page, PresenceQuery, Suspect, Unlisted, Unseen
from aggregator.store.absences import FRUITLESS
from aggregator.store.memory.tables import Tables
from aggregator.store.stored import StoredEntry


def unseen(tables: Tables, query: PresenceQuery) -> Unseen:
    """The entries that a document leaves out."""
    own = [entry for entry in tables.entries.values() if entry.feed_id == query.feed_id]
    if query.newer_than is None:
        newer = []
    else:
        newer = [entry for entry in own if entry.published_at > query.newer_than]
        newer.sort(key=lambda entry: (entry.published_at, entry.entry_id), reverse=True)
    missing = [entry for entry in newer[: query.limit] if entry.entry_id not in query.present]
    named = {key: number for key in query.keys if (number := tables.owner(query.feed_id, key)) is not None}
    return Unseen(
        newer=tuple(_unlisted(tables, entry) for entry in missing),
        named={key: _unlisted(tables, tables.entries[number]) for key, number in named.items()},
        absences=tables.absences.of(query.feed_id),
    )


def suspects(tables: Tables, now: datetime, limit: int) -> tuple[Suspect, ...]:
    """Missing entries whose pages are due, longest due first."""
    every = tables.absences.held.values()
    alive = Counter(each.feed_id for each in every if each.page is Page.THERE)
    due = [
        each
        for each in every
        if each.due_at is not None and each.due_at <= now and each.page is Page.NOT_ASKED
        if alive[each.feed_id] < FRUITLESS
    ]
    due.sort(key=lambda each: (each.due_at, each.entry_id))
    found = (Suspect(absence=each, url=url) for each in due if (url := tables.entries[each.entry_id].url))
    return tuple(islice(found, max(limit, 0)))


def _unlisted(tables: Tables, entry: StoredEntry) -> Unlisted:
    provenance = Provenance(str(tables.polls[entry.last_poll_id]["provenance"]))
    return Unlisted(
        entry_id=entry.entry_id,
        updated_at=entry.updated_at,
        withdrawn=entry.withdrawn_at is not None or entry.forgotten_at is not None,
        live=not provenance.past,
    )
