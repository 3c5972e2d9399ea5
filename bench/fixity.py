"""``python -m bench.fixity``: how fast `aggregator verify` checks a large archive whose proofs all hold.

A first real poll of the generated feeds is copied again and again under new numbers, keys and hashes and on later days,
texts in full length; digests and the chain of the journal are computed anew, so that the whole archive is sound. The
figure is rows of ``journal``, ``entries``, ``revisions`` and ``events`` a second of wall time, start of the command
included.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the library the service itself runs on

from aggregator.proving import canonical, journal_day, link, row_digest
from aggregator.store.sqlite import open_store
from bench.farm import Farm
from bench.farmhouse import Farmhouse
from bench.measure import run
from bench.scenarios import SCENARIOS, Stage

ENTRIES, FEEDS = 1_000_000, 100
LIMIT = 3_600.0
CHAINED = ("journal", "entries")
"""The parts of the report whose records are rows of the database."""
DAY = 86_400
COPIED = ("key", "public_id", "published_at", "day", "content_hash", "revision_hash")
"""What the journal repeats of the entry."""
_COUNTED = (
    "DELETE FROM months",
    "INSERT INTO months SELECT feed_id, substr(day, 1, 7), count(*), 0 FROM entries GROUP BY 1, 2",
    "DELETE FROM meta WHERE name = 'zone'",
)
"""Sums over entries, made anew."""
Record = dict[str, Any]


@dataclass(slots=True)
class Seed:
    """One entry of the first poll: its rows, and what the journal says of it."""

    entry: Record
    revision: Record
    event: Record | None
    key: Record
    at: str
    facts: Record


@dataclass(slots=True)
class Tip:
    """The end of the journal."""

    seq: int
    hash: str
    day: str
    begun: list[tuple[int, str]] = field(default_factory=list)


def fill(path: Path, size: int) -> None:
    """Copy the stored entries until there are about ``size`` of them; every proof holds."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.row_factory = sqlite3.Row
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("PRAGMA synchronous = OFF")
        seeds = list(_seeds(database))
        polls = [dict(row) for row in database.execute("SELECT * FROM polls")]
        last = database.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
        day = database.execute("SELECT max(day) FROM days").fetchone()[0]
        tip = Tip(seq=last["seq"], hash=last["hash"], day=day)
        step = max(seed.entry["id"] for seed in seeds)
        for number in range(1, -(-size // len(seeds))):
            _copy(database, (seeds, polls), tip, number, step)
        database.executemany("INSERT INTO days (first_seq, day) VALUES (?, ?)", tip.begun)
        database.execute("UPDATE feeds SET entries = (SELECT count(*) FROM entries WHERE feed_id = feeds.id)")
        for statement in _COUNTED:
            database.execute(statement)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    # Opening counts what is published by month, and seals what no chain has taken yet.
    open_store(path, "localhost", datetime.now(UTC), lambda: "").close()


def _seeds(database: sqlite3.Connection) -> Iterator[Seed]:
    keys = {row["entry_id"]: dict(row) for row in database.execute("SELECT * FROM identities")}
    events = {row["seq"]: dict(row) for row in database.execute("SELECT * FROM events")}
    entries = {row["id"]: dict(row) for row in database.execute("SELECT * FROM entries")}
    revisions = {row["entry_id"]: dict(row) for row in database.execute("SELECT * FROM revisions")}
    for row in database.execute("SELECT * FROM journal WHERE kind = 'added' ORDER BY seq").fetchall():
        number = row["entry_id"]
        yield Seed(
            entry=entries[number],
            revision=revisions[number],
            event=events.get(row["seq"]),
            key=keys[number],
            at=row["at"],
            facts=json.loads(row["payload"]),
        )


def _copy(
    database: sqlite3.Connection, first: tuple[Sequence[Seed], Sequence[Record]], tip: Tip, number: int, step: int
) -> None:
    seeds, polls = first
    names = ("polls", "entries", "revisions", "identities", "journal", "events")
    rows: dict[str, list[Record]] = {name: [] for name in names}
    later = number * len(polls)
    rows["polls"] = [_polled(poll, number, later) for poll in polls]
    for seed in seeds:
        for table, row in _later(seed, tip, number, number * step, later).items():
            rows[table].append(row)
    database.execute("BEGIN")
    for table, records in rows.items():
        if records:
            columns = list(records[0])
            marks = ", ".join(f":{column}" for column in columns)
            database.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", records)
    database.execute("COMMIT")


def _polled(poll: Record, days: int, later: int) -> Record:
    """The poll that brought the copies; nothing of it was captured."""
    moved = {name: _moved(poll[name], days) for name in ("started_at", "finished_at")}
    uncaught = dict.fromkeys(("capture", "capture_file", "capture_offset", "capture_length"))
    return poll | moved | uncaught | {"id": poll["id"] + later}


def _later(seed: Seed, tip: Tip, number: int, ids: int, polls: int) -> Mapping[str, Record]:
    """The rows of one copy, so many days later; the journal has one row more."""
    entry, revision, facts = dict(seed.entry), dict(seed.revision), dict(seed.facts)
    at, key = _moved(seed.at, number), f"{seed.entry['key']}#{number}"
    entry |= {"id": entry["id"] + ids, "key": key, "public_id": f"{entry['public_id']}#{number}", "first_seen_at": at}
    entry |= {"last_seen_at": at, "last_poll_id": entry["last_poll_id"] + polls}
    facts["poll"] = revision["poll_id"] = revision["poll_id"] + polls
    for name in ("content_hash", "revision_hash"):
        entry[name] = revision[name] = _mixed(entry[name], number)
    for name in ("published_at", "day"):
        entry[name] = _moved(entry[name], number)
    for name in ("duplicate_of", "repost_of"):
        entry[name] = entry[name] and entry[name] + ids
    revision |= {"entry_id": entry["id"], "seen_at": at}
    facts |= {name: entry[name] for name in COPIED}
    facts |= {"digest": row_digest(revision), "first": facts["first"] and facts["first"] + ids}
    row = _append(tip, entry["feed_id"], entry["id"], at, canonical(facts))
    rows = {
        "entries": entry,
        "revisions": revision,
        "identities": seed.key | {"key": key, "entry_id": entry["id"]},
        "journal": row,
    }
    if seed.event is not None:
        entry["pub_seq"] = row["seq"]
        rows["events"] = seed.event | {"seq": row["seq"], "entry_id": entry["id"], "at": at, "batch": facts["poll"]}
    return rows


def _append(tip: Tip, feed_id: str, entry_id: int, at: str, payload: str) -> Record:
    tip.seq += 1
    tip.hash = link(tip.hash, tip.seq, "added", feed_id, entry_id, at, payload)
    if journal_day(tip.day, at) != tip.day:
        tip.day = journal_day(tip.day, at)
        tip.begun.append((tip.seq, tip.day))
    row = {"seq": tip.seq, "kind": "added", "feed_id": feed_id, "entry_id": entry_id, "at": at, "payload": payload}
    return row | {"hash": tip.hash}


def _moved(text: str, days: int) -> str:
    """A day or an instant so many days later, in the same form."""
    moved = datetime.fromisoformat(text[:10]) + timedelta(days=days)
    return f"{moved:%Y-%m-%d}{text[10:]}"


def _mixed(text: str, number: int) -> str:
    return hashlib.sha256(f"{text}/{number}".encode()).hexdigest()


def main(argv: list[str] | None = None) -> int:
    """Make the archive, verify it, print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.fixity", description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES, help="entries stored (default %(default)s)")
    parser.add_argument(
        "--folder", type=Path, help="make the archive here and keep it; one that is there is used again"
    )
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = options.folder or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        with Farmhouse(Farm(FEEDS, 30, 1, (int(time.time()) // DAY - 1) * DAY), -1) as house:
            stage = Stage(house, folder)
            if not stage.database.exists():
                stage.poll(SCENARIOS[0])
                fill(stage.database, options.entries)
        cost = run(stage.command("verify", "--json"), folder, LIMIT)
        rows = sum(part["records"] for part in json.loads(cost.output)["parts"] if part["part"] in CHAINED)
        size = stage.size() / 1_000_000
    print(f"{rows:,} rows, {size:,.0f} MB: {cost.wall:.1f} s, {cost.cpu:.1f} s of CPU time, {cost.peak / 1e6:.0f} MB")
    print(f"{rows / cost.wall:,.0f} rows a second, {rows / cost.cpu:,.0f} a second of CPU time")
    return 0


if __name__ == "__main__":
    sys.exit(main())
