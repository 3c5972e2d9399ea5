"""The main job: scheduler, publisher and web server in one process, until a signal ends it."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable
from datetime import datetime, timedelta

from aggregator.lean import structlog
from aggregator.model import Source
from aggregator.opening import PUBLIC
from aggregator.schedule.heartbeat import Beat, Heartbeat
from aggregator.service.backfiller import Backfiller
from aggregator.service.catch_up import CatchUp
from aggregator.service.configuration import Configuration
from aggregator.service.lock import store_lock
from aggregator.service.notify import notify, watchdog_seconds
from aggregator.service.pages import PageWatch
from aggregator.service.poller import Poller
from aggregator.service.publisher import Publisher
from aggregator.service.push import PushDesk
from aggregator.service.robots import RobotsWatch
from aggregator.service.server import WebServer, listen
from aggregator.settings import Settings
from aggregator.store.bucket import LEAST
from aggregator.web import Health, create_app
from aggregator.wiring import Parts, callback_base, make_desk, running

log = structlog.get_logger()

TICK = 1.0
PUBLISH = 5.0
WATCH_CONFIGURATION = 5.0
UPKEEP = 3600.0
ROBOTS = 60.0
BACKFILL = 5.0
PAGES = 60.0
TAKEDOWNS = 2.0
"""Somebody waits for it at a terminal."""
HUBS = 10.0
"""No host of a hub is asked more often than once a beat (H-70)."""
GRACE = 2.0
"""Polls in flight get this many seconds after the signal; the whole stop stays under five."""
PUSH_GRACE = 1.0
STALLED = timedelta(seconds=60)


async def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Run until SIGTERM or SIGINT; SIGHUP reads the configuration again.

    Raises:
        LockedError: another process works on this store.
        StoreError: the store cannot be opened.
        BusyPortError: the address to serve on is taken.
    """
    with store_lock(settings.storage.path):
        line = listen(settings.server.host, settings.server.port)
        async with running(settings) as parts:
            await Service(parts).run(line, announce)


class Service:
    """One running service: the parts, and what keeps them going."""

    def __init__(self, parts: Parts) -> None:
        polling = parts.settings.polling
        self._parts = parts
        self._poller = Poller(
            parts.ports, agent=parts.agent, concurrency=polling.concurrency, spacing=polling.host_spacing
        )
        self._catch_up = CatchUp(parts.ports, parts.store.catalogue)
        spacing = max(polling.host_spacing, LEAST)
        self._robots = RobotsWatch(parts.ports, parts.store.catalogue, parts.gate, parts.agent, spacing)
        self._backfiller = Backfiller(make_desk(parts, live=True))
        self._pages = PageWatch(parts.ports, parts.gate, parts.agent, polling.host_spacing)
        self._publisher = Publisher(parts)
        self._configuration = Configuration(parts.settings)
        self._push = _push_desk(parts)
        self._stop = asyncio.Event()
        self._beat_at: datetime = parts.ports.clock.now()
        self._published_after = 0

    async def run(self, line: socket.socket, announce: Callable[[str], None]) -> None:
        """From the first sync to the last answer."""
        await self._begin(self._parts.settings.feeds)
        settings = self._parts.settings
        public, now = settings.storage.path / PUBLIC, self._parts.ports.clock.now
        web = WebServer(create_app(public, self.health, settings.site, push=self._push, now=now))
        heart = Heartbeat(self._beats())
        self._catch_signals()
        web.begin(line)
        if self._push is not None:
            self._push.begin()
        heart.start()
        await self._tick()
        announce(_welcome(self._parts.settings))
        notify(f"READY=1\nSTATUS=polling {len(self._parts.settings.feeds)} feeds")
        await self._stop.wait()
        notify("STOPPING=1")
        heart.stop()
        broken, _, _ = await asyncio.gather(self._poller.stop(GRACE), self._backfiller.stop(GRACE), web.finish())
        if self._push is not None and (left := await self._push.stop(PUSH_GRACE)):
            log.warning("deliveries left to the backup polls", deliveries=left)
        log.info("stopped", polled=self._poller.polled, broken_off=broken)

    async def _begin(self, feeds: tuple[Source, ...]) -> None:
        """Make the stored feeds equal the configured ones, and catch up without a burst (H-71)."""
        ports = self._parts.ports
        await ports.write(lambda: ports.sources.sync(feeds, ports.clock.now()))
        await self._catch_up.begin()
        await self._publisher.run()

    def _beats(self) -> list[Beat]:
        beats = [
            Beat(name="tick", seconds=TICK, action=self._tick),
            Beat(name="publish", seconds=PUBLISH, action=self._publish),
            Beat(name="configuration", seconds=WATCH_CONFIGURATION, action=self._reload),
            Beat(name="upkeep", seconds=UPKEEP, action=self._upkeep),
            Beat(name="robots", seconds=ROBOTS, action=self._robots.beat),
            Beat(name="backfill", seconds=BACKFILL, action=self._backfiller.beat),
            Beat(name="pages", seconds=PAGES, action=self._look_at_pages),
            Beat(name="takedowns", seconds=TAKEDOWNS, action=self._take_down),
            Beat(name="climate", seconds=UPKEEP, action=self._parts.turn_climate),
        ]
        if self._push is not None:
            beats.append(Beat(name="hubs", seconds=HUBS, action=self._push.beat))
        if (every := watchdog_seconds()) is not None:
            beats.append(Beat(name="watchdog", seconds=every, action=self._sign_of_life))
        return beats

    async def _tick(self) -> None:
        await self._catch_up.beat()
        await self._poller.tick()
        self._beat_at = self._parts.ports.clock.now()

    async def _publish(self) -> None:
        """Only after polls or a new configuration: an idle service does not even look."""
        recorded = self._poller.polled + self._backfiller.recorded + (self._push.received if self._push else 0)
        if self._published_after != recorded or not self._publisher.ready:
            self._published_after = recorded
            await self._publisher.run()

    async def _look_at_pages(self) -> None:
        """What a look settles is published at once: it is no poll."""
        if await self._pages.beat():
            await self._publisher.run()

    async def _take_down(self) -> None:
        """What `aggregator forget` has begun beside this service is brought to its end here."""
        if await asyncio.to_thread(lambda: self._publisher.behind):
            await self._publisher.run()

    async def _upkeep(self) -> None:
        await self._parts.ports.write(self._parts.store.upkeep)

    async def _sign_of_life(self) -> None:
        """Only while the heartbeat really claims feeds: a stuck store must wake the manager."""
        if self.health().alive:
            notify("WATCHDOG=1")

    async def _reload(self, *, force: bool = False) -> None:
        """Take a changed feed list; with a mistake in it the last good one goes on (nothing is half applied)."""
        settings = await asyncio.to_thread(self._configuration.changed, force=force)
        if settings is None:
            return
        ports = self._parts.ports
        await ports.write(lambda: ports.sources.sync(settings.feeds, ports.clock.now()))
        if self._push is not None:
            await self._push.configure(settings.feeds)
        log.info("configuration read again", feeds=len(settings.feeds))
        await self._publisher.run()

    def health(self) -> Health:
        """What /healthz and /readyz tell the host."""
        late = self._parts.ports.clock.now() - self._beat_at > STALLED
        fault = self._publisher.fault or ("no feed was claimed for a minute" if late else "")
        ready = self._publisher.ready and not fault
        text = fault or ("ready" if ready else "nothing is published yet")
        figures = {"polls": self._poller.polled}
        return Health(ready=ready, alive=not late, text=text, details={**figures, "captures": self._captures()})

    def _captures(self) -> str:
        """Polling and serving go on without captures, so their fault makes the service no less ready."""
        captures = self._parts.ports.captures
        if captures is None:
            return "off"
        return f"paused: {captures.fault}" if captures.fault else "on"

    def _catch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, lambda: self._keep(asyncio.ensure_future(self._reload(force=True))))

    def _keep(self, task: asyncio.Future[None]) -> None:
        """Hold a reference until the task ends: the event loop itself keeps none."""
        task.add_done_callback(lambda done: done.exception())
        self._reloading = task


def _push_desk(parts: Parts) -> PushDesk | None:
    """Push where it is on."""
    room = parts.ports.push
    if room is None:
        return None
    return PushDesk(parts.ports, room, parts.hub, callback_base(parts.settings), parts.settings.feeds)


def _welcome(settings: Settings) -> str:
    enabled = sum(source.enabled for source in settings.feeds)
    paused = len(settings.feeds) - enabled
    where = f"http://{settings.server.host}:{settings.server.port}/"
    return f"polling {enabled} feeds ({paused} paused); front page {where}, combined feed {where}feed.atom"
