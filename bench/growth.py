"""What a poll costs when a million entries are stored already: fills a real store by SQL and polls it once more.

The fill copies the rows of a first real poll again and again under new numbers, keys and hashes and on earlier days,
with short texts to spare the disk. Columns not named here are copied as they are, so new ones do no harm. The hash
chain of the journal is not continued over the copies: such a store serves for timing and for nothing else.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the library the service itself runs on

from bench.farmhouse import Farmhouse
from bench.months import MonthCost, month_cost
from bench.scenarios import SCENARIOS, Stage, Tell

SMALL, LARGE = 10_000, 1_000_000
TABLES: Mapping[str, Mapping[str, str]] = {
    "entries": {
        "id": "id + :n * :ids",
        "key": "key || '#' || :n",
        "public_id": "public_id || '#' || :n",
        "link": "link || '?n=' || :n",
        "content_hash": "mixed(content_hash, :n)",
        "revision_hash": "mixed(revision_hash, :n)",
        "title_hash": "mixed(title_hash, :n)",
        "published_at": "earlier(published_at, :n)",
        "day": "earlier(day, :n)",
        "pub_seq": "pub_seq + :n * :seqs",
        "duplicate_of": "duplicate_of + :n * :ids",
        "repost_of": "repost_of + :n * :ids",
    },
    "revisions": {
        "entry_id": "entry_id + :n * :ids",
        "content_hash": "mixed(content_hash, :n)",
        "revision_hash": "mixed(revision_hash, :n)",
        "content": "substr(content, 1, 200)",
        "summary": "substr(summary, 1, 100)",
    },
    "identities": {"key": "key || '#' || :n", "entry_id": "entry_id + :n * :ids"},
    "aliases": {"digest": "unhex(substr(mixed(hex(digest), :n), 1, 32))", "entry_id": "entry_id + :n * :ids"},
    "journal": {"seq": "seq + :n * :seqs", "entry_id": "entry_id + :n * :ids", "payload": "'{}'"},
}
_OLD = {"identities": "entry_id <= :ids", "aliases": "entry_id <= :ids", "revisions": "entry_id <= :ids"}
_OLD |= {"entries": "id <= :ids", "journal": "seq <= :seqs AND kind = 'added'"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """One poll of a filled store: seconds and bytes; and the newest page of its fullest month."""

    stored: int
    wall: float
    cpu: float
    peak: int
    database: int
    month: MonthCost | None = None


def growth(house: Farmhouse, sizes: Sequence[int], tell: Tell) -> list[Growth]:
    """For each size: poll once, fill the store up, poll once to settle, and measure one new entry in each feed."""
    return [_grown(house, size, tell) for size in sizes]


def _grown(house: Farmhouse, size: int, tell: Tell) -> Growth:
    cold, same, new = (next(s for s in SCENARIOS if s.name == name) for name in ("cold", "same", "new"))
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        stage = Stage(house, Path(name))
        tell(f"growth: filling a store with {size:,} entries")
        stage.poll(cold)
        fill(stage.database, size)
        _as_published(stage.database)
        stage.poll(same)
        stored = stage.entries()
        tell(f"growth: {stored:,} entries stored, polling {house.farm.feeds} feeds with one new entry each")
        cost, _ = stage.poll(new)
        size, month = stage.size(), month_cost(stage.database)
        return Growth(stored=stored, wall=cost.wall, cpu=cost.cpu, peak=cost.peak, database=size, month=month)


def _as_published(database: Path) -> None:
    """Let the copies count as published: what is measured is a poll, not the first publish of a million entries."""
    note = database.parent / "public" / ".state.json"
    with closing(sqlite3.connect(database)) as reader:
        seq = reader.execute("SELECT max(seq) FROM journal").fetchone()[0]
    note.write_text(json.dumps({**json.loads(note.read_text()), "seq": seq}))


def fill(path: Path, size: int) -> None:
    """Copy the stored entries until there are about ``size`` of them (never fewer than there are now)."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.create_function("mixed", 2, _mixed, deterministic=True)
        database.create_function("earlier", 2, _earlier, deterministic=True)
        database.create_function("unhex", 1, bytes.fromhex, deterministic=True)
        ids, count = database.execute("SELECT max(id), count(*) FROM entries").fetchone()
        seqs = database.execute("SELECT max(seq) FROM journal").fetchone()[0]
        statements = [_copy(database, table) for table in TABLES]
        for number in range(1, -(-size // count)):
            database.execute("BEGIN")
            for statement in statements:
                database.execute(statement, {"n": number, "ids": ids, "seqs": seqs})
            database.execute("COMMIT")
        # Months are counted again when the store is opened next.
        database.execute("DELETE FROM meta WHERE name = 'zone'")
        database.execute("UPDATE feeds SET entries = (SELECT count(*) FROM entries WHERE feed_id = feeds.id)")
        database.execute("ANALYZE")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _copy(database: sqlite3.Connection, table: str) -> str:
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    changed = TABLES[table]
    values = ", ".join(changed.get(column, column) for column in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE {_OLD[table]}"


def _mixed(text: str, number: int) -> str:
    return hashlib.sha256(f"{text}/{number}".encode()).hexdigest()


def _earlier(text: str, number: int) -> str:
    """A day or an instant so many days before, in the same form."""
    moved = datetime.fromisoformat(text[:10]) - timedelta(days=number)
    return f"{moved:%Y-%m-%d}{text[10:]}"
