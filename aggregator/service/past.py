"""Backfill in the foreground: the same parts as the service, one job after another, published at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.errors import StoreError
from aggregator.model import Backfill, FeedId, JobStatus, Strategy
from aggregator.opening import SystemClock, open_archive
from aggregator.pipeline.backfill import Desk, new_job, opened
from aggregator.ports import Backfills
from aggregator.service.backfiller import Backfiller
from aggregator.service.catch_up import CatchUp
from aggregator.service.lock import store_lock
from aggregator.service.poller import Poller
from aggregator.service.publisher import Publisher
from aggregator.settings import Settings
from aggregator.wiring import Parts, make_desk, running

Tell = Callable[[Backfill], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to fetch: of these feeds, by this way, dated from ``since`` until before ``until`` (aware, UTC)."""

    feeds: tuple[FeedId, ...]
    strategy: Strategy = Strategy.AUTO
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The jobs as they are now; ``faults`` are feeds whose job could not go on, and why."""

    jobs: tuple[Backfill, ...]
    faults: tuple[tuple[FeedId, str], ...] = ()
    unpublished: str | None = None


async def backfill_once(settings: Settings, wanted: Wanted, tell: Tell, *, rehearse: bool = False) -> Outcome:
    """Work on the jobs of these feeds until each ends or has to rest; what is open already goes on.

    Raises:
        LockedError: a service works on this store; `enqueue` hands the jobs to it.
        StoreError: the store cannot be opened.
    """
    with store_lock(settings.storage.path):
        async with running(settings) as parts:
            ports = parts.ports
            await ports.write(lambda: ports.sources.sync(settings.feeds, ports.clock.now()))
            await CatchUp(ports, parts.store.catalogue).set_right(ports.clock.now())
            await _read_first(parts, wanted.feeds)
            outcome = await _work(parts, wanted, tell, rehearse=rehearse)
            publisher = Publisher(parts)
            await publisher.run()
            return Outcome(jobs=outcome.jobs, faults=outcome.faults, unpublished=publisher.fault)


async def _work(parts: Parts, wanted: Wanted, tell: Tell, *, rehearse: bool) -> Outcome:
    """All feeds side by side: hosts are what has to wait, not feeds."""
    desk = make_desk(parts, live=False)
    worker = Backfiller(desk)

    async def one(feed_id: FeedId) -> Backfill | str:
        try:
            job = await _open(desk, feed_id, wanted, keep=not rehearse)
            return await (worker.rehearse(job, tell) if rehearse else worker.run(job, tell))
        except StoreError as fault:
            return str(fault)

    ended = await asyncio.gather(*(one(feed_id) for feed_id in wanted.feeds))
    pairs = tuple(zip(wanted.feeds, ended, strict=True))
    return Outcome(
        jobs=tuple(job for _, job in pairs if isinstance(job, Backfill)),
        faults=tuple((feed_id, fault) for feed_id, fault in pairs if isinstance(fault, str)),
    )


async def _open(desk: Desk, feed_id: FeedId, wanted: Wanted, *, keep: bool) -> Backfill:
    """The job to work on; a rehearsal leaves none behind."""
    now = desk.ports.clock.now()
    if not keep:
        return new_job(now, feed_id, wanted.strategy, wanted.since, wanted.until)
    return await desk.ports.write(lambda: _woken(_opened(desk.jobs, now, feed_id, wanted), desk))


def _opened(jobs: Backfills, now: datetime, feed_id: FeedId, wanted: Wanted) -> Backfill:
    return opened(jobs, now, feed_id, wanted.strategy, wanted.since, wanted.until)


def _woken(job: Backfill, desk: Desk) -> Backfill:
    """A job that has rested long enough goes on."""
    rested = job.status is JobStatus.RESTING and job.next_at is not None and job.next_at <= desk.ports.clock.now()
    return desk.jobs.put(replace(job, status=JobStatus.QUEUED, next_at=None)) if rested else job


async def _read_first(parts: Parts, feeds: Sequence[FeedId]) -> None:
    """Poll those that were never read: their present entries are news, and must not be met as history first."""
    sources = parts.store.sources
    unread = [feed_id for feed_id in feeds if sources.get(feed_id)[1].last_success_at is None]
    if not unread:
        return
    polling = parts.settings.polling
    poller = Poller(parts.ports, agent=parts.agent, concurrency=polling.concurrency, spacing=polling.host_spacing)
    try:
        await poller.once(unread, lambda _report, _left: None)
    finally:
        await poller.stop(0)


def enqueue(settings: Settings, wanted: Wanted) -> tuple[Backfill, ...]:
    """Leave jobs for the running service, which takes them up within seconds.

    Raises:
        StoreError: the store cannot be opened.
        UnknownFeedError: the service has not taken up the feed yet.
    """
    store = open_archive(settings)
    try:
        with store.ledger.transaction():
            now = SystemClock().now()
            return tuple(_opened(store.backfills, now, feed_id, wanted) for feed_id in wanted.feeds)
    finally:
        store.close()
