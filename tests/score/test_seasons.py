"""From October to April: both clock changes of three continents, for publishers that keep office hours (T-02)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from aggregator.model import EntryFilter, FeedId, Source
from tests.score.installation import Installation, silence
from tests.score.marks import bad_marks
from tests.score.publishers import Feed
from tests.score.world import World

AUTUMN = datetime(2026, 9, 21, 12, tzinfo=UTC)
DAYS = 200
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LONDON, NEW_YORK, SYDNEY = "Europe/London", "America/New_York", "Australia/Sydney"
BACK, FORWARD = datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC)
"""When clocks change in London."""


def office(zone: str, minute: int) -> Iterator[datetime]:
    """Two notices every weekday, at half past nine and at four, local time."""
    place = ZoneInfo(zone)
    for number in range(DAYS):
        day = (AUTUMN + number * DAY).astimezone(place).date()
        if day.weekday() < 5:
            for hour in (9, 16):
                at = datetime.combine(day, time(hour, minute), place).astimezone(UTC)
                if at > AUTUMN:
                    yield at


def councils() -> tuple[dict[str, Feed], list[Source]]:
    """Four in London, two in New York, two in Sydney."""
    feeds, sources = {}, []
    for number, zone in enumerate((LONDON,) * 4 + (NEW_YORK,) * 2 + (SYDNEY,) * 2):
        url = f"https://council-{number}.example/feed"
        feeds[url] = Feed(url=url, start=AUTUMN, instants=tuple(office(zone, 5 * number)))
        sources.append(Source(id=FeedId(f"council-{number}"), url=url, timezone=zone))
    return feeds, sources


@pytest.fixture(scope="module")
def place() -> Installation:
    """The run that all these tests look at."""

    async def winter() -> Installation:
        feeds, sources = councils()
        world = World(at=AUTUMN, feeds=feeds)
        made = Installation(world, sources)
        await made.begin()
        await made.run(AUTUMN + DAYS * DAY)
        return made

    with silence():
        return asyncio.run(winter())


def delays(place: Installation, first: datetime, last: datetime) -> list[float]:
    """Hours until each entry of a London council that came out between these instants was stored."""
    rows = place.store.catalogue.entries(EntryFilter(limit=100_000))
    ours = (row for row in rows if row.feed_id in {f"council-{number}" for number in range(4)})
    return [(row.first_seen_at - row.published_at) / HOUR for row in ours if first <= row.published_at < last]


def test_no_bad_mark_over_both_clock_changes(place: Installation) -> None:
    """T-02, H-29, H-70, H-73: 200 days with the end and the beginning of summer time in London, New York and Sydney."""
    assert bad_marks(place.world.log) == []
    assert len(place.world.log) > 200 * 8


@pytest.mark.parametrize("change", [BACK, FORWARD])
def test_office_hours_move_with_the_clocks(place: Installation, change: datetime) -> None:
    """A-04, T-02: the week is one of civil time, so entries are found as soon after a clock change as before it."""
    before, after = delays(place, change - 21 * DAY, change), delays(place, change, change + 7 * DAY)
    assert len(after) >= 30
    assert sum(after) / len(after) <= 1.25 * sum(before) / len(before) + 0.25


def test_nothing_is_polled_in_step(place: Installation) -> None:
    """H-71: the hour that comes twice and the one that is left out make no burst."""
    for change in (BACK, FORWARD):
        near = [seen.at for seen in place.world.log if abs(seen.at - change) <= 2 * HOUR]
        assert all(later - sooner >= timedelta(seconds=1) for sooner, later in pairwise(near))
        assert len(near) <= 8
