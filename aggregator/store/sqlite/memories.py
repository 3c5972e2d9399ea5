"""Memories of last documents in SQLite: the port `Memory`, and its table."""

from __future__ import annotations

from aggregator.model import FeedId
from aggregator.store.sqlite.connection import Database

MEMORIES = (
    """CREATE TABLE memories (feed_id TEXT PRIMARY KEY REFERENCES feeds (id), memory BLOB NOT NULL)
       STRICT, WITHOUT ROWID""",
    # The journal is the truth: whatever it says of a feed, what was known of its entries may not hold any more. A text
    # that is taken down leaves no title here either.
    """CREATE TRIGGER memory_forgotten AFTER INSERT ON journal BEGIN
       DELETE FROM memories WHERE feed_id = NEW.feed_id; END""",
)
_KEEP = "INSERT OR REPLACE INTO memories (feed_id, memory) VALUES (?, ?)"


class SqliteMemory:
    """Implements `Memory`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recall(self, feed_id: FeedId) -> bytes | None:
        """What is kept of the last document."""
        with self._database.reading() as reader:
            row = reader.execute("SELECT memory FROM memories WHERE feed_id = ?", (feed_id,)).fetchone()
        return bytes(row[0]) if row else None

    def keep(self, feed_id: FeedId, memory: bytes) -> None:
        """Keep this in place of what was kept; nothing where it is empty."""
        with self._database.transaction() as writer:
            if memory:
                writer.execute(_KEEP, (feed_id, memory))
            else:
                writer.execute("DELETE FROM memories WHERE feed_id = ?", (feed_id,))
