"""Absences and withdrawals in SQLite: a schema step, and bounded walks over its indices (D-26)."""

from __future__ import annotations

from datetime import datetime

from aggregator.model import EntryId, FeedId
from aggregator.model.presence import Absence, PresenceQuery, Suspect, Unlisted, Unseen
from aggregator.store.absences import FRUITLESS, absence_of, absence_row
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.values import instant, instant_text, safe

PRESENCE = (
    "ALTER TABLE entries ADD COLUMN withdrawn_at TEXT",
    "ALTER TABLE entries ADD COLUMN withdrawn_by TEXT",
    "CREATE INDEX entries_withdrawn ON entries (withdrawn_at) WHERE withdrawn_at IS NOT NULL",
    """CREATE TABLE absences (
    entry_id INTEGER PRIMARY KEY REFERENCES entries (id),
    feed_id TEXT NOT NULL REFERENCES feeds (id),
    since TEXT NOT NULL,
    document TEXT NOT NULL,
    due_at TEXT,
    asked_at TEXT,
    page TEXT NOT NULL,
    tries INTEGER NOT NULL
) STRICT""",
    "CREATE INDEX absences_by_feed ON absences (feed_id)",
    "CREATE INDEX absences_due ON absences (due_at) WHERE due_at IS NOT NULL AND page = ''",
)
"""Every statement of the step, in order."""

_OF = "SELECT * FROM absences WHERE feed_id = ? ORDER BY entry_id"
_PUT = """
INSERT OR REPLACE INTO absences (entry_id, feed_id, since, document, due_at, asked_at, page, tries)
VALUES (:entry_id, :feed_id, :since, :document, :due_at, :asked_at, :page, :tries)
"""
_DROP = "DELETE FROM absences WHERE entry_id = ?"
_NEWER = """
SELECT id FROM entries INDEXED BY entries_by_feed_date
WHERE feed_id = ? AND published_at > ? ORDER BY published_at DESC LIMIT 0 + ?
"""
_KEY = "SELECT entry_id FROM identities WHERE feed_id = ? AND key = ?"
_ENTRY = """
SELECT entries.id, entries.updated_at, entries.withdrawn_at, entries.forgotten_at, polls.provenance
FROM entries CROSS JOIN polls ON polls.id = entries.last_poll_id WHERE entries.id = ?
"""
_DUE = """
SELECT absences.*, entries.url FROM absences INDEXED BY absences_due
CROSS JOIN entries ON entries.id = absences.entry_id
WHERE absences.due_at <= ? AND absences.page = '' AND entries.url IS NOT NULL AND (
    SELECT count(*) FROM absences AS others WHERE others.feed_id = absences.feed_id AND others.page = 'there'
) < ?
ORDER BY absences.due_at LIMIT 0 + ?
"""


class Absences:
    """Implements `AbsenceTable` on the writing connection."""

    def __init__(self, writer: sqlite3.Connection) -> None:
        self._writer = writer

    def of(self, feed_id: FeedId) -> tuple[Absence, ...]:
        """Everything noted of one feed, by entry."""
        return absences(self._writer, feed_id)

    def put(self, absence: Absence) -> None:
        """Note it, in place of what was noted of the entry before."""
        self._writer.execute(_PUT, absence_row(absence))

    def drop(self, entry_id: EntryId) -> None:
        """Nothing is noted of this entry any more."""
        self._writer.execute(_DROP, (entry_id,))


def absences(reader: sqlite3.Connection, feed_id: FeedId) -> tuple[Absence, ...]:
    """Everything noted of one feed, by entry."""
    return tuple(absence_of(row) for row in reader.execute(_OF, (feed_id,)))


def unseen(reader: sqlite3.Connection, query: PresenceQuery) -> Unseen:
    """The entries that a document leaves out: one walk of an index, and then only what is really missing."""
    newer: list[sqlite3.Row] = []
    if query.newer_than is not None:
        newer = reader.execute(_NEWER, (query.feed_id, instant_text(query.newer_than), query.limit)).fetchall()
    missing = [EntryId(row["id"]) for row in newer if row["id"] not in query.present]
    named = {
        key: EntryId(row[0])
        for key in query.keys
        if (row := reader.execute(_KEY, (query.feed_id, safe(key))).fetchone()) is not None
    }
    return Unseen(
        newer=tuple(_unlisted(reader, number) for number in missing),
        named={key: _unlisted(reader, number) for key, number in named.items()},
        absences=absences(reader, query.feed_id),
    )


def suspects(reader: sqlite3.Connection, now: datetime, limit: int) -> tuple[Suspect, ...]:
    """Missing entries whose pages are due, longest due first."""
    rows = reader.execute(_DUE, (instant_text(now), FRUITLESS, max(limit, 0))).fetchall()
    return tuple(Suspect(absence=absence_of(row), url=row["url"]) for row in rows)


def _unlisted(reader: sqlite3.Connection, number: EntryId) -> Unlisted:
    row = reader.execute(_ENTRY, (number,)).fetchone()
    return Unlisted(
        entry_id=number,
        updated_at=instant(row["updated_at"]),
        withdrawn=row["withdrawn_at"] is not None or row["forgotten_at"] is not None,
        live=row["provenance"] in ("live", "push"),
    )
