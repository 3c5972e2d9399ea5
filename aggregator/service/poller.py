"""Keeps polls in flight: claims due feeds from the store and runs the hall's `poll` on each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from aggregator.errors import StoreError
from aggregator.model import FeedId, PollReport
from aggregator.pipeline.poll import poll
from aggregator.ports import Ports

log = structlog.get_logger()

WORTHWHILE = 4
"""A claim is a commit; while polls are in flight it waits until there is room for so many."""


@dataclass(slots=True, kw_only=True)
class _Turn:
    """One round of `Poller.once`: what was due at its start, or which named feeds are left."""

    due_by: datetime
    left: set[FeedId] | None

    @property
    def names(self) -> tuple[FeedId, ...] | None:
        return None if self.left is None else tuple(sorted(self.left))


class Poller:
    """At most ``concurrency`` polls at once; the store decides which feeds are due and spares the hosts.

    ``polled`` counts polls that were recorded, ``faults`` those that ended in a fault of ours.
    """

    def __init__(self, ports: Ports, *, agent: str, concurrency: int, spacing: timedelta) -> None:
        self._ports = ports
        self._agent = agent
        self._concurrency = concurrency
        self._spacing = spacing
        self._running: set[asyncio.Task[PollReport | None]] = set()
        self.polled = 0
        self.faults = 0

    async def tick(
        self, only: Sequence[FeedId] | None = None, due_by: datetime | None = None
    ) -> tuple[asyncio.Task[PollReport | None], ...]:
        """Claim as many due feeds as there is room for and start their polls; returns the started ones.

        A task bears the name of its feed.
        """
        room = self._concurrency - len(self._running)
        if room < min(WORTHWHILE, self._concurrency) and self._running:
            return ()
        ports = self._ports
        try:
            now = ports.clock.now()
            claimed = await ports.write(lambda: ports.sources.claim(now, room, self._spacing, only, due_by))
        except StoreError as fault:
            log.error("no feed could be claimed", error=str(fault))
            return ()
        started = tuple(asyncio.create_task(self._run(feed_id), name=feed_id) for feed_id in claimed)
        for task in started:
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return started

    async def _run(self, feed_id: FeedId) -> PollReport | None:
        """One poll; a fault of ours is logged and ends only this poll."""
        try:
            outcome = await poll(feed_id, self._ports, self._agent)
        except Exception:
            log.exception("poll failed by a fault of ours", feed=feed_id)
            self.faults += 1
            return None
        self.polled += 1
        return outcome

    async def once(
        self, only: Sequence[FeedId] | None, tell: Callable[[PollReport, int], None]
    ) -> tuple[PollReport, ...]:
        """Poll what is due now (or the named feeds), each once, to the end.

        ``tell`` hears each report and how many feeds still wait for their turn.
        """
        turn = _Turn(due_by=self._ports.clock.now(), left=None if only is None else set(only))
        running: set[asyncio.Task[PollReport | None]] = set()
        reports: list[PollReport] = []
        while True:
            running |= await self._start(turn)
            waiting, seconds = self._waiting(turn)
            if not running and not waiting:
                return tuple(reports)
            ended, running = await self._any(running, seconds if waiting else None)
            for outcome in (task.result() for task in ended):
                if outcome is not None:
                    reports.append(outcome)
                    tell(outcome, waiting + len(running))

    async def _start(self, turn: _Turn) -> set[asyncio.Task[PollReport | None]]:
        """Start what may start now, and take it off the list of names."""
        if turn.left is not None and not turn.left:
            return set()
        started = await self.tick(turn.names, turn.due_by)
        if turn.left is not None:
            turn.left -= {FeedId(task.get_name()) for task in started}
        return set(started)

    def _waiting(self, turn: _Turn) -> tuple[int, float]:
        """How many feeds wait for their turn, and for how many seconds at least the first of them must."""
        if turn.left is not None and not turn.left:
            return 0, 0.0
        ports = self._ports
        now = ports.clock.now()
        count, at = ports.sources.waiting(now, turn.names, turn.due_by)
        return count, max((at - now).total_seconds(), 0.02) if at else 1.0

    async def _any(
        self, running: set[asyncio.Task[PollReport | None]], seconds: float | None
    ) -> tuple[set[asyncio.Task[PollReport | None]], set[asyncio.Task[PollReport | None]]]:
        """Wait for a poll to end, or until the next host may be asked if there is room for one more."""
        if not running:
            await asyncio.sleep(seconds or 0.0)
            return set(), set()
        full = len(self._running) > self._concurrency - min(WORTHWHILE, self._concurrency)
        return await asyncio.wait(running, timeout=None if full else seconds, return_when=asyncio.FIRST_COMPLETED)

    async def stop(self, grace: float) -> int:
        """Let polls in flight end for ``grace`` seconds, then break them off; returns how many were broken off.

        Nothing of a poll broken off is recorded: its lease ends by itself and it is asked again after the floor.
        """
        if self._running:
            await asyncio.wait(self._running, timeout=grace)
        broken = tuple(self._running)
        for task in broken:
            task.cancel()
        await asyncio.gather(*broken, return_exceptions=True)
        return len(broken)
