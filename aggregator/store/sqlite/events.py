"""Publish events in SQLite: the fifth schema step, and the statements that use it."""

from __future__ import annotations

from aggregator.model import PublishEvent
from aggregator.store.events import FRAME, LARGEST_BODY, LONGEST_SUMMARY, event_of, event_row
from aggregator.store.sqlite.driver import sqlite3, values_of

_SIZE = f"""
{FRAME} + length(CAST(shown.title AS BLOB))
+ iif(policy = 'link', 0, min(length(CAST(shown.summary AS BLOB)), {LONGEST_SUMMARY}))
+ iif(policy = 'full' AND length(CAST(shown.content AS BLOB)) <= {LARGEST_BODY}, length(CAST(shown.content AS BLOB)), 0)
"""

EVENTS = (
    """CREATE TABLE events (
    seq INTEGER PRIMARY KEY REFERENCES journal (seq),
    kind TEXT NOT NULL,
    feed_id TEXT NOT NULL REFERENCES feeds (id),
    entry_id INTEGER NOT NULL REFERENCES entries (id),
    revision INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    at TEXT NOT NULL,
    size INTEGER NOT NULL,
    batch INTEGER NOT NULL
) STRICT""",
    "CREATE INDEX events_by_feed ON events (feed_id, seq)",
    "CREATE INDEX events_by_entry ON events (entry_id, seq)",
    f"""INSERT INTO events (seq, kind, feed_id, entry_id, revision, updated_at, at, size, batch)
    SELECT entries.pub_seq, 'live', entries.feed_id, entries.id, entries.displayed, entries.updated_at, journal.at,
    {_SIZE}, coalesce(journal.payload ->> '$.poll', 0)
    FROM entries
    CROSS JOIN journal ON journal.seq = entries.pub_seq
    CROSS JOIN revisions AS shown ON shown.entry_id = entries.id AND shown.number = entries.displayed
    CROSS JOIN (SELECT id, coalesce(source ->> '$.republish', 'summary') AS policy FROM feeds) AS own
    ON own.id = entries.feed_id
    WHERE entries.pub_seq IS NOT NULL ORDER BY entries.pub_seq""",  # noqa: S608 - fixed texts only
    *(
        f"""CREATE TRIGGER events_keep_{verb.lower()} BEFORE {verb} ON events BEGIN
        SELECT RAISE(ABORT, 'events are kept for ever: {verb.lower()} refused'); END"""
        for verb in ("UPDATE", "DELETE")
    ),
    "ALTER TABLE entries ADD COLUMN announced INTEGER NOT NULL DEFAULT 1",
    "CREATE UNIQUE INDEX entries_announced ON entries (pub_seq) WHERE pub_seq IS NOT NULL AND announced = 1",
    "CREATE INDEX entries_announced_by_feed ON entries (feed_id, pub_seq) WHERE pub_seq IS NOT NULL AND announced = 1",
    "DROP INDEX entries_by_pub_seq",
    "DROP INDEX entries_by_feed_pub_seq",
)
"""Every statement of the step, in order. Of entries published before it only the latest publish event is known."""

_ADD = """
INSERT INTO events (seq, kind, feed_id, entry_id, revision, updated_at, at, size, batch)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_AFTER = "SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT 0 + ?"


def add_event(writer: sqlite3.Connection, event: PublishEvent) -> None:
    """One more publish event."""
    writer.execute(_ADD, tuple(event_row(event).values()))


def events(reader: sqlite3.Connection, after: int, limit: int) -> tuple[PublishEvent, ...]:
    """Publish events after this number, in order."""
    return tuple(map(event_of, values_of(reader, _AFTER, (max(after, 0), max(limit, 0)))))
