"""One installation in that world: the real claim, poll and catch-up code over a store in memory, driven by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count

import structlog

from aggregator.fetch.policy import user_agent
from aggregator.model import Climate, FeedId, Source
from aggregator.pipeline.weather import Weather
from aggregator.ports import Ports
from aggregator.service.catch_up import CatchUp
from aggregator.service.poller import Poller
from aggregator.store.memory import MemoryStore
from aggregator.store.sqlite import InlineWriter
from tests.score.world import TinyDigest, World

SPACING = timedelta(seconds=10)
BUDGET = 2.5
"""Requests per feed and day: fewer than usual, so that four months pass in seconds."""
LONGEST_STEP = timedelta(minutes=9)
HOUR = timedelta(hours=1)
AGENT = user_agent("1.0", "https://news.example/about-our-bot", 3)


class Installation:
    """``run`` lets time pass; the other methods are what happens to machines."""

    def __init__(self, world: World, sources: list[Source]) -> None:
        numbers = count(1)
        self.world, self.sources = world, sources
        self._turned = world.at
        self.store = MemoryStore("news.example", world.now(), lambda: f"uuid-{next(numbers)}")
        self._start()

    def _start(self) -> None:
        """A new process over the same store."""
        store = self.store
        self.weather = Weather(store.sources, Climate(budget=BUDGET))
        self.ports = Ports(
            clock=self.world,
            fetch=self.world,
            digest=TinyDigest(),
            sources=store.sources,
            ledger=store.ledger,
            write=InlineWriter(store),
            climate=self.weather,
        )
        self.poller = Poller(self.ports, agent=AGENT, concurrency=16, spacing=SPACING)
        self.catch_up = CatchUp(self.ports, store.catalogue)

    async def begin(self) -> None:
        """What the service does before its first beat."""
        self.store.sources.sync(self.sources, self.world.now())
        await self.catch_up.begin()

    async def restart(self, *, killed: bool = False) -> None:
        """Stop and start; ``killed`` in the middle of polls, which are then never recorded."""
        if killed:
            self.store.sources.claim(self.world.now(), 16, SPACING)
        self._start()
        await self.begin()

    async def run(self, until: datetime) -> None:
        """Beats until then, in true time; the idle seconds between are skipped."""
        while self.world.at < until:
            await self.beat()
            now = self.world.now()
            _, at = self.store.sources.waiting(now)
            step = min(max((at or now) - now, timedelta(seconds=1)), LONGEST_STEP)
            self.world.at = min(self.world.at + step, until)

    async def beat(self) -> None:
        """One second of the service."""
        await self.catch_up.beat()
        if abs(self.world.at - self._turned) >= HOUR:
            self._turned = self.world.at
            self.weather.turn(tuple(row.state for row in self.store.catalogue.feeds()), self.world.now())
        await asyncio.gather(*await self.poller.tick())

    async def ask(self, names: list[FeedId]) -> None:
        """A person polls these feeds now, whatever is due; hosts are spared as ever."""
        self.world.manual = True
        left = set(names)
        for _ in range(600):
            started = await self.poller.tick(sorted(left))
            await asyncio.gather(*started)
            left -= {FeedId(task.get_name()) for task in started}
            if not left:
                break
            self.world.at += SPACING
        self.world.manual = False


@contextmanager
def silence() -> Iterator[None]:
    """A line a poll for four months would be a long log."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    try:
        yield
    finally:
        structlog.reset_defaults()
