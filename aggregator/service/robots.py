"""Keeps robots.txt of the feeds' hosts known, and looks for feeds that went missing: one slow walk over all feeds.

Law: a slot of the host is taken for every request, as for polls (H-70).
"""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime, timedelta

from aggregator.errors import AggregatorError, StoreError
from aggregator.fetch.policy import plain_request
from aggregator.fetch.robots import robots_url
from aggregator.lean import structlog
from aggregator.model import FeedId, FeedRow, FeedStatus, poll_url
from aggregator.pipeline.gate import RobotsGate
from aggregator.pipeline.seek import Search, seek, wanted
from aggregator.ports import Catalogue, Ports

log = structlog.get_logger()

WALK = timedelta(hours=1)
AT_ONCE, LOOKED_AT = 8, 400
"""Requests and look-ups of one beat, at most."""
PATIENCE = 30
"""So many spacings a search waits for a busy host."""
OWNED = timedelta(minutes=15)
"""A floor below this is a server of the operator's own: nobody there has to be asked for leave."""
OUT = (FeedStatus.REMOVED, FeedStatus.PAUSED)


class RobotsWatch:
    """``beat`` every minute or so."""

    def __init__(self, ports: Ports, catalogue: Catalogue, gate: RobotsGate, agent: str, spacing: timedelta) -> None:
        self._ports, self._catalogue, self._gate = ports, catalogue, gate
        self._agent, self._spacing = agent, spacing
        self._places: deque[str] = deque()
        self._missing: deque[FeedId] = deque()
        self._walked: datetime | None = None

    async def beat(self) -> None:
        """A few hosts of the walk; the walk begins anew every hour. One missing feed at most."""
        now = self._ports.clock.now()
        if self._walked is None or not self._walked <= now < self._walked + WALK:
            await self._begin(now)
        asked = 0
        for _ in range(min(len(self._places), LOOKED_AT)):
            if asked >= AT_ONCE:
                break
            asked += await self._ask(self._places.popleft())
        if self._missing:
            await self._seek(self._missing.popleft())

    async def _begin(self, now: datetime) -> None:
        # Beside the event loop: reading every feed takes seconds where there are very many.
        rows = [row for row in await asyncio.to_thread(self._catalogue.feeds) if _concerned(row)]
        self._walked = now
        self._places = deque(dict.fromkeys(robots_url(poll_url(row.source, row.state)) for row in rows))
        self._missing = deque(row.source.id for row in rows if wanted(row, now))

    async def _ask(self, place: str) -> bool:
        """One robots.txt, if it is not known and the host is free; else its turn comes in the next walk."""
        ports, now = self._ports, self._ports.clock.now()
        if self._gate.known(place) is not None or not await self._slot(place, now):
            return False
        exchange = await ports.fetch(plain_request(place, self._agent))
        robots = await ports.write(lambda: self._gate.learn(place, exchange))
        log.info("robots.txt", url=place, http=exchange.status, names_us=robots.named)
        return True

    async def _slot(self, url: str, now: datetime) -> bool:
        ports = self._ports
        return await ports.write(lambda: ports.sources.reserve(url, now, self._spacing))

    async def _seek(self, feed_id: FeedId) -> None:
        search = Search(agent=self._agent, gate=self._gate, turn=self._turn)
        try:
            record = await seek(feed_id, self._ports, search)
        except AggregatorError as fault:
            log.error("could not look for a missing feed", feed=feed_id, error=str(fault))
            return
        log.info("looked for a missing feed", feed=feed_id, reason=record.reason)

    async def _turn(self, url: str) -> None:
        """Wait for a slot; a host that is left alone for longer fails the search until the next week."""
        for _ in range(PATIENCE):
            if await self._slot(url, self._ports.clock.now()):
                return
            await asyncio.sleep(self._spacing.total_seconds())
        raise StoreError(f"the host of {url} is busy")


def _concerned(row: FeedRow) -> bool:
    return row.source.enabled and row.state.status not in OUT and row.source.min_interval >= OWNED
