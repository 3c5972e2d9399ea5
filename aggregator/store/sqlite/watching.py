"""Gaps, completeness and held entries in SQLite: the third schema step, and the statements that use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from aggregator.model import EntryId, FeedId, Gap, HeldEntry, Month, PollLine
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.values import instant_text
from aggregator.store.watch_rows import NO_OVERLAP, gap_of, gap_row, held_of, held_row, poll_line

WATCHING = (
    """CREATE TABLE holds (
    entry_id INTEGER PRIMARY KEY REFERENCES entries (id),
    feed_id TEXT NOT NULL REFERENCES feeds (id),
    kind TEXT NOT NULL,
    held_at TEXT NOT NULL,
    release_at TEXT,
    released_at TEXT
) STRICT""",
    "CREATE INDEX holds_open ON holds (feed_id, release_at) WHERE released_at IS NULL",
    """CREATE TABLE gaps (
    id INTEGER PRIMARY KEY,
    feed_id TEXT NOT NULL REFERENCES feeds (id),
    kind TEXT NOT NULL,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    missed INTEGER NOT NULL,
    raised_at TEXT NOT NULL,
    closed_at TEXT,
    backfill TEXT NOT NULL
) STRICT""",
    "CREATE INDEX gaps_by_feed ON gaps (feed_id, raised_at)",
    "CREATE INDEX gaps_open ON gaps (feed_id, kind) WHERE closed_at IS NULL",
    """CREATE TABLE months (
    feed_id TEXT NOT NULL REFERENCES feeds (id),
    month TEXT NOT NULL,
    entries INTEGER NOT NULL,
    missed INTEGER NOT NULL,
    PRIMARY KEY (feed_id, month)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX journal_by_entry ON journal (entry_id) WHERE entry_id IS NOT NULL",
    """INSERT INTO months (feed_id, month, entries, missed)
    SELECT feed_id, substr(day, 1, 7), count(*), 0 FROM entries GROUP BY feed_id, substr(day, 1, 7)""",
)
"""Every statement of the step, in order; entries stored before it are counted by it."""

_HOLD = """
INSERT INTO holds (entry_id, feed_id, kind, held_at, release_at, released_at)
VALUES (:entry_id, :feed_id, :kind, :held_at, :release_at, :released_at)
"""
_DUE = """
SELECT entry_id FROM holds WHERE feed_id = ? AND released_at IS NULL AND release_at <= ?
"""
_OPEN = "SELECT entry_id FROM holds WHERE feed_id = ? AND released_at IS NULL"
_END = "UPDATE holds SET released_at = ? WHERE entry_id = ? AND released_at IS NULL"
_GAP = """
INSERT INTO gaps (feed_id, kind, since, until, missed, raised_at, closed_at, backfill)
VALUES (:feed_id, :kind, :since, :until, :missed, :raised_at, :closed_at, :backfill)
"""
_CLOSE = "UPDATE gaps SET closed_at = ? WHERE feed_id = ? AND kind = ? AND closed_at IS NULL"
_UNFILLED = """
SELECT * FROM gaps WHERE feed_id = ? AND kind = ? AND since >= ? AND until <= ? AND closed_at IS NULL ORDER BY id
"""
_FILL = "UPDATE gaps SET closed_at = ?, backfill = ? WHERE id = ?"
_COUNT = """
INSERT INTO months (feed_id, month, entries, missed) VALUES (?, ?, ?, ?)
ON CONFLICT (feed_id, month) DO UPDATE SET entries = entries + excluded.entries, missed = missed + excluded.missed
"""
_LATEST_POLLS = "SELECT * FROM polls WHERE feed_id = ? ORDER BY id DESC LIMIT 0 + ?"


class Watching:
    """The part of the written tables that watches; inside a transaction of the caller."""

    def __init__(self, writer: sqlite3.Connection) -> None:
        self._writer = writer

    def add_hold(self, held: HeldEntry) -> None:
        """Note that an entry is stored and not announced."""
        self._writer.execute(_HOLD, held_row(held))

    def holds_due(self, feed_id: FeedId, at: datetime | None) -> tuple[EntryId, ...]:
        """Held entries whose time has come; without an instant, all that are still held."""
        if at is None:
            rows = self._writer.execute(_OPEN, (feed_id,)).fetchall()
        else:
            rows = self._writer.execute(_DUE, (feed_id, instant_text(at))).fetchall()
        return tuple(sorted(EntryId(row[0]) for row in rows))

    def end_hold(self, entry_id: EntryId, at: datetime) -> None:
        """Note that an entry is held no longer."""
        self._writer.execute(_END, (instant_text(at), entry_id))

    def add_gap(self, gap: Gap) -> None:
        """One more gap."""
        self._writer.execute(_GAP, gap_row(gap))

    def close_gaps(self, feed_id: FeedId, kind: str, at: datetime) -> None:
        """Close what is open of this kind."""
        self._writer.execute(_CLOSE, (instant_text(at), feed_id, kind))

    def fill_gaps(self, feed_id: FeedId, since: datetime, until: datetime, at: datetime, done: bool) -> tuple[Gap, ...]:
        """Close gaps within the span as filled, or mark that they could not be; returns those filled now."""
        span = (feed_id, NO_OVERLAP, instant_text(since), instant_text(until))
        rows = self._writer.execute(_UNFILLED, span).fetchall()
        facts = (instant_text(at) if done else None, "done" if done else "failed")
        self._writer.executemany(_FILL, [(*facts, row["id"]) for row in rows])
        return tuple(replace(gap_of(row), closed_at=at, backfill="done") for row in rows) if done else ()

    def count_months(self, feed_id: FeedId, months: Mapping[str, tuple[int, int]]) -> None:
        """Add entries kept and entries missed to each month."""
        rows = [(feed_id, month, entries, missed) for month, (entries, missed) in months.items()]
        self._writer.executemany(_COUNT, rows)


def gaps(reader: sqlite3.Connection, feed_id: FeedId) -> tuple[Gap, ...]:
    """Every gap of a feed, oldest first."""
    rows = reader.execute("SELECT * FROM gaps WHERE feed_id = ? ORDER BY raised_at, id", (feed_id,))
    return tuple(gap_of(row) for row in rows)


def months(reader: sqlite3.Connection, feed_id: FeedId) -> tuple[Month, ...]:
    """Every month of a feed, oldest first."""
    rows = reader.execute("SELECT month, entries, missed FROM months WHERE feed_id = ? ORDER BY month", (feed_id,))
    return tuple(Month(month=row["month"], entries=row["entries"], missed=row["missed"]) for row in rows)


def held(reader: sqlite3.Connection, feed_id: FeedId) -> tuple[HeldEntry, ...]:
    """Every entry of a feed that is or was held, by number."""
    rows = reader.execute("SELECT * FROM holds WHERE feed_id = ? ORDER BY entry_id", (feed_id,))
    return tuple(held_of(row) for row in rows)


def polls(reader: sqlite3.Connection, feed_id: FeedId, limit: int) -> tuple[PollLine, ...]:
    """The latest polls of a feed, newest first."""
    return tuple(poll_line(row) for row in reader.execute(_LATEST_POLLS, (feed_id, max(limit, 0))))
