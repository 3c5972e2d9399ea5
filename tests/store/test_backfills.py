"""Backfill jobs are kept as they are, in both stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.errors import UnknownFeedError
from aggregator.model import Backfill, Cursor, FeedId, Gap, Ground, JobStatus, Strategy
from aggregator.store.chain import Chain
from aggregator.store.stored import EntryTables
from tests.builders import HOUR, NOW, source
from tests.store.conftest import Store

FEED = FeedId("ashmere")


def job(**changes: object) -> Backfill:
    plain = Backfill(number=0, feed_id=FEED, wanted=Strategy.AUTO, created_at=NOW, updated_at=NOW)
    return replace(plain, **changes)  # type: ignore[arg-type]


def ready(store: Store) -> Store:
    store.sources.sync([source("ashmere"), source("bramford")], NOW)
    return store


def test_a_job_comes_back_as_it_went(store: Store) -> None:
    """B-03: every field, cursor and ground included."""
    full = job(
        since=NOW - HOUR,
        until=NOW,
        status=JobStatus.RESTING,
        strategy=Strategy.WAYBACK,
        plan=(Strategy.WAYBACK,),
        ground=Ground(feed_url="https://a.example/f", home="https://a.example/", variants=("a", "b"), wordpress=True),
        cursor=Cursor(url="u", page=2, total=7, frozen=NOW, todo=("1 - http://x",), seen=("a",), known=("b",)),
        next_at=NOW + HOUR,
        oldest=NOW - timedelta(days=900),
        story=("wp-rest: page 7 of 9: a web page titled “Down”",),
        note="why",
        errors=2,
    )
    kept = ready(store).backfills.put(full)
    assert kept == replace(full, number=1)
    assert store.backfills.get(1) == kept
    assert store.backfills.get(2) is None
    again = store.backfills.put(replace(kept, status=JobStatus.DONE, cursor=None, ground=None))
    assert store.backfills.of(FEED) == (again,)
    assert store.backfills.put(job()).number == 2


def test_which_jobs_may_go_on(store: Store) -> None:
    """B-02: queued ones at once, resting ones in time, ended ones never; those of feeds that are not polled wait."""
    backfills = ready(store).backfills
    backfills.put(job(updated_at=NOW + timedelta(seconds=2)))
    backfills.put(job(status=JobStatus.RESTING, next_at=NOW + HOUR, updated_at=NOW + timedelta(seconds=1)))
    backfills.put(job(status=JobStatus.DONE))
    backfills.put(job(status=JobStatus.INCOMPLETE))
    backfills.put(job(feed_id=FeedId("bramford"), wanted=Strategy.WAYBACK))
    assert [each.number for each in backfills.due(NOW)] == [5, 1]
    assert [each.number for each in backfills.due(NOW + HOUR)] == [5, 2, 1]
    store.sources.sync([source("ashmere"), source("bramford", enabled=False)], NOW)
    assert [each.number for each in backfills.due(NOW)] == [1]
    assert [each.number for each in backfills.all()] == [1, 2, 3, 4, 5]


def test_a_clock_that_ran_ahead_keeps_no_job_waiting(store: Store) -> None:
    """A job planned by a wrong clock goes on."""
    ahead = job(status=JobStatus.RESTING, next_at=NOW + timedelta(days=900), updated_at=NOW + timedelta(days=899))
    ready(store).backfills.put(ahead)
    assert [each.number for each in store.backfills.due(NOW)] == [1]


def test_an_unknown_feed_is_refused(store: Store) -> None:
    """A job belongs to a feed."""
    with pytest.raises(UnknownFeedError):
        store.backfills.put(job())


def noted(gaps: list[Gap], tables: EntryTables) -> None:
    """Gaps as recording notes them, without polls."""
    for gap in gaps:
        tables.watching.add_gap(gap)
        tables.watching.count_months(gap.feed_id, {f"{gap.since:%Y-%m}": (0, gap.missed)})
        facts = {"gap": gap.kind, "since": gap.since, "until": gap.until, "missed": gap.missed}
        Chain(tables).append("gap", gap.feed_id, None, gap.raised_at, facts)


def test_which_gaps_wait_for_a_job(store: Store) -> None:
    """Only those in which entries may have been missed, and that nobody tried to fill."""
    ready(store)
    tables = store.tables if hasattr(store, "tables") else None
    gaps = [
        Gap(feed_id=FEED, kind=kind, since=NOW, until=NOW + HOUR, missed=3, raised_at=NOW, backfill=state)
        for kind, state in (("turnover", "queued"), ("no-overlap", "queued"), ("no-overlap", "failed"))
    ]
    if tables is not None:
        noted(gaps, tables)
    else:
        from aggregator.store.sqlite.tables import Tables

        with store.database.transaction() as writer:  # type: ignore[union-attr]
            noted(gaps, Tables(writer))
    assert store.backfills.wanted() == (gaps[1],)
    assert store.ledger.fill_gaps(FEED, NOW, NOW + HOUR, NOW + 2 * HOUR, done=True) == 2
    assert store.backfills.wanted() == ()
    assert {gap.backfill for gap in store.catalogue.gaps(FEED) if gap.kind == "no-overlap"} == {"done"}
