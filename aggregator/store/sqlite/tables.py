"""The tables that sync and record write, in SQLite: plain SQL by prepared statements, one connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from aggregator.errors import StoreError, UnknownFeedError
from aggregator.model import Alias, ContentHash, EntryId, FeedId, JournalRow, Key, PollRecord, PublicId, PublishEvent
from aggregator.proving import GENESIS
from aggregator.store.feed_rows import feed_of, feed_row, state_row
from aggregator.store.hosts import host_of
from aggregator.store.poll_rows import poll_row
from aggregator.store.rows import alias_digest, entry_of, entry_row, revision_of, revision_row
from aggregator.store.sqlite.captures import Bodies
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.sqlite.events import add_event
from aggregator.store.sqlite.pending import Aside
from aggregator.store.sqlite.presence import Absences
from aggregator.store.sqlite.segments import ChainRows
from aggregator.store.sqlite.shelves import ShelfRows
from aggregator.store.sqlite.watching import Watching
from aggregator.store.stored import Settled, StoredEntry, StoredFeed, StoredRevision
from aggregator.store.syncing import nearest
from aggregator.store.values import SqlValue, instant_or_none, instant_text, safe

_TIP = "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1"
_APPEND = "INSERT INTO journal (seq, kind, feed_id, entry_id, at, payload, hash) VALUES (?, ?, ?, ?, ?, ?, ?)"
_DAY = "SELECT day FROM days ORDER BY first_seq DESC LIMIT 1"
_TOUCH = "UPDATE entries SET last_seen_at = ?, last_poll_id = ? WHERE id = ?"
_OWNER = "SELECT entry_id FROM identities WHERE feed_id = ? AND key = ?"
_KEY = "INSERT INTO identities (feed_id, key, entry_id) VALUES (?, ?, ?)"
_ALIAS = "INSERT OR IGNORE INTO aliases (digest, entry_id) VALUES (?, ?)"
_GUARDED = "SELECT 1 FROM templates WHERE content_hash = ? AND until > ?"
_GUARD = """
INSERT INTO templates (content_hash, feed_id, since, until) VALUES (?, ?, ?, ?)
ON CONFLICT (content_hash) DO UPDATE SET feed_id = excluded.feed_id, since = excluded.since, until = excluded.until
"""
_REVISION = "SELECT * FROM revisions WHERE entry_id = ? AND number = ?"
_FREE = "UPDATE hosts SET busy_until = '', busy_feed = NULL WHERE busy_feed = ?"


def insert(table: str, row: Mapping[str, SqlValue]) -> str:
    """The statement that adds such a row; names come from this program only."""
    return _insert(table, tuple(row))


@cache
def _insert(table: str, names: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})"  # noqa: S608


_KNOWN: dict[str, str] = {}


def _known(table: str, row: Mapping[str, SqlValue]) -> tuple[str, tuple[SqlValue, ...]]:
    """The same for tables whose rows always have the same columns in the same order, with the values by place: finding
    each by its name costs as much as writing it."""
    return _KNOWN.get(table) or _KNOWN.setdefault(table, _by_place(table, row)), tuple(row.values())


def _by_place(table: str, row: Mapping[str, SqlValue]) -> str:
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"  # noqa: S608


def update(table: str, row: Mapping[str, SqlValue]) -> str:
    """The statement that rewrites the row of the same ``id``; names come from this program only."""
    return _update(table, tuple(row))


@cache
def _update(table: str, names: tuple[str, ...]) -> str:
    changes = ", ".join(f"{name} = :{name}" for name in names if name != "id")
    return f"UPDATE {table} SET {changes} WHERE id = :id"  # noqa: S608


def fetch_feed(connection: sqlite3.Connection, feed_id: FeedId) -> StoredFeed:
    """One feed. Raises `UnknownFeedError`."""
    row = connection.execute("SELECT * FROM feeds WHERE id = ?", (feed_id,)).fetchone()
    if row is None:
        known = [FeedId(each["id"]) for each in connection.execute("SELECT id FROM feeds").fetchall()]
        raise UnknownFeedError(feed_id, nearest(feed_id, known))
    return feed_of(row)


class Tables:
    """Implements the table ports of `stored` on the writing connection, inside a transaction of the caller."""

    def __init__(self, writer: sqlite3.Connection) -> None:
        self._writer = writer
        self._next_entry: int | None = None
        self.watching, self.captures = Watching(writer), Bodies(writer)
        self.chains = ChainRows(writer)
        self.shelves = ShelfRows(writer)
        self.pending = Aside(writer)
        self.absences = Absences(writer)

    def tip(self) -> tuple[int, str]:
        """The last sequence number and its hash."""
        row = self._writer.execute(_TIP).fetchone()
        return (row["seq"], row["hash"]) if row else (0, GENESIS)

    def append(self, row: JournalRow) -> None:
        """Add the next row."""
        facts = (row.seq, row.kind, row.feed_id, row.entry_id, instant_text(row.at), row.payload, row.hash)
        self._writer.execute(_APPEND, facts)

    def day(self) -> str:
        """The day that the last row counts to, empty before the first one."""
        row = self._writer.execute(_DAY).fetchone()
        return str(row["day"]) if row else ""

    def begin_day(self, day: str, seq: int) -> None:
        """Note that a new day begins with this row."""
        self._writer.execute("INSERT INTO days (first_seq, day) VALUES (?, ?)", (seq, day))

    def known(self) -> Mapping[FeedId, tuple[str, bool]]:
        """Of every feed, the stored configuration as text and whether it is removed."""
        rows = self._writer.execute("SELECT id, source, removed FROM feeds").fetchall()
        return {FeedId(row["id"]): (row["source"], bool(row["removed"])) for row in rows}

    def feed(self, feed_id: FeedId) -> StoredFeed:
        """One feed. Raises `UnknownFeedError`."""
        return fetch_feed(self._writer, feed_id)

    def add_feed(self, feed: StoredFeed) -> None:
        """A new feed."""
        row = feed_row(feed)
        self._writer.execute(insert("feeds", row), row)

    def change_feed(self, feed: StoredFeed) -> None:
        """The feed as it is now."""
        row = feed_row(feed)
        self._writer.execute(update("feeds", row), row)

    def add_poll(self, record: PollRecord, capture: int | None) -> int:
        """One row for one request, with the number of the body it brought. Raises `UnknownFeedError`."""
        row = poll_row(record, capture)
        try:
            return int(self._writer.execute(*_known("polls", row)).lastrowid or 0)
        except sqlite3.IntegrityError:
            # A poll of a feed that there is none of; any other conflict stays one.
            self.feed(record.feed_id)
            raise

    def settle_feed(self, record: PollRecord, settled: Settled) -> None:
        """The state after the poll; names, once given, stay. Ends the lease and frees the host."""
        row: dict[str, SqlValue] = {**state_row(record.state), "id": record.feed_id}
        if record.asked:
            row["lease_until"] = None
        if record.moved is not None:
            row["host"] = host_of(record.moved.target)
        facts = {"added": settled.added, "changed": instant_or_none(settled.updated_at)}
        statement = update("feeds", row)
        if settled.added or settled.updated_at:
            counts = "entries = entries + :added, updated_at = max(coalesce(updated_at, ''), :changed)"
            statement = statement.replace(" SET ", f" SET {counts}, ", 1)
        self._writer.execute(statement, {**row, **facts})
        if record.asked:
            self._writer.execute(_FREE, (record.feed_id,))

    def next_entry_id(self) -> EntryId:
        """Entries are never removed: one more than the highest number is free."""
        if self._next_entry is None:
            self._next_entry = int(self._writer.execute("SELECT coalesce(max(id), 0) + 1 FROM entries").fetchone()[0])
        return EntryId(self._next_entry)

    def entry(self, entry_id: EntryId) -> StoredEntry:
        """One entry. Raises `StoreError` where there is none."""
        row = self._writer.execute("SELECT * FROM entries WHERE id = ?", (entry_id,)).fetchone()
        if row is None:
            raise StoreError(f"there is no entry {entry_id}")
        return entry_of(row)

    def add_entry(self, entry: StoredEntry) -> None:
        """A new entry, with its key; the feed's keys and all public ids are unique."""
        row = entry_row(entry)
        self._writer.execute(*_known("entries", row))
        self._writer.execute(_KEY, (entry.feed_id, row["key"], entry.entry_id))
        self._next_entry = entry.entry_id + 1

    def change_entry(self, entry: StoredEntry) -> None:
        """The entry as it is now."""
        row = entry_row(entry)
        self._writer.execute(update("entries", row), row)

    def touch(self, entries: Sequence[EntryId], at: datetime, poll_id: int) -> None:
        """Move last_seen of these entries, and nothing else."""
        when, distinct = instant_text(at), tuple(dict.fromkeys(entries))
        done = self._writer.executemany(_TOUCH, [(when, poll_id, entry_id) for entry_id in distinct])
        if done.rowcount != len(distinct):
            raise StoreError("an entry that was seen again is not stored; this poll is not stored")

    def add_revision(self, revision: StoredRevision) -> None:
        """A further version."""
        row = revision_row(revision)
        self._writer.execute(*_known("revisions", row))

    def revision(self, entry_id: EntryId, number: int) -> StoredRevision:
        """One version of an entry. Raises `StoreError` where there is none."""
        row = self._writer.execute(_REVISION, (entry_id, number)).fetchone()
        if row is None:
            raise StoreError(f"there is no version {number} of entry {entry_id}")
        return revision_of(row)

    def add_event(self, event: PublishEvent) -> None:
        """One more publish event."""
        add_event(self._writer, event)

    def owner(self, feed_id: FeedId, key: Key) -> EntryId | None:
        """The entry that bears this key in this feed."""
        row = self._writer.execute(_OWNER, (feed_id, safe(key))).fetchone()
        return EntryId(row["entry_id"]) if row else None

    def add_key(self, feed_id: FeedId, key: Key, entry_id: EntryId) -> None:
        """A further key of an entry; a key of another entry breaks the constraint."""
        if self.owner(feed_id, key) != entry_id:
            self._writer.execute(_KEY, (feed_id, safe(key), entry_id))

    def add_aliases(self, feed_id: FeedId, aliases: Sequence[Alias], entry_id: EntryId) -> None:
        """Second-hand keys; known ones are skipped."""
        self._writer.executemany(_ALIAS, [(alias_digest(feed_id, alias), entry_id) for alias in aliases])

    def public_id_taken(self, public_id: PublicId) -> bool:
        """Whether an entry owns this id."""
        found = self._writer.execute("SELECT 1 FROM entries WHERE public_id = ?", (safe(public_id),)).fetchone()
        return found is not None

    def guard(self, content: ContentHash, feed_id: FeedId, at: datetime, until: datetime) -> bool:
        """Put a text under the guard of D-06; false where it is under it already."""
        if self._writer.execute(_GUARDED, (content, instant_text(at))).fetchone():
            return False
        self._writer.execute(_GUARD, (content, feed_id, instant_text(at), instant_text(until)))
        return True
