"""Backfill jobs in SQLite: the port `Backfills`, and its table (B-03)."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime

from aggregator.model import Backfill, FeedId, Gap
from aggregator.store.backfill_rows import MOST_ADDRESSES, backfill_of, backfill_row
from aggregator.store.sqlite.connection import Database
from aggregator.store.sqlite.tables import fetch_feed
from aggregator.store.syncing import CLOCK_TOLERANCE
from aggregator.store.values import instant_text
from aggregator.store.watch_rows import NO_OVERLAP, gap_of

BACKFILLS = (
    """
CREATE TABLE backfills (
    number INTEGER PRIMARY KEY,
    feed_id TEXT NOT NULL REFERENCES feeds (id),
    wanted TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    since TEXT,
    until TEXT,
    cause TEXT NOT NULL,
    status TEXT NOT NULL,
    strategy TEXT NOT NULL,
    plan TEXT NOT NULL,
    ground TEXT,
    cursor TEXT,
    next_at TEXT,
    requests INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    new INTEGER NOT NULL,
    known INTEGER NOT NULL,
    recalled INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    oldest TEXT,
    errors INTEGER NOT NULL,
    rests INTEGER NOT NULL,
    note TEXT NOT NULL,
    story TEXT NOT NULL
) STRICT
""",
    "CREATE INDEX backfills_by_feed ON backfills (feed_id, number)",
    "CREATE INDEX backfills_open ON backfills (updated_at) WHERE status IN ('queued', 'resting')",
)
"""Every statement of the step that made the table. Never changed."""

_NAMES = tuple(field.name for field in fields(Backfill))
_PUT = f"INSERT OR REPLACE INTO backfills ({', '.join(_NAMES)}) VALUES ({', '.join(':' + name for name in _NAMES)})"  # noqa: S608  # names of this program only
_DUE = """
SELECT backfills.* FROM backfills JOIN feeds ON feeds.id = feed_id AND enabled AND NOT removed
WHERE backfills.status IN ('queued', 'resting')
AND (next_at IS NULL OR next_at <= ? OR backfills.updated_at > ?) ORDER BY backfills.updated_at, number
"""
_ADDRESSES = """
SELECT url FROM polls WHERE feed_id = ? AND provenance = 'live' AND outcome NOT IN ('backfilled', 'sought', 'skipped')
GROUP BY url ORDER BY max(id) DESC LIMIT 0 + ?
"""
_WANTED = "SELECT * FROM gaps WHERE kind = ? AND closed_at IS NULL AND backfill = 'queued' ORDER BY raised_at, id"


class SqliteBackfills:
    """Implements `Backfills`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, number: int) -> Backfill | None:
        """One job."""
        with self._database.reading() as reader:
            row = reader.execute("SELECT * FROM backfills WHERE number = ?", (number,)).fetchone()
        return backfill_of(row) if row else None

    def of(self, feed_id: FeedId) -> tuple[Backfill, ...]:
        """Every job a feed ever had, oldest first."""
        statement = "SELECT * FROM backfills WHERE feed_id = ? ORDER BY number"
        with self._database.reading() as reader:
            return tuple(map(backfill_of, reader.execute(statement, (feed_id,)).fetchall()))

    def due(self, now: datetime) -> tuple[Backfill, ...]:
        """Those of polled feeds that may go on now, longest untouched first; also those planned by a wrong clock."""
        facts = (instant_text(now), instant_text(now + CLOCK_TOLERANCE))
        with self._database.reading() as reader:
            return tuple(map(backfill_of, reader.execute(_DUE, facts).fetchall()))

    def all(self) -> tuple[Backfill, ...]:
        """All of them, by feed, oldest first."""
        with self._database.reading() as reader:
            rows = reader.execute("SELECT * FROM backfills ORDER BY feed_id, number").fetchall()
        return tuple(map(backfill_of, rows))

    def wanted(self) -> tuple[Gap, ...]:
        """Gaps that wait for a backfill, oldest first."""
        with self._database.reading() as reader:
            return tuple(map(gap_of, reader.execute(_WANTED, (NO_OVERLAP,)).fetchall()))

    def addresses(self, feed_id: FeedId) -> tuple[str, ...]:
        """Addresses that polls of this feed asked, the latest first; not more than a few."""
        with self._database.reading() as reader:
            return tuple(row["url"] for row in reader.execute(_ADDRESSES, (feed_id, MOST_ADDRESSES)).fetchall())

    def put(self, job: Backfill) -> Backfill:
        """Replace the job of this number, or add it under the next one. Raises `UnknownFeedError`."""
        with self._database.transaction() as writer:
            fetch_feed(writer, job.feed_id)
            if not job.number:
                last = writer.execute("SELECT coalesce(max(number), 0) FROM backfills").fetchone()[0]
                job = replace(job, number=last + 1)
            writer.execute(_PUT, backfill_row(job))
        return job
