"""Publishes what changed, off the event loop, one run at a time."""

from __future__ import annotations

import asyncio

from aggregator.errors import StoreError
from aggregator.lean import structlog
from aggregator.pipeline.publish import PublishReport, publish
from aggregator.wiring import Parts

log = structlog.get_logger()


class Publisher:
    """Runs the hall's `publish`; ``ready`` once a first run has ended well."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._turn = asyncio.Lock()
        self.ready = False
        self.fault: str | None = None

    async def run(self, *, rebuild: bool = False) -> PublishReport | None:
        """Publish what changed; a full disk leaves the files of the last good run in place and is tried again."""
        parts = self._parts
        async with self._turn:
            try:
                done = await asyncio.to_thread(
                    publish, parts.store, parts.output, parts.settings.site, parts.agent, rebuild=rebuild
                )
            except StoreError as fault:
                self.fault = str(fault)
                log.error("could not publish", error=self.fault)
                return None
        self.ready, self.fault = True, None
        if done.written:
            log.info("published", files=len(done.written), editions=done.editions, seq=done.seq)
        return done
