"""Takedowns in SQLite: the door through which rows are redacted, and the port `Takedowns`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from aggregator.model import Alias, CaptureRow, EntryId, FeedId, JournalRow, Key
from aggregator.model.dossier import Dossier
from aggregator.model.takedown import Stage, Takedown, TakedownOrder
from aggregator.store.captures import capture_of
from aggregator.store.forgetting import forget
from aggregator.store.rows import alias_digest, entry_of, journal_of, revision_of, revision_row
from aggregator.store.sqlite.catalogue import find_entry
from aggregator.store.sqlite.connection import Database
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.sqlite.tables import Tables
from aggregator.store.stored import StoredRevision
from aggregator.store.takedowns import apart, dossier_of, takedown_of, takedown_row, without_keys

_LIFTED = ("journal_keep_update", "revisions_keep_update", "captures_keep_update")
_TRIGGER = "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?"
_KEYS = "SELECT key FROM identities INDEXED BY identities_by_entry WHERE entry_id = ? ORDER BY key"
_HIDE = "UPDATE identities SET key = ? WHERE feed_id = ? AND key = ?"
_LOOKS = """
UPDATE polls SET url = '', final_url = NULL
WHERE feed_id = ?1 AND EXISTS (
    SELECT 1 FROM json_each(?2) AS own WHERE instr(url, own.value) > 0 OR instr(final_url, own.value) > 0
)
"""
_BLANK = "UPDATE polls SET url = '', final_url = NULL, reason = '', problems = NULL WHERE capture = ?"
_QUOTES = """
UPDATE polls SET problems = NULL WHERE feed_id = ?1 AND problems IS NOT NULL
AND EXISTS (SELECT 1 FROM json_each(?2) AS word WHERE instr(problems, word.value) > 0)
"""
_ADD = """
INSERT INTO takedowns (entry_id, feed_id, public_id, seq, at, ground, reason, who, stage, captures,
places) VALUES (:entry_id, :feed_id, :public_id, :seq, :at, :ground, :reason, :who, :stage, :captures, :places)
"""
_BAR = "INSERT OR IGNORE INTO barred (token, entry_id) VALUES (?, ?)"
_BARRED = "SELECT DISTINCT token FROM barred WHERE token IN (SELECT value FROM json_each(?))"
_COPIES = """
SELECT id FROM entries INDEXED BY entries_by_lead WHERE duplicate_of = ? AND forgotten_at IS NULL ORDER BY id
"""
_ANY = "SELECT 1 FROM takedowns LIMIT 1"
_OF_FEED = "SELECT 1 FROM takedowns WHERE feed_id = ? LIMIT 1"
_BODY = """
SELECT journal.* FROM captures CROSS JOIN journal
WHERE captures.id = ? AND journal.kind = 'captured' AND journal.payload ->> '$.record' = captures.record_id
"""
_STANDING = """
SELECT id FROM entries WHERE forgotten_at IS NULL AND (url = ?1 OR link = ?1
OR id IN (SELECT entry_id FROM revisions WHERE url = ?1)) ORDER BY id
"""
_SHARERS = "SELECT count(*) FROM aliases WHERE digest = ?"


class RedactableTables(Tables):
    """Implements `Redactable` on the writing connection."""

    def rows_about(self, entry_id: EntryId) -> Sequence[JournalRow]:
        """Every journal row of an entry, in order."""
        rows = self._writer.execute("SELECT * FROM journal WHERE entry_id = ? ORDER BY seq", (entry_id,)).fetchall()
        return [journal_of(row) for row in rows]

    def revisions_of(self, entry_id: EntryId) -> Sequence[StoredRevision]:
        """Every version of an entry, by number."""
        return _revisions(self._writer, entry_id)

    def keys_of(self, entry_id: EntryId) -> Sequence[Key]:
        """Every key that leads to an entry."""
        return _keys(self._writer, entry_id)

    @contextmanager
    def door(self) -> Iterator[None]:
        """Lifts the two triggers and puts them back as they were; a fault inside undoes the transaction, and with it
        the lifting."""
        texts = [self._writer.execute(_TRIGGER, (name,)).fetchone()["sql"] for name in _LIFTED]
        for name in _LIFTED:
            self._writer.execute(f"DROP TRIGGER {name}")
        yield
        for text in texts:
            self._writer.execute(text)

    def rewrite_revision(self, revision: StoredRevision) -> None:
        """A version in place of the one with its number."""
        row = revision_row(revision)
        changes = ", ".join(f"{name} = :{name}" for name in row)
        place = "WHERE entry_id = :entry_id AND number = :number"
        self._writer.execute(f"UPDATE revisions SET {changes} {place}", row)  # noqa: S608 - names of ours

    def rewrite_row(self, row: JournalRow) -> None:
        """The payload of a journal row; nothing else of it."""
        self._writer.execute("UPDATE journal SET payload = ? WHERE seq = ?", (row.payload, row.seq))

    def bodies_of(self, numbers: Sequence[int]) -> Sequence[tuple[CaptureRow, JournalRow]]:
        """The captures of these numbers, each with the journal row that proves it."""
        found = []
        for number in numbers:
            row = self._writer.execute("SELECT * FROM captures WHERE id = ?", (number,)).fetchone()
            proof = self._writer.execute(_BODY, (number,)).fetchone()
            if row is not None and proof is not None:
                found.append((capture_of(row), journal_of(proof)))
        return found

    def hide_address(self, number: int) -> None:
        """Take the address out of a capture, and out of what tells when it came."""
        self._writer.execute("UPDATE captures SET url = '' WHERE id = ?", (number,))
        self._writer.execute(_BLANK, (number,))

    def hide_key(self, feed_id: FeedId, key: Key, hidden: Key) -> None:
        """Another key in the place of one."""
        self._writer.execute(_HIDE, (hidden, feed_id, key))

    def drop_traces(self, feed_id: FeedId, entry_id: EntryId, addresses: Sequence[str], words: Sequence[str]) -> None:
        """Take the entry out of everything that is no proof."""
        self._writer.execute("DELETE FROM aliases WHERE entry_id = ?", (entry_id,))
        self.pending.drop(entry_id)
        self.absences.drop(entry_id)
        feed = self.feed(feed_id)
        self._writer.execute(_LOOKS, (feed_id, json.dumps(apart(addresses, feed))))
        self._writer.execute(_QUOTES, (feed_id, json.dumps([*addresses, *words])))
        self.change_feed(without_keys(feed, frozenset(addresses)))

    def add_takedown(self, takedown: Takedown, tokens: Sequence[str]) -> None:
        """Note it, and what would bring it back."""
        self._writer.execute(_ADD, takedown_row(takedown))
        self._writer.executemany(_BAR, [(token, takedown.entry_id) for token in tokens])


class SqliteTakedowns:
    """Implements `Takedowns`. Any thread may read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def dossier(self, name: str) -> Dossier:
        """Everything about one entry. Raises `UnknownEntryError`."""
        with self._database.reading() as reader:
            entry = entry_of(find_entry(reader, name))
            copies = [EntryId(row["id"]) for row in reader.execute(_COPIES, (entry.entry_id,))]
            return dossier_of(entry, _keys(reader, entry.entry_id), _revisions(reader, entry.entry_id), copies)

    def standing_at(self, url: str) -> tuple[EntryId, ...]:
        """The entries that stand or stood at this address and were not taken down, by number."""
        with self._database.reading() as reader:
            return tuple(EntryId(row["id"]) for row in reader.execute(_STANDING, (url,)))

    def sharers(self, feed_id: FeedId, alias: Alias) -> int:
        """How many entries of the feed have this second-hand key."""
        with self._database.reading() as reader:
            return int(reader.execute(_SHARERS, (alias_digest(feed_id, alias),)).fetchone()[0])

    def bars(self, feed_id: FeedId | None = None) -> bool:
        """Whether anything was ever taken down, of one feed or at all."""
        with self._database.reading() as reader:
            if feed_id is None:
                return reader.execute(_ANY).fetchone() is not None
            return reader.execute(_OF_FEED, (feed_id,)).fetchone() is not None

    def barred(self, tokens: Collection[str]) -> frozenset[str]:
        """Those of the tokens under which something was taken down."""
        with self._database.reading() as reader:
            return frozenset(row["token"] for row in reader.execute(_BARRED, (json.dumps(list(tokens)),)))

    def forget(self, order: TakedownOrder) -> Takedown:
        """Redact everything in the database, in one transaction. Raises `StoreError`."""
        with self._database.transaction() as writer:
            return forget(order, RedactableTables(writer))

    def advance(self, entry_id: EntryId, stage: Stage) -> None:
        """Note how far the takedown of an entry has come."""
        with self._database.transaction() as writer:
            writer.execute("UPDATE takedowns SET stage = ? WHERE entry_id = ?", (str(stage), entry_id))

    def all(self) -> tuple[Takedown, ...]:
        """Every takedown, oldest first."""
        with self._database.reading() as reader:
            return tuple(takedown_of(row) for row in reader.execute("SELECT * FROM takedowns ORDER BY seq"))

    def unfinished(self) -> tuple[Takedown, ...]:
        """Those that were interrupted, or wait for a service, oldest first."""
        with self._database.reading() as reader:
            rows = reader.execute("SELECT * FROM takedowns WHERE stage <> 'done' ORDER BY seq")
            return tuple(takedown_of(row) for row in rows)


def _keys(connection: sqlite3.Connection, entry_id: EntryId) -> list[Key]:
    return [Key(row["key"]) for row in connection.execute(_KEYS, (entry_id,)).fetchall()]


def _revisions(connection: sqlite3.Connection, entry_id: EntryId) -> list[StoredRevision]:
    rows = connection.execute("SELECT * FROM revisions WHERE entry_id = ? ORDER BY number", (entry_id,)).fetchall()
    return [revision_of(row) for row in rows]
