"""Versions that wait, in SQLite: a schema step with the mark of volatile entries, and the statements that use it."""

from __future__ import annotations

from aggregator.model import EntryId, FeedId
from aggregator.store.pending import Pending, pending_of, pending_row
from aggregator.store.sqlite.driver import sqlite3

VOLATILE = (
    "ALTER TABLE entries ADD COLUMN volatile_at TEXT",
    """CREATE TABLE pending (
    entry_id INTEGER PRIMARY KEY REFERENCES entries (id),
    feed_id TEXT NOT NULL REFERENCES feeds (id),
    due_at TEXT NOT NULL,
    version TEXT NOT NULL
) STRICT""",
    "CREATE INDEX pending_by_feed ON pending (feed_id)",
)
"""Every statement of the step, in order."""

_OF = "SELECT version FROM pending WHERE feed_id = ? ORDER BY entry_id"
_PUT = """
INSERT INTO pending (entry_id, feed_id, due_at, version) VALUES (:entry_id, :feed_id, :due_at, :version)
ON CONFLICT (entry_id) DO UPDATE SET due_at = excluded.due_at, version = excluded.version
"""
_DROP = "DELETE FROM pending WHERE entry_id = ?"


class Aside:
    """Implements `PendingTable` on the writing connection."""

    def __init__(self, writer: sqlite3.Connection) -> None:
        self._writer = writer

    def of(self, feed_id: FeedId) -> tuple[Pending, ...]:
        """Everything of one feed, by entry."""
        return tuple(pending_of(row) for row in self._writer.execute(_OF, (feed_id,)).fetchall())

    def put(self, pending: Pending) -> None:
        """Keep it aside, in place of what waited for the entry before."""
        self._writer.execute(_PUT, pending_row(pending))

    def drop(self, entry_id: EntryId) -> None:
        """Nothing of this entry waits any more."""
        self._writer.execute(_DROP, (entry_id,))
