"""What people look up in SQLite: the port `Catalogue`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aggregator.errors import UnknownEntryError
from aggregator.model import (
    EntryFilter,
    EntryRow,
    FeedId,
    FeedRow,
    Gap,
    HeldEntry,
    JournalRow,
    Month,
    PollLine,
    Revision,
)
from aggregator.store.feed_rows import feed_of
from aggregator.store.rows import entry_of, journal_of, revision_of
from aggregator.store.showing import by_time, entry_line, feed_line, version
from aggregator.store.sqlite import watching
from aggregator.store.sqlite.connection import Database
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.stored import StoredRevision
from aggregator.store.values import Row, instant_or_none, instant_text

_FEEDS = """
SELECT * FROM feeds
WHERE (?1 IS NULL OR last_poll_at > ?1) AND (?2 IS NULL OR next_poll_at < ?2) ORDER BY id
"""
_SHOWN = "JOIN revisions AS shown ON shown.entry_id = entries.id AND shown.number = entries.displayed"
_SAYS = "instr(fold(shown.title || ' ' || shown.summary || ' ' || shown.content), ?) > 0"
_GONE = "entries.withdrawn_at IS NOT NULL"
_REVISION = "SELECT * FROM revisions WHERE entry_id = ? AND number = ?"
_LARGEST = 2**63 - 1


class SqliteCatalogue:
    """Implements `Catalogue`. Any thread may call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def feeds(self, *, asked_after: datetime | None = None, due_before: datetime | None = None) -> tuple[FeedRow, ...]:
        """Every feed with its state, by id; or only those last asked after, or due before an instant."""
        marks = (instant_or_none(asked_after), instant_or_none(due_before))
        with self._database.reading() as reader:
            rows = reader.execute(_FEEDS, marks).fetchall()
        return tuple(feed_line(feed_of(row)) for row in rows)

    def entries(self, wanted: EntryFilter) -> tuple[EntryRow, ...]:
        """Stored entries, newest effective date first; ``since`` included, ``until`` not.

        The words of ``query`` are looked for as they are, in any case, in title, summary and content shown.
        """
        statement, facts = _listing(wanted)
        with self._database.reading() as reader:
            rows = reader.execute(statement, facts).fetchall()
            return tuple(_line(reader, row) for row in rows)

    def entry(self, name: str) -> EntryRow:
        """One entry by number or public id. Raises `UnknownEntryError`."""
        with self._database.reading() as reader:
            return _line(reader, find_entry(reader, name))

    def revisions(self, name: str) -> tuple[Revision, ...]:
        """Every version of one entry, by the time it was there to be read. Raises `UnknownEntryError`."""
        with self._database.reading() as reader:
            number = find_entry(reader, name)["id"]
            rows = reader.execute("SELECT * FROM revisions WHERE entry_id = ? ORDER BY number", (number,))
            return tuple(version(each) for each in by_time(map(revision_of, rows)))

    def journal(self, after: int, limit: int) -> tuple[JournalRow, ...]:
        """Journal rows in order."""
        with self._database.reading() as reader:
            rows = reader.execute(
                "SELECT * FROM journal WHERE seq > ? ORDER BY seq LIMIT 0 + ?", (max(after, 0), max(limit, 0))
            )
            return tuple(journal_of(row) for row in rows)

    def about(self, name: str) -> tuple[JournalRow, ...]:
        """Every journal row of one entry, in order. Raises `UnknownEntryError`."""
        with self._database.reading() as reader:
            number = find_entry(reader, name)["id"]
            rows = reader.execute("SELECT * FROM journal WHERE entry_id = ? ORDER BY seq", (number,))
            return tuple(journal_of(row) for row in rows)

    def gaps(self, feed_id: FeedId) -> tuple[Gap, ...]:
        """Every gap of a feed, oldest first."""
        with self._database.reading() as reader:
            return watching.gaps(reader, feed_id)

    def months(self, feed_id: FeedId) -> tuple[Month, ...]:
        """How complete the archive of a feed is, by month, oldest first."""
        with self._database.reading() as reader:
            return watching.months(reader, feed_id)

    def held(self, feed_id: FeedId) -> tuple[HeldEntry, ...]:
        """Every entry of a feed that is or was held back, by number."""
        with self._database.reading() as reader:
            return watching.held(reader, feed_id)

    def polls(self, feed_id: FeedId, limit: int) -> tuple[PollLine, ...]:
        """The latest polls of a feed, newest first."""
        with self._database.reading() as reader:
            return watching.polls(reader, feed_id, limit)


def _listing(wanted: EntryFilter) -> tuple[str, tuple[Any, ...]]:
    """The statement of a filtered list: conditions are fixed texts, what was asked for goes in as parameters."""
    words = [word.casefold() for word in (wanted.query or "").split()]
    parts: list[tuple[str, Any]] = [
        ("entries.feed_id = ?", wanted.feed),
        ("entries.published_at >= ?", wanted.since and instant_text(wanted.since)),
        ("entries.published_at < ?", wanted.until and instant_text(wanted.until)),
        *((_SAYS, word) for word in words),
    ]
    chosen = [(text, fact) for text, fact in parts if fact is not None]
    where = " AND ".join([*(text for text, _ in chosen), *([_GONE] if wanted.withdrawn else [])]) or "TRUE"
    join = _SHOWN if words else ""
    order = "ORDER BY entries.published_at DESC, entries.id DESC LIMIT 0 + ?"
    statement = f"SELECT entries.* FROM entries {join} WHERE {where} {order}"  # noqa: S608
    return statement, (*(fact for _, fact in chosen), max(wanted.limit, 0))


def find_entry(reader: sqlite3.Connection, name: str) -> Row:
    """The row of one entry by number or public id. Raises `UnknownEntryError`."""
    row: Row | None = None
    if name.isascii() and name.isdigit() and int(name) <= _LARGEST:
        row = reader.execute("SELECT * FROM entries WHERE id = ?", (int(name),)).fetchone()
    if row is None:
        row = reader.execute("SELECT * FROM entries WHERE public_id = ?", (name,)).fetchone()
    if row is None:
        raise UnknownEntryError(name)
    return row


def _line(reader: sqlite3.Connection, row: Row) -> EntryRow:
    entry = entry_of(row)
    first = _revision(reader, entry.entry_id, 1)
    shown = first if entry.displayed == 1 else _revision(reader, entry.entry_id, entry.displayed)
    return entry_line(entry, shown, first)


def _revision(reader: sqlite3.Connection, number: int, version_number: int) -> StoredRevision:
    return revision_of(reader.execute(_REVISION, (number, version_number)).fetchone())
