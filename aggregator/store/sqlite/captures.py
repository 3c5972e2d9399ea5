"""Captures in SQLite: a schema step, the table that recording writes, and the port `Holdings`."""

from __future__ import annotations

from datetime import datetime

from aggregator.errors import StoreError
from aggregator.model import CaptureRow, Place
from aggregator.store.captures import capture_of, capture_row, place_of
from aggregator.store.sqlite.connection import Database
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.values import instant_text

CAPTURES = (
    """CREATE TABLE captures (
    id INTEGER PRIMARY KEY,
    feed_id TEXT NOT NULL REFERENCES feeds (id),
    poll_id INTEGER NOT NULL REFERENCES polls (id),
    digest TEXT NOT NULL,
    size INTEGER NOT NULL,
    proof TEXT NOT NULL,
    file TEXT NOT NULL,
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL,
    record_id TEXT NOT NULL,
    url TEXT NOT NULL,
    at TEXT NOT NULL,
    removed_at TEXT
) STRICT""",
    "CREATE UNIQUE INDEX captures_by_digest ON captures (digest) WHERE removed_at IS NULL",
    "CREATE INDEX captures_by_poll ON captures (poll_id)",
    """CREATE TRIGGER captures_keep_delete BEFORE DELETE ON captures BEGIN
    SELECT RAISE(ABORT, 'captures are kept for ever: delete refused'); END""",
    """CREATE TRIGGER captures_keep_update BEFORE UPDATE ON captures
    WHEN OLD.removed_at IS NOT NULL OR (OLD.id, OLD.feed_id, OLD.poll_id, OLD.digest, OLD.size, OLD.proof, OLD.file,
    OLD.offset, OLD.length, OLD.record_id, OLD.url, OLD.at) IS NOT (NEW.id, NEW.feed_id, NEW.poll_id, NEW.digest,
    NEW.size, NEW.proof, NEW.file, NEW.offset, NEW.length, NEW.record_id, NEW.url, NEW.at) BEGIN
    SELECT RAISE(ABORT, 'captures are kept for ever: update refused'); END""",
    "ALTER TABLE polls ADD COLUMN capture INTEGER",
    "ALTER TABLE polls ADD COLUMN capture_file TEXT",
    "ALTER TABLE polls ADD COLUMN capture_offset INTEGER",
    "ALTER TABLE polls ADD COLUMN capture_length INTEGER",
)
"""Every statement of the step, in order. Polls before it were not captured."""

_ADD = """
INSERT INTO captures (id, feed_id, poll_id, digest, size, proof, file, offset, length, record_id, url, at, removed_at)
VALUES (:id, :feed_id, :poll_id, :digest, :size, :proof, :file, :offset, :length, :record_id, :url, :at, :removed_at)
"""
_HOLDING = "SELECT * FROM captures WHERE digest = ? AND removed_at IS NULL"
_UPCOMING = "SELECT coalesce(max(id), 0) + 1 FROM captures"
_AFTER = "SELECT * FROM captures WHERE id > ? ORDER BY id LIMIT 0 + ?"
_LAST = """
SELECT capture_file, capture_offset, capture_length FROM polls WHERE capture_file IS NOT NULL ORDER BY id DESC LIMIT 1
"""
_REMOVE = "UPDATE captures SET removed_at = ? WHERE id = ? AND removed_at IS NULL"


class Bodies:
    """The part of the written tables that knows captures; inside a transaction of the caller."""

    def __init__(self, writer: sqlite3.Connection) -> None:
        self._writer = writer

    def holding(self, digest: str) -> CaptureRow | None:
        """The capture that holds the body of this digest, unless it was taken down."""
        row = self._writer.execute(_HOLDING, (digest,)).fetchone()
        return capture_of(row) if row else None

    def upcoming(self) -> int:
        """The number the next one gets: none is ever deleted."""
        return int(self._writer.execute(_UPCOMING).fetchone()[0])

    def add(self, row: CaptureRow) -> None:
        """One more."""
        self._writer.execute(_ADD, capture_row(row))


class SqliteHoldings:
    """Implements `Holdings`. Any thread may call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self) -> Place | None:
        """The place that a poll referred to last."""
        with self._database.reading() as reader:
            row = reader.execute(_LAST).fetchone()
        return place_of(row) if row else None

    def bodies(self, after: int, limit: int) -> tuple[CaptureRow, ...]:
        """Distinct bodies in the order they came, those taken down included."""
        with self._database.reading() as reader:
            return tuple(map(capture_of, reader.execute(_AFTER, (after, max(limit, 0))).fetchall()))

    def take_down(self, number: int, at: datetime) -> None:
        """Note that the records of a body were erased. Raises `StoreError` where there is none to erase."""
        with self._database.transaction() as writer:
            if not writer.execute(_REMOVE, (instant_text(at), number)).rowcount:
                raise StoreError(f"there is no capture {number}, or it was taken down before")
