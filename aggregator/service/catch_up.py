"""After a stop, a sleep or a wrong clock: overdue feeds are spread, misplanned ones planned anew (H-71, T-02)."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.lean import structlog
from aggregator.ports import Catalogue, Ports
from aggregator.schedule import misplanned, spread
from aggregator.schedule.catch_up import CLOCK_TOLERANCE

log = structlog.get_logger()

LULL = timedelta(minutes=10)
"""A service that did not beat for so long was asleep: what fell due meanwhile is spread."""


class CatchUp:
    """Compares each beat with the last one; every decision is logged and stands as bound of the feeds it moved."""

    def __init__(self, ports: Ports, catalogue: Catalogue) -> None:
        self._ports, self._catalogue = ports, catalogue
        self._last: datetime | None = None

    async def begin(self) -> None:
        """Before the first claim."""
        self._last = now = self._ports.clock.now()
        await self.set_right(now)
        await self._spread(now)

    async def beat(self) -> None:
        """Before every further claim."""
        now = self._ports.clock.now()
        last, self._last = self._last or now, now
        if now < last - CLOCK_TOLERANCE:
            log.warning("the clock was set back", seconds=round((last - now).total_seconds()))
            await self.set_right(now)
        elif now > last + LULL:
            log.warning("nothing was polled for a while", seconds=round((now - last).total_seconds()))
            await self._spread(now)

    async def set_right(self, now: datetime) -> None:
        """Feeds, leases and hosts that wait for an instant of a clock that ran ahead."""
        ports = self._ports

        def work() -> int:
            return ports.sources.rewind(now, misplanned(self._catalogue.feeds(asked_after=now), now))

        if moved := await ports.write(work):
            log.info("feeds planned by a wrong clock planned anew", feeds=moved)

    async def _spread(self, now: datetime) -> None:
        ports = self._ports

        def work() -> int:
            return ports.sources.spread(now, spread(self._catalogue.feeds(due_before=now), now))

        if moved := await ports.write(work):
            log.info("overdue feeds spread", feeds=moved)
