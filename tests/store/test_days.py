"""Daily heads: the same promises in memory and in SQLite."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import FeedId
from aggregator.proving import journal_day
from aggregator.store.memory import MemoryStore
from aggregator.store.sqlite import SqliteStore, open_store
from aggregator.store.values import instant_text
from tests.builders import NOW, added, candidate, record, source
from tests.store.conftest import Store, numbered

FEED = FeedId("ashmere")
MIDNIGHT = NOW.replace(hour=0)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def write(store: Store, *instants: datetime) -> None:
    """One journal row at each of these instants."""
    if not store.catalogue.feeds():
        store.sources.sync([source()], instants[0])
    first = len(store.catalogue.journal(0, 999))
    for number, at in enumerate(instants, first):
        store.ledger.record(record(store.sources.get(FEED)[1], added(candidate(number)), at=at))


def test_a_day_has_a_head_once_a_later_row_is_written(store: Store) -> None:
    """One line a day with journal rows, and never one for a day that may still get rows."""
    assert store.archive.heads() == ()
    write(store, NOW, NOW + SECOND)
    assert store.archive.heads() == ()
    write(store, NOW + 3 * DAY)
    before = store.archive.heads()
    assert [(head.day, head.seq) for head in before] == [("2026-07-01", 3)]
    assert before[0].hash == store.catalogue.journal(2, 1)[0].hash
    write(store, NOW + 3 * DAY, NOW + 4 * DAY)
    assert store.archive.heads()[:1] == before
    assert [(head.day, head.seq) for head in store.archive.heads()] == [("2026-07-01", 3), ("2026-07-04", 5)]


def test_polls_that_end_around_midnight_make_one_head(store: Store) -> None:
    """A row of the evening that is written after one of the night counts to the night's day."""
    write(store, MIDNIGHT - SECOND, MIDNIGHT, MIDNIGHT - SECOND, MIDNIGHT + SECOND, MIDNIGHT + DAY)
    assert [head.day for head in store.archive.heads()] == ["2026-06-30", "2026-07-01"]


def test_a_clock_that_ran_ahead_does_not_end_the_list(store: Store) -> None:
    """T-02: after a row of the year 2099 days go on, and the lines before it stay as they are."""
    write(store, NOW, NOW + DAY, NOW.replace(year=2099), NOW + 2 * DAY, NOW + 3 * DAY)
    days = [head.day for head in store.archive.heads()]
    assert days == ["2026-07-01", "2026-07-02", "2099-07-01", "2026-07-03"]


def test_a_transaction_undone_begins_no_day(store: Store) -> None:
    """H-06: what was taken back leaves no trace in the heads."""
    write(store, NOW)
    try:
        with store.ledger.transaction():
            write(store, NOW + DAY)
            raise InterruptedError
    except InterruptedError:
        pass
    write(store, NOW + 2 * DAY, NOW + 3 * DAY)
    assert [head.day for head in store.archive.heads()] == ["2026-07-01", "2026-07-03"]


@given(st.lists(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2020, 1, 9)), min_size=1, max_size=40))
def test_days_fall_only_after_a_wrong_clock(instants: list[datetime]) -> None:
    """The day goes back only with a row dated more than a day back; it is never later than the latest row."""
    current = ""
    for at in (f"{each.isoformat()}Z" for each in instants):
        after = journal_day(current, at)
        assert after in (current, at[:10])
        assert after >= current or date.fromisoformat(current) - date.fromisoformat(at[:10]) > DAY
        current = after


def test_an_archive_without_days_gets_them(sqlite: SqliteStore, tmp_path: Path) -> None:
    """Opening an archive of an earlier version finds the days in its journal."""
    write(sqlite, NOW, NOW + DAY, NOW + 5 * DAY)
    before = sqlite.archive.heads()
    with sqlite.database.transaction() as writer:
        writer.execute("DROP TABLE days")
        writer.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0005_days'")
    sqlite.close()
    again = open_store(tmp_path / "archive.db", "news.example", NOW, numbered())
    assert again.migrated.applied == ("m0005_days",)
    assert again.archive.heads() == before != ()
    write(again, NOW + 6 * DAY)
    assert [head.day for head in again.archive.heads()] == ["2026-07-01", "2026-07-02", "2026-07-06"]
    again.close()


def test_both_stores_give_the_same_heads(tmp_path: Path) -> None:
    """D-22: equal journals have equal heads."""
    memory, sqlite = (
        MemoryStore("news.example", NOW, numbered()),
        open_store(tmp_path / "archive.db", "news.example", NOW, numbered()),
    )
    for store in (memory, sqlite):
        write(store, *(NOW + hours * timedelta(hours=7) for hours in range(30)))
    assert memory.archive.heads() == sqlite.archive.heads()
    assert len(memory.archive.heads()) > 5
    assert instant_text(NOW)[:10] == memory.archive.heads()[0].day
    sqlite.close()
