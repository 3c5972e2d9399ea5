"""Works on backfill jobs: in the background at the polite pace, or one in the foreground to its end (B-02, B-03)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from aggregator.errors import AggregatorError, StoreError
from aggregator.history.backfill.job import Moment, paused
from aggregator.model import Backfill, Gap, JobStatus, Strategy
from aggregator.pipeline.backfill import Desk, advance, kept, next_address, opened, prepared
from aggregator.store.hosts import host_of

log = structlog.get_logger()

AT_ONCE = 4
"""Requests for the past in flight, at most; one a host."""
LOOK_FOR_GAPS = timedelta(minutes=1)
PATIENCE = timedelta(minutes=15)
"""So long at most the foreground waits for one turn."""
AFTERWARDS = timedelta(minutes=10)
"""So long a job waits after a fault of the store or of ours."""
SHORTEST, LONGEST = 0.05, 5.0
"""Seconds between two looks whether the turn has come."""

Tell = Callable[[Backfill], None]


class Backfiller:
    """``recorded`` counts requests whose outcome is stored."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._running: dict[int, asyncio.Task[None]] = {}
        self._hosts: dict[int, str] = {}
        self._held: dict[int, datetime] = {}
        self._looked: datetime | None = None
        self.recorded = 0

    async def beat(self) -> None:
        """Begin what may be asked now: one request for each job whose turn has come."""
        now = self._desk.ports.clock.now()
        if self._looked is None or not self._looked <= now < self._looked + LOOK_FOR_GAPS:
            self._looked = now
            await self._queue_gaps()
        for job in self._desk.jobs.due(now):
            if len(self._running) >= AT_ONCE:
                break
            if job.number not in self._running and self._held.get(job.number, now) <= now:
                await self._begin(job, now)

    async def _begin(self, job: Backfill, now: datetime) -> None:
        """Start the next request of a job, if it is its turn."""
        try:
            job = await self._ready(job)
            if not job.status.open:
                return
            url = next_address(job, self._desk)
            if host_of(url) in self._hosts.values() or not await self._turn(url, now):
                return
        except StoreError as fault:
            log.warning("a backfill waits", feed=job.feed_id, reason=str(fault))
            waiting = replace(job, next_at=now + AFTERWARDS, updated_at=now, note=str(fault))
            await self._desk.ports.write(lambda: self._desk.jobs.put(waiting))
            return
        task = asyncio.create_task(self._step(job), name=f"backfill {job.number}")
        self._running[job.number], self._hosts[job.number] = task, host_of(url)
        task.add_done_callback(lambda _done: self._ended(job.number))

    def _ended(self, number: int) -> None:
        self._running.pop(number, None)
        self._hosts.pop(number, None)

    async def _ready(self, job: Backfill) -> Backfill:
        """The job with its first step, stored as soon as it has one."""
        ready = prepared(job, self._desk)
        return ready if ready is job else await kept(ready, self._desk)

    async def _turn(self, url: str, now: datetime) -> bool:
        desk = self._desk
        return desk.pace.ready_at(url, now) <= now and await desk.ports.write(lambda: desk.pace.take(url, now))

    async def _step(self, job: Backfill) -> None:
        """One request; a fault leaves the job where it was, and what cannot be kept is not asked for again at once."""
        self._held[job.number] = self._desk.ports.clock.now() + AFTERWARDS
        try:
            after = await advance(job, self._desk)
        except AggregatorError as fault:
            log.error("a page of the past could not be stored", feed=job.feed_id, error=str(fault))
            return
        except Exception:
            log.exception("backfill failed by a fault of ours", feed=job.feed_id)
            return
        del self._held[job.number]
        self.recorded += 1
        _told(after)

    async def _queue_gaps(self) -> None:
        """A job for each gap that waits for one."""
        for gap in self._desk.jobs.wanted():
            await self._desk.ports.write(partial(self._queue, gap))

    def _queue(self, gap: Gap) -> Backfill:
        now, until = self._desk.ports.clock.now(), gap.until + timedelta(seconds=1)
        return opened(self._desk.jobs, now, gap.feed_id, Strategy.AUTO, gap.since, until, "gap")

    async def run(self, job: Backfill, tell: Tell) -> Backfill:
        """One job in the foreground until it ends or has to rest; ``tell`` hears of it after each step.

        Raises:
            StoreError: a page could not be stored, or the feed was never read.
        """
        job = await self._ready(job)
        while job.status is JobStatus.QUEUED:
            url = next_address(job, self._desk)
            if (until := await self._wait(url)) is not None:
                return await kept(self._rested(job, url, until), self._desk)
            job = await advance(job, self._desk)
            self.recorded += 1
            tell(job)
        return job

    def _rested(self, job: Backfill, url: str, until: datetime) -> Backfill:
        """The job while its host may not be asked: it asked for a pause, or has had its share of the day."""
        why = f"{host_of(url)} is left alone: it asked for a pause, or has had its requests of the day"
        return paused(job, why, until, Moment(now=self._desk.ports.clock.now()))

    async def rehearse(self, job: Backfill, tell: Tell) -> Backfill:
        """What is asked first, and one page of the first way, with nothing stored but when which host was asked."""
        job = prepared(job, self._desk)
        while job.status is JobStatus.QUEUED and not job.pages:
            url = next_address(job, self._desk)
            if (until := await self._wait(url)) is not None:
                return self._rested(job, url, until)
            job = await advance(job, self._desk, rehearse=True)
            tell(job)
        return job

    async def _wait(self, url: str) -> datetime | None:
        """Sleep until the turn of this address has come, and take it; where that takes too long, until when."""
        ports = self._desk.ports
        while not await self._turn(url, now := ports.clock.now()):
            at = self._desk.pace.ready_at(url, now)
            if at - now > PATIENCE:
                return at
            await asyncio.sleep(min(max((at - now).total_seconds(), SHORTEST), LONGEST))
        return None

    async def idle(self) -> None:
        """Wait until no request is in flight."""
        await asyncio.gather(*self._running.values())

    async def stop(self, grace: float) -> int:
        """Let requests in flight end for ``grace`` seconds, then break them off: their pages are asked for again."""
        tasks = tuple(self._running.values())
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        broken = [task for task in tasks if not task.done()]
        for task in broken:
            task.cancel()
        await asyncio.gather(*broken, return_exceptions=True)
        return len(broken)


def _told(job: Backfill) -> None:
    log.info(
        "backfill",
        feed=job.feed_id,
        strategy=str(job.strategy),
        status=str(job.status),
        requests=job.requests,
        new=job.new,
        recalled=job.recalled,
        note=job.note,
    )
