"""What only a file can promise: kept for ever, whole after a crash or a full disk, plain faults."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from sqlite_utils.utils import sqlite3

from aggregator.errors import StoreError
from aggregator.model import EntryFilter, FeedId, Selection
from aggregator.store.chain import first_broken
from aggregator.store.rows import revision_digest, revision_of
from aggregator.store.sqlite import SqliteStore, open_store, wal_reset_bug
from tests.builders import NOW, added, candidate, query, record, revised, seen, source
from tests.store.conftest import numbered

ROOT = Path(__file__).parent.parent.parent


def reopen(path: Path) -> SqliteStore:
    """The archive at this place."""
    return open_store(path, "news.example", NOW, numbered())


def fill(store: SqliteStore, *changes: object) -> None:
    """One poll of one feed."""
    store.sources.sync([source()], NOW)
    store.ledger.record(record(store.sources.get(FeedId("ashmere"))[1], *changes))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET payload = '{}'",
        "DELETE FROM journal",
        "UPDATE revisions SET title = 'x'",
        "DELETE FROM revisions",
        "DELETE FROM entries",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal",
    ],
)
def test_history_refuses_to_be_changed(sqlite: SqliteStore, statement: str) -> None:
    """D-20: even a hand on the database cannot rewrite what was."""
    fill(sqlite, added(candidate(1)))
    with pytest.raises(StoreError, match="kept for ever"), sqlite.database.transaction() as writer:
        writer.execute(statement)


def test_everything_is_there_after_reopening(sqlite: SqliteStore, tmp_path: Path) -> None:
    """H-06, H-70: entries, state, leases and host spacing are in the file; the founding is the first one."""
    fill(sqlite, added(candidate(1)))
    before = sqlite.catalogue.feeds(), sqlite.catalogue.entry("1"), sqlite.archive.items(Selection(limit=5))
    sqlite.close()
    again = open_store(tmp_path / "archive.db", "other.example", NOW.replace(year=2027), numbered())
    assert (again.catalogue.feeds(), again.catalogue.entry("1"), again.archive.items(Selection(limit=5))) == before
    assert (again.archive.founding().authority, again.archive.founding().at) == ("news.example", NOW)
    assert again.migrated.applied == ()
    again.close()


def test_journal_proves_the_stored_text(sqlite: SqliteStore) -> None:
    """D-20: the digest in the journal is that of the row as it is read back."""
    fill(sqlite, added(candidate(1)))
    with sqlite.database.reading() as reader:
        row = revision_of(reader.execute("SELECT * FROM revisions").fetchone())
    payload = sqlite.catalogue.journal(0, 9)[-1].payload
    assert f'"digest":"{revision_digest(row)}"' in payload
    assert revision_digest(replace(row, entry=replace(row.entry, content="forged"))) not in payload


def test_lone_surrogates_do_not_stop_a_feed(sqlite: SqliteStore) -> None:
    """D-20: a JSON feed may hold half characters, which no database takes; they are kept as visible escapes."""
    one = candidate(1)
    half = replace(one.entry, title="\ud800", content="half \ud83d of a character", extras=("\udfff",))
    one = replace(one, entry=half)
    fill(sqlite, added(one))
    assert sqlite.catalogue.entry("1").title == "\\ud800"
    assert first_broken(sqlite.catalogue.journal(0, 9)) is None


def test_full_disk_changes_nothing(sqlite: SqliteStore) -> None:
    """H-06: a poll that does not fit leaves validators, lease and entries as they were; later ones are stored."""
    fill(sqlite, added(candidate(1)))
    before = sqlite.catalogue.feeds(), sqlite.catalogue.journal(0, 99)
    writer = sqlite.database.writer
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreError, match="no room left"):
        fill(sqlite, *(added(candidate(number, "long " * 2000)) for number in range(2, 12)))
    assert (sqlite.catalogue.feeds(), sqlite.catalogue.journal(0, 99)) == before
    writer.execute("PRAGMA max_page_count = 1000000")
    fill(sqlite, added(candidate(2, "long " * 2000)))
    assert sqlite.catalogue.entry("2").entry_id == 2
    assert sqlite.check() is None


_WRITES_FOR_EVER = """
import sys
from pathlib import Path
from aggregator.model import EntryFilter, FeedId
from tests.builders import NOW, added, candidate, record, source
from tests.store.conftest import numbered
from aggregator.store.sqlite import open_store
store = open_store(Path(sys.argv[1]), "news.example", NOW, numbered())
store.sources.sync([source()], NOW)
number = len(store.catalogue.entries(EntryFilter(limit=100000)))
while True:
    state = store.sources.get(FeedId("ashmere"))[1]
    pair = (added(candidate(number)), added(candidate(number + 1)))
    store.ledger.record(record(state, *pair))
    number += 2
    print(number, flush=True)
"""


def test_killed_process_loses_nothing_it_confirmed(tmp_path: Path) -> None:
    """D-22: kill -9 at any moment; what was confirmed is there, nothing is half there, the chain holds."""
    path = tmp_path / "archive.db"
    for stop_at in (6, 13, 25):
        child = subprocess.Popen(
            [sys.executable, "-c", _WRITES_FOR_EVER, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert child.stdout is not None
        confirmed = 0
        for _ in range(stop_at):
            confirmed = int(child.stdout.readline())
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        store = reopen(path)
        entries = store.catalogue.entries(EntryFilter(limit=100000))
        rows = store.catalogue.journal(0, 100000)
        assert store.check() is None
        assert first_broken(rows) is None
        assert len(entries) >= confirmed
        assert len(entries) % 2 == 0
        assert len(entries) == sum(row.kind == "added" for row in rows)
        store.close()


def test_newer_database_is_refused(sqlite: SqliteStore, tmp_path: Path) -> None:
    """A database from the future is left alone."""
    with sqlite.database.transaction() as writer:
        writer.execute("INSERT INTO _sqlite_migrations VALUES (99, 'aggregator', 'm9999_future', '2030-01-01')")
    sqlite.close()
    with pytest.raises(StoreError, match=r"newer version .*m9999_future"):
        reopen(tmp_path / "archive.db")


def test_empty_file_is_migrated_and_stranger_refused(tmp_path: Path) -> None:
    """Opening makes the schema by itself, but never in somebody else's database."""
    (tmp_path / "empty.db").touch()
    store = reopen(tmp_path / "empty.db")
    assert store.migrated.applied == store.migrated.steps != ()
    store.close()
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE recipes (name)")
    other.close()
    with pytest.raises(StoreError, match="another program"):
        reopen(tmp_path / "other.db")


def test_entries_stored_before_the_third_step_count_for_their_month(sqlite: SqliteStore, tmp_path: Path) -> None:
    """b3: an archive that is older than the gap detector is complete as far as anybody knows, not empty."""
    sqlite.sources.sync([source()], NOW)
    sqlite.ledger.record(record(sqlite.sources.get(FeedId("ashmere"))[1], added(candidate(1)), added(candidate(2))))
    with sqlite.database.transaction() as writer:
        for name in ("holds", "gaps", "months"):
            writer.execute(f"DROP TABLE {name}")
        writer.execute("DROP INDEX journal_by_entry")
        writer.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0003_watching'")
    sqlite.close()
    store = reopen(tmp_path / "archive.db")
    assert store.migrated.applied == ("m0003_watching",)
    assert [(month.month, month.entries) for month in store.catalogue.months(FeedId("ashmere"))] == [("2026-07", 2)]
    store.close()


def test_faults_of_opening_are_plain(tmp_path: Path) -> None:
    """What cannot be opened is said in words that tell the remedy."""
    (tmp_path / "text.db").write_text("this is no database " * 400)
    with pytest.raises(StoreError, match="not a database"):
        reopen(tmp_path / "text.db")
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match=r"check \[storage\] path"):
        reopen(tmp_path / "file" / "archive.db")
    with pytest.raises(StoreError, match="cannot be opened"):
        reopen(tmp_path)


def test_closed_archive_says_so(sqlite: SqliteStore) -> None:
    """No use after closing, and closing twice is no harm."""
    sqlite.close()
    sqlite.close()
    with pytest.raises(StoreError, match="closed"):
        sqlite.catalogue.feeds()
    with pytest.raises(StoreError, match="closed"):
        sqlite.sources.claim(NOW, 1, NOW - NOW)


def test_readers_see_only_what_is_committed(sqlite: SqliteStore) -> None:
    """R-02: no reader in another thread sees a number before its transaction is committed."""
    found: list[int] = []

    def look() -> None:
        found.append(len(sqlite.catalogue.entries(EntryFilter())))

    def look_aside() -> None:
        thread = Thread(target=look)
        thread.start()
        thread.join()

    with sqlite.ledger.transaction():
        fill(sqlite, added(candidate(1)))
        look_aside()
        look()
    look_aside()
    assert found == [0, 1, 1]


def test_statements_of_a_poll_are_prepared_once(sqlite: SqliteStore) -> None:
    """Making the schema takes so many statements that a small cache of the driver would hold no other for good."""
    fill(sqlite, added(candidate(1)))
    prepared: list[tuple[object, ...]] = []
    writer = sqlite.database.writer

    def allow(*facts: object) -> int:
        prepared.append(facts)
        return 0

    writer.set_authorizer(allow)
    fill(sqlite, added(candidate(2)), added(candidate(3)))
    assert prepared, "an authorizer has everything prepared anew, once"
    fill(sqlite, added(candidate(4)), added(candidate(5)))
    prepared.clear()
    fill(sqlite, added(candidate(6)), added(candidate(7)))
    writer.set_authorizer(None)
    assert prepared == []


def test_a_poll_leaves_no_cycle_behind(sqlite: SqliteStore) -> None:
    """What a poll was decided on is let go of at once, not at the next collection."""
    fill(sqlite, added(candidate(1)))
    again, other = added(candidate(2)), added(candidate(3))
    sight = record(sqlite.sources.get(FeedId("ashmere"))[1], again, other)
    gc.collect()
    gc.disable()
    try:
        sqlite.ledger.record(sight)
        del sight
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_readers_cannot_write(sqlite: SqliteStore) -> None:
    """One writer: a reading connection refuses to write."""
    with pytest.raises(StoreError), sqlite.database.reading() as reader:
        reader.execute("DELETE FROM templates")


def test_bad_library_is_reported() -> None:
    """A SQLite with the WAL-reset bug is named; the one in use here is sound."""
    assert "3.40.1" in (wal_reset_bug((3, 40, 1)) or "")
    assert wal_reset_bug((3, 51, 3)) is None


def test_no_hot_statement_walks_a_whole_table(sqlite: SqliteStore) -> None:
    """D-22: every statement of a poll and of publishing, as really run, is a walk of an index."""
    ran: list[str] = []
    one, two = candidate(1), candidate(1, "the library stays shut")
    fill(sqlite, added(one), added(candidate(2)))
    sqlite.archive.cards()
    for connection in (sqlite.database.writer, *sqlite.database._pool):
        connection.set_trace_callback(ran.append)
    with sqlite.ledger.transaction():
        head = sqlite.ledger.heads(query(two, candidate(3))).by_key[one.key]
        state = sqlite.sources.get(FeedId("ashmere"))[1]
        sqlite.ledger.record(record(state, revised(head, two), added(candidate(3))))
        head = sqlite.ledger.heads(query(one, candidate(2))).by_key[one.key]
        sqlite.ledger.record(record(state, seen(head, two)))
    sqlite.sources.claim(NOW, 5, NOW - NOW)
    sqlite.sources.waiting(NOW)
    sqlite.sources.waiting(NOW, None, NOW)
    for selection in ({}, {"feed": FeedId("ashmere")}, {"category": "council"}):
        sqlite.archive.items(Selection(limit=10, **selection))
    sqlite.archive.touched(1)
    for connection in (sqlite.database.writer, *sqlite.database._pool):
        connection.set_trace_callback(None)
    statements = {each for each in ran if each.lstrip().startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))}
    assert len(statements) > 40
    for statement in statements:
        steps = [row["detail"] for row in sqlite.database.writer.execute(f"EXPLAIN QUERY PLAN {statement}")]
        for step in steps:
            assert not _walks_all(step, statement), f"{step}: {statement}"
            assert "TEMP B-TREE" not in step or "json_each" in statement or "DISTINCT" in step, statement


def _walks_all(step: str, statement: str) -> bool:
    """A scan of a growing table. Walking an index in order up to a LIMIT ends early, so it is no such scan."""
    grows = any(step.startswith(f"SCAN {table}") for table in ("entries", "revisions", "journal", "polls", "feeds"))
    ordered = "ORDER BY" in statement and "LIMIT" in statement
    return grows and not (ordered or "max(id)" in statement)
