"""Backfill jobs in the background: gaps queue them, hosts are spared, what is paused waits, a stop breaks nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import cast

from aggregator.model import FeedId, FeedStatus, JobStatus, Source, Strategy
from aggregator.pipeline.backfill import opened
from aggregator.ports import Ledger
from aggregator.service.backfiller import Backfiller
from aggregator.store.chain import first_broken
from tests.pasts.walking import Walk, walking
from tests.pasts.wordpress import FIRST, WordPress, posts
from tests.pipeline.fakes import FEED, FullDiskLedger

URL = "https://mossgate.example/"


def site(count: int = 60, **habits: object) -> WordPress:
    return WordPress(url=URL, all_posts=posts(URL, count), **habits)  # type: ignore[arg-type]


async def worked(walk: Walk, beats: int = 400) -> Backfiller:
    """So many beats, five seconds apart, each with the requests that it began."""
    worker = Backfiller(walk.desk)
    for _ in range(beats):
        await worker.beat()
        await worker.idle()
        walk.home.later(seconds=5)
    return worker


def gapped() -> tuple[Walk, WordPress]:
    """A feed of which 40 entries were published between two polls, thirty of them gone from its window."""
    pub = site(100)
    late = set(range(61, 101))
    pub.hidden = set(late)
    walk = walking(f"{URL}feed/", {URL: pub}, live=False)
    pub.hidden = set()
    walk.home.clock.at = FIRST + timedelta(days=510)
    walk.poll()
    return walk, pub


def test_a_gap_is_filled_and_closed() -> None:
    """A gap queues a job for its span; when it is filled the gap is closed, the month is whole again, the feed shows
    no gap, and none of the entries found is announced."""
    walk, _ = gapped()
    catalogue = walk.home.store.catalogue
    gap = catalogue.gaps(FEED)[0]
    assert (gap.kind, gap.backfill, gap.closed_at) == ("no-overlap", "queued", None)
    told = walk.told()
    assert min(month.completeness for month in catalogue.months(FEED)) < 1

    asyncio.run(worked(walk))

    gap = catalogue.gaps(FEED)[0]
    assert gap.backfill == "done"
    assert gap.closed_at is not None
    job = walk.desk.jobs.of(FEED)[0]
    assert (job.cause, job.status, job.new) == ("gap", JobStatus.DONE, 30)
    assert {month.completeness for month in catalogue.months(FEED)} == {1.0}
    assert walk.told() == told
    state = walk.home.store.sources.get(FEED)[1]
    assert state.window.gap_at is None
    walk.poll()
    assert walk.home.store.sources.get(FEED)[1].status is not FeedStatus.GAP
    rows = catalogue.journal(0, 10_000)
    assert first_broken(rows) is None
    assert [row.kind for row in rows if row.kind.startswith("gap")] == ["gap", "gap_filled"]
    assert len(walk.desk.jobs.of(FEED)) == 1


def test_a_gap_that_cannot_be_filled_stays_open_and_says_so() -> None:
    """The completeness of the month stays what it was, and nobody is asked again and again."""
    walk, pub = gapped()
    pub.rest = pub.paged = False
    pub.stuck = True
    before = walk.home.store.catalogue.months(FEED)
    asyncio.run(worked(walk))
    gap = walk.home.store.catalogue.gaps(FEED)[0]
    assert (gap.backfill, gap.closed_at) == ("failed", None)
    assert walk.desk.jobs.of(FEED)[0].status is JobStatus.INCOMPLETE
    assert [month.missed for month in walk.home.store.catalogue.months(FEED)] == [month.missed for month in before]
    asked = len(walk.asked)
    asyncio.run(worked(walk))
    assert len(walk.asked) == asked


def test_two_jobs_of_one_host_share_its_pace() -> None:
    """B-02: thirty seconds between two requests of the host, whichever job asks."""
    walk = walking(f"{URL}feed/", {URL: site()}, live=False)
    for wanted in (Strategy.WP_REST, Strategy.WP_PAGED):
        opened(walk.desk.jobs, walk.home.clock.at, FEED, wanted)
    asyncio.run(worked(walk, beats=100))
    assert {job.status for job in walk.desk.jobs.of(FEED)} == {JobStatus.DONE}
    times = [at for at, _ in walk.asked][1:]
    assert all(b - a >= timedelta(seconds=30) for a, b in pairwise(times))


def test_a_paused_feed_waits_and_a_removed_one_too() -> None:
    """Nothing is asked for a feed that its operator does not want asked."""
    walk = walking(f"{URL}feed/", {URL: site()}, live=False)
    opened(walk.desk.jobs, walk.home.clock.at, FEED, Strategy.AUTO)
    source = Source(id=FEED, url=f"{URL}feed/")
    asked = len(walk.asked)
    walk.home.store.sources.sync([replace(source, enabled=False)], walk.home.clock.at)
    asyncio.run(worked(walk, beats=20))
    other = Source(id=FeedId("other"), url="https://other.example/feed", enabled=False)
    walk.home.store.sources.sync([other], walk.home.clock.at)
    asyncio.run(worked(walk, beats=20))
    assert len(walk.asked) == asked
    walk.home.store.sources.sync([source, other], walk.home.clock.at)
    asyncio.run(worked(walk, beats=60))
    assert walk.desk.jobs.of(FEED)[0].status is JobStatus.DONE


def test_a_rest_ends_by_itself() -> None:
    """B-02: a day after a refusal the job goes on where it was."""
    pub = site(refuse=429)
    walk = walking(f"{URL}feed/", {URL: pub}, live=False)
    opened(walk.desk.jobs, walk.home.clock.at, FEED, Strategy.WP_REST)
    asyncio.run(worked(walk, beats=60))
    assert walk.desk.jobs.of(FEED)[0].status is JobStatus.RESTING
    pub.refuse = None
    walk.home.later(days=1)
    asyncio.run(worked(walk, beats=60))
    assert walk.desk.jobs.of(FEED)[0].status is JobStatus.DONE


def test_a_live_poll_that_is_due_goes_first() -> None:
    """B-02: while the feed is overdue nothing is asked for its past."""
    walk = walking(f"{URL}feed/", {URL: site()}, live=True)
    opened(walk.desk.jobs, walk.home.clock.at, FEED, Strategy.AUTO)
    due = walk.home.store.sources.get(FEED)[1].next_poll_at
    assert due is not None
    walk.home.clock.at = due - timedelta(seconds=30)
    asked = len(walk.asked)
    asyncio.run(worked(walk, beats=20))
    assert len(walk.asked) == asked
    walk.poll()
    asyncio.run(worked(walk, beats=60))
    assert walk.desk.jobs.of(FEED)[0].status is JobStatus.DONE


def test_a_full_disk_asks_nobody_in_vain() -> None:
    """H-06: a page that cannot be stored changes nothing; it is asked for again after a while, not at once."""
    walk = walking(f"{URL}feed/", {URL: site()}, live=False)
    opened(walk.desk.jobs, walk.home.clock.at, FEED, Strategy.WP_PAGED)
    real = walk.home.ports
    walk.desk = replace(walk.desk, ports=replace(real, ledger=cast("Ledger", FullDiskLedger(real.ledger))))
    asked = len(walk.asked)
    asyncio.run(worked(walk, beats=110))
    assert len([url for _, url in walk.asked[asked:] if "paged" in url]) == 1
    assert len(walk.rows()) == 10
    walk.desk = replace(walk.desk, ports=real)
    asyncio.run(worked(walk, beats=60))
    assert walk.desk.jobs.of(FEED)[0].status is JobStatus.DONE
    assert len(walk.rows()) == 60
