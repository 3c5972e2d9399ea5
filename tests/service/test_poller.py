"""How many are asked at once, and how many answers may wait meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from aggregator.model import Exchange, FeedId, Request, Source
from aggregator.ports import Writer
from aggregator.service.poller import BEHIND, Poller
from tests.pipeline.fakes import Home, home, unreachable

FEEDS = 24


@dataclass(slots=True)
class Publishers:
    """Hosts that take a moment to answer; counts how many are asked at once."""

    place: Home
    asked: int = 0
    now: int = 0
    most: int = 0

    async def __call__(self, request: Request) -> Exchange:
        self.asked, self.now = self.asked + 1, self.now + 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.002)
        self.now -= 1
        return unreachable(request, self.place.clock)


@dataclass(slots=True)
class Desk:
    """A writer that takes claims at once, and answers only while it is open."""

    real: Writer
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, work: Callable[[], Any], *, first: bool = False) -> Any:
        if not first:
            await self.open.wait()
        return await self.real(work)


def places(concurrency: int) -> tuple[Poller, Publishers, Desk]:
    """Many feeds, each of a host of its own."""
    place = home(*(Source(id=FeedId(f"f{n}"), url=f"https://h{n}.example/feed") for n in range(FEEDS)))
    publishers, desk = Publishers(place), Desk(place.ports.write)
    ports = replace(place.ports, fetch=publishers, write=desk)
    return Poller(ports, agent="a", concurrency=concurrency, spacing=timedelta(0)), publishers, desk


async def once(poller: Poller) -> list[str]:
    return [report.feed_id for report in await poller.once(None, lambda report, left: None)]


@pytest.mark.parametrize("concurrency", [1, 2, 5, 8])
async def test_answers_that_wait_hold_up_no_request(concurrency: int) -> None:
    """While nothing can be recorded others are asked, never more than so many at once, and not without end."""
    poller, publishers, desk = places(concurrency)
    running = asyncio.ensure_future(once(poller))
    await asyncio.sleep(0.3)
    assert publishers.asked == BEHIND * concurrency
    desk.open.set()
    assert sorted(await asyncio.wait_for(running, 10)) == sorted(f"f{n}" for n in range(FEEDS))
    assert publishers.asked == FEEDS
    assert publishers.most <= concurrency


async def test_polls_in_flight_are_ended_in_good_order() -> None:
    """Those whose answers wait to be recorded are broken off after the grace like those that are being asked."""
    poller, publishers, _ = places(4)
    running = asyncio.ensure_future(once(poller))
    await asyncio.sleep(0.1)
    assert await poller.stop(0) == publishers.asked == BEHIND * 4
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
