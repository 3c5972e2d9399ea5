"""Sealed segments in SQLite: a schema step, and the statements that use it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from aggregator.errors import StoreError
from aggregator.model import EntryId, FeedId, Precision, PublishEvent, Segment, SourceCard
from aggregator.store.events import event_of
from aggregator.store.rows import entry_of
from aggregator.store.sealed import (
    Snapshot,
    Told,
    card_text,
    segment_of,
    segment_row,
    snapshot_of,
    tally_of,
    tally_text,
)
from aggregator.store.segments import COMBINED, Tally, chain_of
from aggregator.store.sqlite.driver import sqlite3, values_of
from aggregator.store.stored import StoredEntry
from aggregator.store.values import instant, maybe_instant

SEGMENTS = (
    "CREATE TABLE chains (chain TEXT PRIMARY KEY, tally TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE segments (
    chain TEXT NOT NULL,
    number INTEGER NOT NULL,
    month TEXT NOT NULL,
    part INTEGER NOT NULL,
    kind TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    events INTEGER NOT NULL,
    size INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    sealed_at TEXT NOT NULL,
    sealed_by INTEGER NOT NULL,
    snapshot TEXT NOT NULL,
    PRIMARY KEY (chain, number),
    UNIQUE (chain, month, part)
) STRICT""",
    "CREATE INDEX segments_by_seal ON segments (chain, sealed_by)",
    "CREATE INDEX events_tombstones ON events (seq) WHERE kind = 'tombstone'",
    "CREATE TABLE cards (digest TEXT PRIMARY KEY, card TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE sealed (
    chain TEXT NOT NULL,
    number INTEGER NOT NULL,
    site_url TEXT NOT NULL,
    atom_digest TEXT NOT NULL,
    rss_digest TEXT NOT NULL,
    documents BLOB NOT NULL,
    PRIMARY KEY (chain, number),
    FOREIGN KEY (chain, number) REFERENCES segments (chain, number)
) STRICT""",
    *(
        f"""CREATE TRIGGER {table}_keep_delete BEFORE DELETE ON {table} BEGIN
        SELECT RAISE(ABORT, '{table} are kept for ever: delete refused'); END"""
        for table in ("segments", "sealed")
    ),
)
"""Every statement of the step, in order. Segments are made when the archive is opened next."""

_TALLY = "SELECT tally FROM chains WHERE chain = ?"
_SET_TALLY = "INSERT INTO chains (chain, tally) VALUES (?, ?) ON CONFLICT (chain) DO UPDATE SET tally = excluded.tally"
_OF_ALL = "SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT 0 + ?"
_OF_FEED = "SELECT * FROM events INDEXED BY events_by_feed WHERE feed_id = ? AND seq > ? ORDER BY seq LIMIT 0 + ?"
_TOLD = """
SELECT id, pub_seq, displayed, updated_at, withdrawn_at, withdrawn_by, published_at, published_precision,
published_basis FROM entries WHERE id IN (SELECT value FROM json_each(?))
"""
COPIES = """
SELECT entries.* FROM json_each(?1) AS asked CROSS JOIN entries INDEXED BY entries_by_lead
ON duplicate_of = asked.value AND forgotten_at IS NULL LIMIT 0 + ?2
"""
_COPIES_OF = """
SELECT * FROM entries INDEXED BY entries_by_lead WHERE duplicate_of = ? AND forgotten_at IS NULL
ORDER BY id LIMIT 0 + ?
"""
_FLOOR = {
    True: """SELECT coalesce(min(pub_seq), 0) FROM (
    SELECT pub_seq FROM entries INDEXED BY entries_announced
    WHERE pub_seq IS NOT NULL AND announced = 1 AND pub_seq < :below ORDER BY pub_seq DESC LIMIT 0 + :count)""",
    False: """SELECT coalesce(min(pub_seq), 0) FROM (
    SELECT pub_seq FROM entries INDEXED BY entries_announced_by_feed
    WHERE feed_id = :feed AND pub_seq IS NOT NULL AND announced = 1 AND pub_seq < :below
    ORDER BY pub_seq DESC LIMIT 0 + :count)""",
}
_SNAPSHOT = "UPDATE segments SET snapshot = ? WHERE chain = ? AND number = ?"
_HOLDING = """
SELECT DISTINCT segments.* FROM events CROSS JOIN segments
ON segments.chain IN (:combined, :own || events.feed_id)
AND segments.first <= events.seq AND segments.last >= events.seq
WHERE events.entry_id = :entry AND events.kind <> 'tombstone' ORDER BY segments.chain, segments.number
"""
_ADD = """
INSERT INTO segments (chain, number, month, part, kind, first, last, events, size, updated_at, sealed_at, sealed_by,
snapshot) VALUES (:chain, :number, :month, :part, :kind, :first, :last, :events, :size, :updated_at, :sealed_at,
:sealed_by, :snapshot)
"""


def events_of(connection: sqlite3.Connection, chain: str, after: int, limit: int) -> tuple[PublishEvent, ...]:
    """Publish events of a chain after this number, in order."""
    if chain == COMBINED:
        return tuple(map(event_of, values_of(connection, _OF_ALL, (after, limit))))
    return tuple(map(event_of, values_of(connection, _OF_FEED, (chain.removeprefix("feeds/"), after, limit))))


def tally_in(connection: sqlite3.Connection, chain: str) -> Tally:
    """Where the chain stands; an empty tally for a new one."""
    row = connection.execute(_TALLY, (chain,)).fetchone()
    return tally_of(row["tally"]) if row else Tally()


def rows_holding(connection: sqlite3.Connection, entry_id: EntryId) -> list[sqlite3.Row]:
    """The rows of segments with an event of this entry."""
    facts = {"combined": COMBINED, "own": chain_of(FeedId("")), "entry": entry_id}
    rows: list[sqlite3.Row] = connection.execute(_HOLDING, facts).fetchall()
    return rows


def _told(row: Sequence[Any]) -> Told:
    """A row of `_TOLD`."""
    _, pub_seq, displayed, updated, withdrawn, by, published, precision, basis = row
    at = maybe_instant(withdrawn)
    return Told(pub_seq, displayed, instant(updated), at, by, instant(published), Precision(precision), basis)


def _number(entry: StoredEntry) -> EntryId:
    return entry.entry_id


class ChainRows:
    """The part of the written tables that seals; inside a transaction of the caller."""

    def __init__(self, writer: sqlite3.Connection) -> None:
        self._writer = writer

    def tally(self, chain: str) -> Tally:
        """Where the chain stands; an empty tally for a new one."""
        return tally_in(self._writer, chain)

    def set_tally(self, chain: str, tally: Tally) -> None:
        """Where the chain stands now."""
        self._writer.execute(_SET_TALLY, (chain, tally_text(tally)))

    def events_of(self, chain: str, after: int, limit: int) -> tuple[PublishEvent, ...]:
        """Publish events of the chain after this number, in order."""
        return events_of(self._writer, chain, after, limit)

    def copies(self, leads: Sequence[EntryId], limit: int) -> dict[EntryId, list[StoredEntry]]:
        """Of each of these entries that has any, its copies by number, not more than ``limit``. Together they
        are few; where they are not, those of each entry are looked up by themselves."""
        most, found = len(leads) + limit, defaultdict[EntryId, list[StoredEntry]](list)
        rows = self._writer.execute(COPIES, (json.dumps(leads), most)).fetchall()
        if len(rows) == most:
            rows = [row for lead in leads for row in self._writer.execute(_COPIES_OF, (lead, limit))]
        for row in rows:
            found[row["duplicate_of"]].append(entry_of(row))
        return {lead: sorted(copies, key=_number)[:limit] for lead, copies in found.items()}

    def told_of(self, numbers: Sequence[EntryId]) -> dict[EntryId, Told]:
        """Each of these entries. Raises `StoreError` where there is one of them not."""
        found = {EntryId(row[0]): _told(row) for row in values_of(self._writer, _TOLD, (json.dumps(numbers),))}
        if missing := [number for number in numbers if number not in found]:
            raise StoreError(f"there is no entry {missing[0]}")
        return found

    def floor(self, chain: str, below: int, count: int) -> int:
        """The lowest publish number of the ``count`` newest announced entries under ``below``; 0 for none."""
        facts = {"feed": chain.removeprefix("feeds/"), "below": below, "count": count}
        return int(self._writer.execute(_FLOOR[chain == COMBINED], facts).fetchone()[0])

    def add_segment(self, segment: Segment, snapshot: Snapshot) -> None:
        """One more sealed segment."""
        self._writer.execute(_ADD, segment_row(segment, snapshot))

    def holding(self, entry_id: EntryId) -> tuple[tuple[Segment, Snapshot], ...]:
        """Every segment with an event of this entry, with its snapshot."""
        return tuple((segment_of(row), snapshot_of(row)) for row in rows_holding(self._writer, entry_id))

    def change_snapshot(self, segment: Segment, snapshot: Snapshot) -> None:
        """Another snapshot for a segment: only to take a copy out of it that was taken down (R-39)."""
        row = segment_row(segment, snapshot)
        self._writer.execute(_SNAPSHOT, (row["snapshot"], segment.chain, segment.number))

    def keep_card(self, digest: str, card: SourceCard) -> None:
        """The card under its digest; one that is kept already is no conflict."""
        self._writer.execute("INSERT OR IGNORE INTO cards (digest, card) VALUES (?, ?)", (digest, card_text(card)))
