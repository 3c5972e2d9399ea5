"""Looks at the pages of entries that their feeds leave out (D-26): few a day, one host at a time, under robots.txt."""

from __future__ import annotations

import json
from datetime import timedelta

import structlog

from aggregator.errors import AggregatorError
from aggregator.model import FeedId
from aggregator.pipeline.gate import RobotsGate
from aggregator.pipeline.presence import Look, look_at
from aggregator.ports import Ports

log = structlog.get_logger()

A_DAY = 200
"""Pages asked for in 24 hours at most, of all feeds together."""
A_DAY_OF_FEED = 5
"""The same of one feed."""
AT_ONCE = 3
"""Pages asked for in one beat at most."""
LOOKED_AT = 50
NOTE = "pages of missing entries"


class PageWatch:
    """``beat`` every minute or so. The day's count is kept with the archive, so that a restart begins no new one."""

    def __init__(self, ports: Ports, gate: RobotsGate, agent: str, spacing: timedelta) -> None:
        self._ports, self._spacing = ports, spacing
        self._look = Look(agent=agent, gate=gate, turn=self._turn)

    async def beat(self) -> int:
        """Ask for a few pages that are due and whose hosts are free; the others wait for a later beat. Returns how
        many were asked for."""
        ports, asked = self._ports, 0
        counts = self._counts()
        for suspect in ports.ledger.suspects(ports.clock.now(), LOOKED_AT):
            feed_id = suspect.absence.feed_id
            if asked >= AT_ONCE or sum(counts.values()) >= A_DAY:
                break
            if counts.get(feed_id, 0) >= A_DAY_OF_FEED:
                continue
            try:
                if not await look_at(suspect, ports, self._look):
                    continue
            except AggregatorError as fault:
                log.error("the look at a page could not be recorded", feed=feed_id, error=str(fault))
                continue
            asked += 1
            counts[feed_id] = counts.get(feed_id, 0) + 1
            await ports.write(lambda: self._remember(counts))
        return asked

    async def _turn(self, url: str) -> bool:
        ports, now = self._ports, self._ports.clock.now()
        return await ports.write(lambda: ports.sources.reserve(url, now, self._spacing))

    def _counts(self) -> dict[FeedId, int]:
        """How often each feed's pages were asked for today (UTC)."""
        noted = json.loads(self._ports.sources.recall(NOTE) or "{}")
        return noted.get("counts", {}) if noted.get("day") == self._today() else {}

    def _remember(self, counts: dict[FeedId, int]) -> None:
        self._ports.sources.remember(NOTE, json.dumps({"day": self._today(), "counts": counts}))

    def _today(self) -> str:
        return f"{self._ports.clock.now():%Y-%m-%d}"
