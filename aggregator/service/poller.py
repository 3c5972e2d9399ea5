"""Keeps polls in flight: claims due feeds from the store and runs the hall's `poll` on each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from aggregator.errors import StoreError
from aggregator.lean import structlog
from aggregator.model import Exchange, FeedId, PollReport, Request
from aggregator.pipeline.manners import host_cools
from aggregator.pipeline.poll import poll
from aggregator.pipeline.skip import skip
from aggregator.ports import Ports

log = structlog.get_logger()

FEWEST, SHARE = 4, 8
"""A claim is a commit; while polls are in flight it waits until so many may be asked, or one in so many of all requests
where those are more (half, where there are hardly any)."""
BEHIND = 2
"""So many times the requests in flight may be polls altogether: answers wait to be read and stored while others are
asked, but not without end."""
CHUNK = 128
LOOK_AGAIN = 1.0
"""Seconds after which hosts that could not be asked are looked at again."""


@dataclass(slots=True, kw_only=True)
class _Turn:
    """One round of `Poller.once`: what was due at its start, or which named feeds are left; ``count`` of them."""

    due_by: datetime
    left: list[FeedId] | None
    count: int

    @property
    def names(self) -> tuple[FeedId, ...] | None:
        """Some of the names that are left, so that a claim among thousands stays cheap."""
        return None if self.left is None else tuple(self.left[:CHUNK])

    def take(self, started: Iterable[FeedId]) -> None:
        """Cross off what was started; where nothing was, look at other names next."""
        taken = set(started)
        self.count = max(self.count - len(taken), 0)
        if self.left is not None:
            ahead = [name for name in self.left[:CHUNK] if name not in taken]
            rest = self.left[CHUNK:]
            self.left = ahead + rest if taken else rest + ahead

    def served(self, feed_id: FeedId) -> None:
        """This feed has had its turn, be it by the request of another one (H-72)."""
        if self.left is not None and feed_id in self.left:
            self.left.remove(feed_id)
            self.count = max(self.count - 1, 0)


_Tasks = set[asyncio.Task[PollReport | None]]


def _told(outcome: PollReport | None) -> tuple[PollReport, ...]:
    """The report and those of the feeds that shared the answer, one by one."""
    return () if outcome is None else (replace(outcome, shared=()), *outcome.shared)


class Poller:
    """At most ``concurrency`` requests at once; the store decides which feeds are due and spares the hosts.

    A poll whose answer is there gives its place to the next one, so that slow hosts and our own work do not wait for
    each other.

    ``polled`` counts polls that were recorded, ``faults`` those that ended in a fault of ours.
    """

    def __init__(self, ports: Ports, *, agent: str, concurrency: int, spacing: timedelta) -> None:
        self._fetch, self._ports = ports.fetch, replace(ports, fetch=self._ask)
        self._agent = agent
        self._concurrency = concurrency
        self._spacing = spacing
        self._running: _Tasks = set()
        self._asking: set[asyncio.Task[Any]] = set()
        self._room = asyncio.Event()
        self.polled = 0
        self.faults = 0

    async def tick(
        self, only: Sequence[FeedId] | None = None, due_by: datetime | None = None
    ) -> tuple[asyncio.Task[PollReport | None], ...]:
        """Claim as many due feeds as there is room for and start their polls; returns the started ones.

        A task bears the name of its feed.
        """
        room = self._free()
        self._room.clear()
        if not self._is_worthwhile(room) and self._running:
            return ()
        ports = self._ports
        try:
            now = ports.clock.now()
            # Ahead of the answers that wait to be recorded: meanwhile the next hosts are asked.
            claimed = await ports.write(lambda: ports.sources.claim(now, room, self._spacing, only, due_by), first=True)
        except StoreError as fault:
            log.error("no feed could be claimed", error=str(fault))
            return ()
        started = tuple(asyncio.create_task(self._run(feed_id), name=feed_id) for feed_id in claimed)
        self._running.update(started)
        self._asking.update(started)
        for task in started:
            task.add_done_callback(self._ended)
        return started

    def _free(self) -> int:
        """How many more may be asked."""
        return min(self._concurrency - len(self._asking), BEHIND * self._concurrency - len(self._running))

    def _is_worthwhile(self, room: int) -> bool:
        """Whether room for so many is worth a claim."""
        return room >= max(min(FEWEST, self._concurrency // 2), self._concurrency // SHARE, 1)

    async def _ask(self, request: Request) -> Exchange:
        """The exchange of one poll. Raises what the client raises."""
        try:
            return await self._fetch(request)
        finally:
            self._answered(asyncio.current_task())

    def _answered(self, task: asyncio.Task[Any] | None) -> None:
        if task is not None:
            self._asking.discard(task)
        if self._is_worthwhile(self._free()):
            self._room.set()

    def _ended(self, task: asyncio.Task[PollReport | None]) -> None:
        self._running.discard(task)
        self._answered(task)

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

        ``tell`` hears each report and how many feeds are still to come.
        """
        turn = self._turn(only)
        running: _Tasks = set()
        reports: list[PollReport] = []
        while True:
            started = await self.tick(turn.names, turn.due_by)
            turn.take(FeedId(task.get_name()) for task in started)
            running |= set(started)
            if not running:
                if not (seconds := self._pause(turn)):
                    break
                await asyncio.sleep(seconds)
                continue
            ended, running = await self._wait(running)
            for outcome in (each for task in ended for each in _told(task.result())):
                turn.served(outcome.feed_id)
                reports.append(outcome)
                tell(outcome, turn.count + len(running))
        for feed_id in turn.left or ():
            if (refused := await self._refuse(feed_id)) is not None:
                reports.append(refused)
                tell(refused, 0)
        return tuple(reports)

    async def _wait(self, running: _Tasks) -> tuple[_Tasks, _Tasks]:
        """Until a poll ends or others may be asked, or for a second; returns those that ended and the others."""
        room = asyncio.create_task(self._room.wait())
        try:
            await asyncio.wait({*running, room}, timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
        finally:
            room.cancel()
        ended = {task for task in running if task.done()}
        return ended, running - ended

    async def _refuse(self, feed_id: FeedId) -> PollReport | None:
        """A named feed that may not be asked now, whoever wants it: its host asked for a pause (H-48)."""
        ports = self._ports
        now, cooling = ports.clock.now(), ports.sources.cooling(feed_id)
        if cooling.until is None or cooling.until <= now:
            return None
        return await skip(feed_id, host_cools(cooling.until, cooling.reason), ports)

    def _turn(self, only: Sequence[FeedId] | None) -> _Turn:
        now = self._ports.clock.now()
        if only is not None:
            return _Turn(due_by=now, left=list(dict.fromkeys(only)), count=len(set(only)))
        return _Turn(due_by=now, left=None, count=self._ports.sources.waiting(now, None, now)[0])

    def _pause(self, turn: _Turn) -> float:
        """How many seconds until a host may be asked again; none when nothing is left to ask."""
        if turn.left is not None and not turn.left:
            return 0.0
        now = self._ports.clock.now()
        count, at = self._ports.sources.waiting(now, turn.names, turn.due_by)
        if not count and turn.left is not None:
            # All those names may be of hosts that are left alone; others may not.
            count, at = self._ports.sources.waiting(now, tuple(turn.left), turn.due_by)
        if not count:
            return 0.0
        return min(max((at - now).total_seconds(), 0.02), LOOK_AGAIN) if at else LOOK_AGAIN

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
