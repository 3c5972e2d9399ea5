"""One cell changed by hand in each column: `verify` names it, or the guide says that nothing proves it."""

from __future__ import annotations

import re
import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils.utils import sqlite3

from aggregator.model import ContentHash, EntryId, FeedId, Gap, Sealed, Verdict
from aggregator.store.sqlite import SqliteStore, open_store
from tests.builders import HOUR, NOW, added, candidate
from tests.store.conftest import numbered
from tests.store.test_contract import fill
from tests.store.test_evidence import DAY, bodies, busy, by_hand, look
from tests.store.test_takedowns import order

GUIDE = Path(__file__).parent.parent.parent / "docs" / "operators-guide.md"
NAMES = {"entries": {"id"}, "events": {"entry_id"}}
"""Numbers by which rows are found: changed ones are rows taken away and others added, which other tests do."""


def unproved() -> dict[str, set[str]]:
    """The table of the guide: columns of each table that nothing proves, ``all`` for all of them."""
    text = GUIDE.read_text(encoding="utf-8")
    section = text[text.index("**What is not proved.**") :]
    rows = re.findall(r"^\| `(\w+)` \| ([\w, ]+) \|", section, re.MULTILINE)
    found: dict[str, set[str]] = {}
    for table, names in rows:
        found.setdefault(table, set()).update(names.split(", "))
    return found


def rich(store: SqliteStore) -> None:
    """Rows in every table that is proved."""
    busy(store)
    bodies(store)
    for number, kind in enumerate(("turnover", "no-overlap", "no-overlap")):
        at = NOW + 5 * DAY + number * HOUR
        span = {"since": NOW + number * DAY, "until": NOW + number * DAY + HOUR}
        gap = Gap(feed_id=FeedId("ashmere"), kind=kind, missed=3, raised_at=at, **span)
        fill(store, at=at, gap=gap)
    assert store.ledger.fill_gaps(FeedId("ashmere"), NOW + DAY, NOW + DAY + HOUR, NOW + 6 * DAY, done=True) == 1
    fill(store, at=NOW + 6 * DAY, verdict=Verdict(changes=(), templates=(ContentHash("t" * 64),)))
    store.takedowns.forget(order(7))
    for each in range(60, 200):
        fill(store, added(candidate(each)), at=NOW + 10 * DAY + each * timedelta(minutes=1))
    for chain in store.chains.chains():
        for segment in store.chains.segments(chain, 0, 99):
            body = f'<feed><link href="https://news.example/"/>{segment.number}</feed>'.encode()
            store.chains.keep(segment, Sealed(atom=body, rss=body, site_url="https://news.example/"))


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rich archive on disk, closed."""
    path = tmp_path_factory.mktemp("rich") / "archive.db"
    store = open_store(path, "news.example", NOW, numbered())
    rich(store)
    store.close()
    assert look(path).flaws == ()
    return path


def columns(path: Path) -> list[tuple[str, str, str]]:
    """Table, column and type of all that is stored; columns that SQLite computes are none."""
    with closing(sqlite3.connect(path)) as database:
        found = database.execute(
            "SELECT t.name, c.name, c.type FROM pragma_table_list AS t CROSS JOIN pragma_table_info(t.name) AS c "
            "WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY 1, c.cid"
        )
        return [(str(row[0]), str(row[1]), str(row[2])) for row in found]


def change(name: str, kind: str) -> str:
    """Another value that could stand there."""
    if kind in ("INTEGER", "REAL"):
        return f"coalesce({name}, 0) + 1"
    if kind == "BLOB":
        return "zeroblob(16)"
    return f"iif({name} GLOB '20??-*', '1999' || substr({name}, 5), coalesce({name}, '') || 'x')"


def mutated(master: Path, folder: Path, table: str, name: str, kind: str) -> list[str]:
    """What is named first where this column is changed, for the two last rows of a table; `refused` where SQLite itself
    does not take it."""
    path, told = folder / "archive.db", []
    with closing(sqlite3.connect(master)) as database:
        keys = [row[1] for row in database.execute(f"PRAGMA table_info({table})") if row[5]]
        rows = database.execute(f"SELECT {', '.join(keys)} FROM {table} ORDER BY 1 DESC LIMIT 2").fetchall()
    for row in rows:
        shutil.copy(master, path)
        place = " AND ".join(f"{key} = ?" for key in keys)
        with by_hand(path) as database:
            database.execute("PRAGMA foreign_keys = OFF")
            try:
                database.execute(f"UPDATE {table} SET {name} = {change(name, kind)} WHERE {place}", row)
            except sqlite3.Error:
                told.append("refused")
                continue
        told.append(next((str(flaw) for flaw in look(path).flaws), ""))
    return told


def test_every_table_and_column_of_the_list_is_there(master: Path) -> None:
    """The guide's list of what is not proved names nothing that does not exist."""
    found = {(table, name) for table, name, _ in columns(master)}
    tables = {table for table, _ in found}
    for table, names in unproved().items():
        assert table in tables
        assert names == {"all"} or {(table, name) for name in names} <= found


def test_each_column_is_proved_or_in_the_list(master: Path, tmp_path: Path) -> None:
    """Whoever adds a column proves it, or writes down that nothing does."""
    known, silent = unproved(), []
    for table, name, kind in columns(master):
        if known.get(table) == {"all"} or name in known.get(table, set()) | NAMES.get(table, set()):
            continue
        if (table, name) in {("_sqlite_migrations", "migration_set"), ("_sqlite_migrations", "name")}:
            continue  # an archive of another version is not looked at
        told = mutated(master, tmp_path, table, name, kind)
        if not told or not all(told):
            silent.append(f"{table}.{name}: {told}")
    assert not silent


@pytest.mark.parametrize("table", ["holds", "gaps", "months", "templates", "shelves", "chains", "segments", "cards"])
def test_a_row_taken_away_is_named(master: Path, tmp_path: Path, table: str) -> None:
    """What is counted or repeated elsewhere cannot be dropped."""
    path = tmp_path / "archive.db"
    shutil.copy(master, path)
    with by_hand(path) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        key = database.execute(f"SELECT name FROM pragma_table_info('{table}') WHERE pk = 1").fetchone()[0]
        database.execute(f"DELETE FROM {table} WHERE {key} = (SELECT min({key}) FROM {table})")
    assert look(path).flaws


def test_a_lost_poll_is_noticed(master: Path, tmp_path: Path) -> None:
    """H-73: numbers of polls have no gaps, so a request cannot be made undone."""
    path = tmp_path / "archive.db"
    shutil.copy(master, path)
    with by_hand(path) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("DELETE FROM polls WHERE id = (SELECT id FROM polls WHERE new = 0 ORDER BY id DESC LIMIT 1)")
    assert any("the polls before it are missing" in flaw.text for flaw in look(path).flaws)


def test_an_event_of_another_size_is_noticed_by_its_segment(master: Path, tmp_path: Path) -> None:
    """R-31: sizes of publish events are proved by the segments that were sealed for them."""
    path = tmp_path / "archive.db"
    shutil.copy(master, path)
    with by_hand(path) as database:
        database.execute("UPDATE events SET size = size + 1 WHERE seq = 2")
    assert str(look(path).flaws[0]).startswith("segments feed 1: its size is not what its events make it")


def test_entries_of_takedowns_are_proved_by_the_journal(master: Path) -> None:
    """R-39: the archive of these tests has a takedown, and proves itself."""
    with closing(sqlite3.connect(master)) as database:
        assert database.execute("SELECT entry_id FROM takedowns").fetchall() == [(EntryId(7),)]
