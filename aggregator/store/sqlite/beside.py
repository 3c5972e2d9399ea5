"""Tables that others vouch for: their rows with what they are compared with, and rows that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from aggregator.errors import StoreError
from aggregator.model import Flaw
from aggregator.ports import Columns
from aggregator.store.packing import unpack
from aggregator.store.segments import COMBINED
from aggregator.store.sqlite.driver import sqlite3

_SUMS = """
SELECT count(*) AS held, coalesce(sum(size), 0) AS weight, min(seq) AS low, max(seq) AS high,
max(updated_at) AS newest, max(at) AS latest, min(kind) AS least_kind, max(kind) AS kinds
"""
_HELD = {
    True: f"{_SUMS} FROM events WHERE seq > :after AND seq <= :last",
    False: f"{_SUMS} FROM events INDEXED BY events_by_feed WHERE feed_id = :feed AND seq > :after AND seq <= :last",
}
_NEXT = {
    True: "SELECT min(seq) FROM events WHERE seq > :last",
    False: "SELECT min(seq) FROM events INDEXED BY events_by_feed WHERE feed_id = :feed AND seq > :last",
}
_END = 2**62
STATEMENTS: Mapping[str, str] = {
    "holds": "SELECT * FROM holds ORDER BY entry_id",
    "gaps": "SELECT * FROM gaps ORDER BY id",
    "months": "SELECT * FROM months ORDER BY feed_id, month",
    "templates": "SELECT * FROM templates ORDER BY content_hash",
    "feeds": "SELECT id, url, category, source, enabled, removed, uuid, tag, added_at, entries FROM feeds ORDER BY id",
    "shelves": "SELECT * FROM shelves ORDER BY feed_id, month",
    "meta": "SELECT * FROM meta ORDER BY name",
    "polls": "SELECT id, new, duplicates FROM polls WHERE new <> 0 OR duplicates <> 0 ORDER BY id",
    "cards": "SELECT * FROM cards ORDER BY digest",
    "segments": "SELECT * FROM segments ORDER BY chain, number",
    "chains": "SELECT *, (SELECT coalesce(max(last), 0) FROM segments WHERE segments.chain = chains.chain) AS tip "
    "FROM chains ORDER BY chain",
}
"""What each table is asked for."""

_LOST = """
SELECT id FROM (SELECT id, lag(id, 1, 0) OVER (ORDER BY id) AS before FROM polls) WHERE id <> before + 1 LIMIT 100
"""
_SEEN = """
SELECT entries.id FROM entries LEFT JOIN polls ON polls.id = entries.last_poll_id
WHERE polls.feed_id IS NOT entries.feed_id OR polls.finished_at IS NOT entries.last_seen_at
OR entries.last_seen_at < entries.first_seen_at LIMIT 100
"""
_BROUGHT = """
SELECT polls.id FROM captures CROSS JOIN polls ON polls.id = captures.poll_id WHERE polls.capture IS NOT captures.id
OR polls.feed_id IS NOT captures.feed_id OR (polls.capture_file, polls.capture_offset, polls.capture_length)
IS NOT (captures.file, captures.offset, captures.length) LIMIT 100
"""
_CONFIRMED = """
SELECT polls.id FROM polls LEFT JOIN captures ON captures.id = polls.capture
WHERE polls.capture IS NOT NULL AND captures.id IS NULL LIMIT 100
"""
_TIMED = """
SELECT DISTINCT polls.id FROM journal
CROSS JOIN polls ON polls.id = iif(json_valid(journal.payload), journal.payload ->> '$.poll', 0)
WHERE journal.kind IN ('added', 'captured', 'recalled', 'renamed')
AND (polls.finished_at, polls.feed_id) IS NOT (journal.at, journal.feed_id) LIMIT 100
"""
_TAKEN = """
SELECT takedowns.entry_id FROM takedowns LEFT JOIN entries ON entries.id = takedowns.entry_id
LEFT JOIN (SELECT seq, entry_id AS entry_id_of, feed_id AS feed_of, at AS at_of,
    iif(json_valid(payload), payload, '{}') AS facts FROM journal WHERE kind = 'forgotten'
) AS told
ON told.seq = takedowns.seq
WHERE (entry_id_of, feed_of, at_of, entries.public_id, facts ->> '$.ground') IS NOT
(takedowns.entry_id, takedowns.feed_id, takedowns.at, takedowns.public_id, takedowns.ground)
OR (facts ->> '$.reason_digest', facts -> '$.captures') IS NOT (sha256(takedowns.reason),
    iif(json_valid(takedowns.captures), json(takedowns.captures), ''))
LIMIT 100
"""
_CONTRADICTIONS = (
    ("polls", _LOST, "the polls before it are missing"),
    ("entries", _SEEN, "last_seen_at is not the end of the poll that last_poll_id names"),
    ("polls", _BROUGHT, "its capture is not the body that it brought"),
    ("polls", _CONFIRMED, "its capture is no body that is kept"),
    ("polls", _TIMED, "its feed_id or finished_at is not what the journal says of it"),
    ("takedowns", _TAKEN, "is not what the journal recorded"),
)


def beside(reader: sqlite3.Connection, table: str) -> Iterator[Columns]:
    """The rows of a table by column, with what they are compared with."""
    rows = _named(reader.execute(STATEMENTS[table]))
    if table == "segments":
        return _segments(reader, rows)
    return (row | _held(reader, row["chain"], row["tip"], _END) for row in rows) if table == "chains" else rows


def _named(found: sqlite3.Cursor) -> Iterator[dict[str, Any]]:
    names = [column[0] for column in found.description]
    return (dict(zip(names, row, strict=True)) for row in found)


def _segments(reader: sqlite3.Connection, rows: Iterator[dict[str, Any]]) -> Iterator[Columns]:
    """Each with sums over the events after the one before it, and with the event that follows it."""
    chain, after = "", 0
    for row in rows:
        after = after if row["chain"] == chain else 0
        chain, last = row["chain"], row["last"]
        sealing = reader.execute("SELECT at FROM events WHERE seq = ?", (row["sealed_by"],)).fetchone()
        following = reader.execute(_NEXT[chain == COMBINED], {"feed": _feed(chain), "last": last}).fetchone()
        yield row | _held(reader, chain, after, last) | {"sealing": sealing and sealing[0], "next": following[0]}
        after = last


def _held(reader: sqlite3.Connection, chain: str, after: int, last: int) -> dict[str, Any]:
    facts = {"feed": _feed(chain), "after": after, "last": last}
    held = next(_named(reader.execute(_HELD[chain == COMBINED], facts)))
    # Tombstones share a segment with live events, backfill is by itself.
    return held | {"kinds": "backfill" if held["least_kind"] == held["kinds"] == "backfill" else "live"}


def _feed(chain: str) -> str:
    return chain.removeprefix("feeds/")


def contradictions(reader: sqlite3.Connection) -> Iterator[Flaw]:
    """Rows that other rows contradict, and sealed documents that are not what was sealed."""
    reader.create_function("sha256", 1, lambda text: sha256(str(text).encode()).hexdigest(), deterministic=True)
    for table, statement, text in _CONTRADICTIONS:
        for row in reader.execute(statement):
            yield Flaw(table=table, record=str(row[0]), text=text)
    yield from _documents(reader)


def _documents(reader: sqlite3.Connection) -> Iterator[Flaw]:
    found = reader.execute("SELECT chain, number, documents, atom_digest, rss_digest FROM sealed ORDER BY 1, 2")
    for chain, number, packed, *digests in found:
        try:
            sound = [sha256(each).hexdigest() for each in unpack(packed)] == digests
        except StoreError:
            sound = False
        if not sound:
            yield Flaw(table="sealed", record=f"{chain} {number}", text="is not what was sealed")
