"""What is published by civil month of its effective date, over memory and SQLite (R-36)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator.model import (
    Effective,
    EntryId,
    FeedId,
    Hold,
    Precision,
    Provenance,
    Reason,
    Refiled,
    Selection,
    Shelf,
    Verdict,
)
from aggregator.store.shelving import month_of, span_of
from aggregator.store.sqlite import SqliteStore, open_store
from tests.builders import HOUR, NOW, added, candidate, copy_of, query, revised, source
from tests.store.conftest import Store, numbered
from tests.store.test_contract import fill

JUNE, JULY = NOW - timedelta(days=20), NOW
EDGE = datetime(2026, 5, 31, 23, 30, tzinfo=UTC)
"""Already June in London."""


def months(store: Store, feed: str | None = None) -> list[tuple[str, int]]:
    """Months and counts."""
    return [(shelf.month, shelf.entries) for shelf in store.shelves.shelves(FeedId(feed) if feed else None)]


def page(store: Store, month: str, feed: str | None = None, offset: int = 0, limit: int = 100) -> list[int]:
    """The entries of a page."""
    items = store.shelves.page(FeedId(feed) if feed else None, month, offset, limit)
    return [item.entry_id for item in items]


def test_months_are_civil_ones_of_the_site() -> None:
    """R-36: by the zone of the site, at both ends and in both halves of the year."""
    assert [month_of(EDGE, zone) for zone in ("Europe/London", "UTC")] == ["2026-06", "2026-05"]
    assert month_of(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "Europe/London") == "2026-12"
    for month, hours in (("2026-06", 30 * 24), ("2026-10", 31 * 24 + 1), ("2026-12", 31 * 24)):
        first, last = span_of(month, "Europe/London")
        assert month_of(first, "Europe/London") == month
        assert month_of(last - timedelta(seconds=1), "Europe/London") == month
        assert last.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=hours)


def test_published_entries_are_counted(store: Store) -> None:
    """R-36: for all and for each source; copies and held entries do not count, the past that nobody is told of does."""
    fill(store, added(candidate(1), JULY), added(candidate(2), JUNE), added(candidate(3), EDGE))
    fill(store, copy_of(candidate(7, feed="bramford"), EntryId(1)), feed="bramford")
    fill(store, added(candidate(8, feed="bramford"), JUNE, announced=False), feed="bramford")
    fill(store, added(candidate(9), JUNE, emitted=False, hold=Hold(kind="back-catalogue")))
    assert months(store) == [("2026-07", 1), ("2026-06", 3)]
    assert months(store, "ashmere") == [("2026-07", 1), ("2026-06", 2)]
    assert months(store, "bramford") == [("2026-06", 1)]
    assert months(store, "nobody") == []
    store.ledger.release(FeedId("ashmere"), NOW)
    assert months(store, "ashmere") == [("2026-07", 1), ("2026-06", 3)]


def test_what_is_at_hand_is_not_read_again(store: Store) -> None:
    """The same objects stand in the page, in its order; what is at hand and not in the page is not."""
    fill(store, *(added(candidate(n), JULY + n * HOUR) for n in range(1, 5)), added(candidate(6), JUNE))
    hand = store.archive.items(Selection(limit=3))
    found = store.shelves.page(FeedId("ashmere"), "2026-07", 0, 9, hand)
    assert [item.entry_id for item in found] == [1, 2, 3, 4]
    assert [item for item in found if any(item is each for each in hand)] == [
        item for item in found if item.entry_id in {each.entry_id for each in hand}
    ]
    assert found == store.shelves.page(FeedId("ashmere"), "2026-07", 0, 9)


def test_a_page_is_part_of_a_month_from_its_oldest_entry(store: Store) -> None:
    """W-05: pages are counted from the oldest entry, so that a full one stays."""
    fill(store, *(added(candidate(n), JULY + (5 - n) * HOUR) for n in range(1, 6)), added(candidate(6), JUNE))
    fill(store, added(candidate(7, feed="bramford"), JULY + HOUR), feed="bramford")
    assert page(store, "2026-07") == [5, 4, 7, 3, 2, 1]
    assert page(store, "2026-07", offset=2, limit=2) == [7, 3]
    assert page(store, "2026-07", "ashmere", offset=1, limit=2) == [4, 3]
    assert page(store, "2026-06") == [6]
    assert page(store, "2025-06") == []


def test_shifts_tell_which_entries_moved(store: Store) -> None:
    """A poll renders only the months it brought something for: new entries, changed ones, the lead of a copy."""
    fill(store, added(candidate(1), JULY), added(candidate(2), JUNE), added(candidate(3), JULY, emitted=False))
    mark = store.archive.touched(0).seq
    assert [(shift.entry_id, shift.kind) for shift in store.shelves.shifts(0, mark)] == [(1, "added"), (2, "added")]
    new = candidate(2, "the library stays shut")
    fill(store, revised(store.ledger.heads(query(new)).by_key[new.key], new, NOW))
    fill(store, copy_of(candidate(7, feed="bramford"), EntryId(1)), feed="bramford")
    fill(store, added(candidate(8), JULY - HOUR))
    seq = store.archive.touched(0).seq
    shifts = store.shelves.shifts(mark, seq)
    assert [(shift.entry_id, shift.feed_id, shift.kind) for shift in shifts] == [
        (1, "ashmere", "changed"),
        (2, "ashmere", "changed"),
        (5, "ashmere", "added"),
    ]
    assert [store.shelves.month_of(shift) for shift in shifts] == ["2026-07", "2026-06", "2026-07"]
    assert [store.shelves.newer(shift, None) for shift in shifts] == [0, 0, 1]
    assert store.shelves.newer(shifts[2], FeedId("ashmere")) == 1
    assert store.shelves.newer(shifts[2], FeedId("bramford")) == 0
    july = [shifts[0], shifts[2]]
    assert store.shelves.newer_each(july, None) == (0, 1)
    assert store.shelves.newer_each((), None) == ()
    assert store.shelves.shifts(seq, seq) == ()


def test_an_entry_filed_under_a_better_date_leaves_its_month(store: Store) -> None:
    """P-38: what nobody was told of may move; both months know of it, and what is sealed shows the old date."""
    past = added(candidate(1), JULY, announced=False)
    fill(store, past, added(candidate(2), JUNE, announced=False), provenance=Provenance.WAYBACK)
    mark = store.archive.touched(0).seq
    filed = Effective(instant=JUNE - HOUR, precision=Precision.DAY, basis="url", day=(JUNE - HOUR).date())
    why = Reason(rule="P-38", text="a better date")
    fill(store, verdict=Verdict(changes=(), refiled=(Refiled(entry_id=EntryId(1), effective=filed, reason=why),)),
         provenance=Provenance.WAYBACK)  # fmt: skip
    assert months(store) == [("2026-06", 2)]
    assert page(store, "2026-06") == [1, 2]
    shifts = store.shelves.shifts(mark, store.archive.touched(0).seq)
    assert [(shift.published_at, shift.kind) for shift in shifts] == [(JUNE - HOUR, "added"), (JULY, "removed")]
    (sealed,) = store.chains.segments("feed", 0, 9)
    assert {item.entry_id: item.published_at for item in store.chains.contents(sealed).items}[EntryId(1)] == JULY


def test_a_renamed_source_is_told(store: Store) -> None:
    """Months name their sources: a change of configuration concerns all of them."""
    fill(store, added(candidate(1), JULY))
    mark = store.archive.touched(0).seq
    assert store.shelves.configured(mark, mark) == ()
    store.sources.sync([source(title="Ashmere Town Council")], NOW)
    assert store.shelves.configured(mark, store.archive.touched(0).seq) == ("ashmere",)


def test_sources_on_a_page_say_what_lasts(store: Store) -> None:
    """A page of the past does not change with each poll of its source."""
    fill(store, added(candidate(1), JUNE))
    before = store.shelves.page(None, "2026-06", 0, 9)
    fill(store, added(candidate(2), JULY + HOUR), at=JULY + HOUR)
    assert store.shelves.page(None, "2026-06", 0, 9) == before


def test_another_zone_is_counted_anew(sqlite: SqliteStore, tmp_path: Path) -> None:
    """R-36: the counts follow the zone of the site, and an archive that had none gets them when it is opened."""
    fill(sqlite, added(candidate(1), EDGE), added(candidate(2), JULY))
    sqlite.close()
    again = open_store(tmp_path / "archive.db", "news.example", NOW, numbered(), zone="UTC")
    assert months(again) == [("2026-07", 1), ("2026-05", 1)]
    fill(again, added(candidate(3), EDGE))
    assert again.shelves.shelves(FeedId("ashmere"))[1] == Shelf(month="2026-05", entries=2)
    with again.database.transaction() as writer:
        writer.execute("DELETE FROM meta WHERE name = 'zone'")
        writer.execute("DELETE FROM shelves")
    again.close()
    last = open_store(tmp_path / "archive.db", "news.example", NOW, numbered())
    assert months(last) == [("2026-07", 1), ("2026-06", 2)]
    assert page(last, "2026-06") == [1, 3]
    last.close()
