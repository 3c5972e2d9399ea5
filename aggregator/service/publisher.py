"""Publishes what changed, off the event loop, one run at a time."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from aggregator.errors import StoreError
from aggregator.lean import structlog
from aggregator.pipeline.publish import PublishReport, publish
from aggregator.service.takedowns import finish_takedowns
from aggregator.wiring import Parts

log = structlog.get_logger()

TRY_AGAIN = timedelta(minutes=1)
"""After a fault a takedown rests for so long: freeing the database file of what was removed is no small work."""


class Publisher:
    """Runs the hall's `publish`; ``ready`` once a first run has ended well."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._turn = asyncio.Lock()
        self.ready = False
        self.fault: str | None = None
        self._tried: datetime | None = None

    async def run(self, *, rebuild: bool = False) -> PublishReport | None:
        """Publish what changed; a full disk leaves the files of the last good run in place and is tried again."""
        parts = self._parts
        async with self._turn:
            try:
                done = await asyncio.to_thread(
                    publish, parts.store, parts.output, parts.settings.site, parts.agent, rebuild=rebuild
                )
                await asyncio.to_thread(self._finish)
            except StoreError as fault:
                self.fault = str(fault)
                log.error("could not publish", error=self.fault)
                return None
        self.ready, self.fault = True, None
        if done.written:
            log.info("published", files=len(done.written), editions=done.editions, seq=done.seq)
        return done

    @property
    def behind(self) -> bool:
        """Whether a takedown waits to be brought to its end, and a fault of the last try is a while ago."""
        rests = self._tried is not None and self._parts.ports.clock.now() - self._tried < TRY_AGAIN
        return not rests and bool(self._parts.store.takedowns.unfinished())

    def _finish(self) -> None:
        """Go on with takedowns; what fails there is no fault of publishing, and is tried again."""
        parts = self._parts
        self._tried = None
        try:
            for each in finish_takedowns(parts.settings, parts.store, parts.output):
                log.info("taken down", entry=each.entry_id, ground=str(each.ground))
        except StoreError as fault:
            self._tried = parts.ports.clock.now()
            log.warning("a takedown waits; it is tried again in a minute", error=str(fault))
