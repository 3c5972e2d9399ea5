"""Held entries, gaps, completeness and polls: the same promises in memory and in SQLite."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.errors import StoreError, UnknownFeedError
from aggregator.model import FeedId, Gap, Hold, Selection, Verdict
from aggregator.store.chain import first_broken
from tests.builders import HOUR, NOW, added, candidate, query, record, source
from tests.store.conftest import Store

FEED = FeedId("ashmere")
DAY = timedelta(days=1)


def gap(kind: str = "no-overlap", missed: int = 20) -> Gap:
    """Something scrolled past on the last day of June."""
    return Gap(feed_id=FEED, kind=kind, since=NOW - 2 * DAY, until=NOW - DAY, missed=missed, raised_at=NOW)


@pytest.fixture
def known(store: Store) -> Store:
    """An archive that follows one feed."""
    store.sources.sync([source()], NOW)
    return store


def fill(store: Store, *changes: object, at: timedelta = timedelta(), **others: object) -> None:
    """Record one poll."""
    store.ledger.record(record(store.sources.get(FEED)[1], *changes, at=NOW + at, **others))


def test_a_held_entry_is_stored_and_announced_when_released(known: Store) -> None:
    """P-15, b11: held entries have no publish number until they are released, and each release is journalled."""
    held = added(candidate(1), emitted=False, hold=Hold(kind="back-catalogue"))
    fill(known, held, added(candidate(2)))
    assert [each.entry_id for each in known.archive.items(Selection(limit=9))] == [2]
    assert [(each.entry_id, each.released_at) for each in known.catalogue.held(FEED)] == [(1, None)]
    assert known.ledger.release(FEED, NOW + HOUR) == 1
    assert [each.entry_id for each in known.archive.items(Selection(limit=9))] == [1, 2]
    assert known.catalogue.held(FEED)[0].released_at == NOW + HOUR
    rows = known.catalogue.about("1")
    assert [row.kind for row in rows] == ["added", "released"]
    assert '"held":"back-catalogue"' in rows[0].payload
    assert first_broken(known.catalogue.journal(0, 99)) is None
    with pytest.raises(UnknownFeedError):
        known.ledger.release(FeedId("nowhere"), NOW)


def test_a_doubtful_entry_is_announced_by_the_first_poll_after_its_time(known: Store) -> None:
    """P-15: a hold with an end needs nobody; one without waits for ever."""
    fill(
        known,
        added(candidate(1), emitted=False, hold=Hold(kind="doubtful", until=NOW + 2 * HOUR)),
        added(candidate(2), emitted=False, hold=Hold(kind="doubtful")),
    )
    fill(known, at=HOUR)
    assert known.archive.items(Selection(limit=9)) == ()
    fill(known, at=3 * HOUR)
    assert [each.entry_id for each in known.archive.items(Selection(limit=9))] == [1]


def test_kin_are_found_by_title_or_date_in_their_own_feed_only(known: Store) -> None:
    """P-15: a document that looks like a flood is compared by titles and dates, texts included; others are not."""
    one = candidate(1)
    fill(known, added(one))
    plain = query(candidate(7))
    assert known.ledger.heads(plain).newest is None
    by_title = known.ledger.heads(replace(plain, titles=(one.fingerprint.title,)))
    assert [head.entry_id for head in by_title.kin] == [1]
    assert by_title.kin[0].text is not None
    assert by_title.newest == NOW
    by_date = known.ledger.heads(replace(plain, titles=("nothing",), dates=(NOW,)))
    assert [head.entry_id for head in by_date.kin] == [1]
    elsewhere = known.ledger.heads(replace(plain, feed_id=FeedId("other"), titles=(one.fingerprint.title,)))
    assert (elsewhere.kin, elsewhere.newest) == ((), None)


def test_a_gap_costs_completeness_in_its_month(known: Store) -> None:
    """b3: entries are counted by the month of their day, what a gap may have cost by the month of its middle."""
    fill(known, added(candidate(1)), added(candidate(2), at=NOW - 3 * DAY))
    fill(known, at=HOUR, gap=gap())
    assert known.catalogue.gaps(FEED) == (gap(),)
    june, july = known.catalogue.months(FEED)
    assert (june.month, june.entries, june.missed) == ("2026-06", 1, 20)
    assert (july.month, july.completeness) == ("2026-07", 1.0)
    assert june.completeness == pytest.approx(1 / 21)
    assert known.catalogue.journal(0, 99)[-1].kind == "gap"


def test_publishing_reads_the_incomplete_months_only(known: Store) -> None:
    """b3: the page of a source names them; a month without loss, or a feed without gaps, is not among them."""
    fill(known, added(candidate(1)))
    assert known.archive.incomplete(FEED) == ()
    fill(known, gap=gap(missed=20), at=DAY)
    assert known.archive.incomplete(FEED) == tuple(month for month in known.catalogue.months(FEED) if month.missed)
    assert [month.missed for month in known.archive.incomplete(FEED)] == [20]


def test_calm_closes_turnover_and_never_a_hole(known: Store) -> None:
    """b3: a window that is calm again ends the warning; entries that were missed stay missed until they are found."""
    fill(known, gap=gap("turnover", 0))
    fill(known, at=HOUR, gap=gap())
    fill(known, at=2 * HOUR, calm=True)
    assert [each.closed_at for each in known.catalogue.gaps(FEED)] == [NOW + 2 * HOUR, None]


def test_polls_are_listed_newest_first(known: Store) -> None:
    """H-73: each request is a row that people can look up."""
    for number in range(3):
        fill(known, at=number * HOUR, http_status=200 + number)
    assert [line.http_status for line in known.catalogue.polls(FEED, 2)] == [202, 201]
    assert known.catalogue.polls(FEED, 2)[0].started_at == NOW + 2 * HOUR


def test_what_is_taken_back_leaves_no_hold_and_no_gap(known: Store) -> None:
    """D-22: a poll that cannot be stored leaves nothing of what it watched either."""
    held = added(candidate(1), emitted=False, hold=Hold(kind="doubtful"))
    broken = added(candidate(2), emitted=False, first_key="key of nobody")
    with pytest.raises(StoreError):
        fill(known, gap=gap(), verdict=Verdict(changes=(held, broken)))
    assert (known.catalogue.held(FEED), known.catalogue.gaps(FEED), known.catalogue.months(FEED)) == ((), (), ())
