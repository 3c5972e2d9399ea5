"""A burst between two polls, through the real poll: noticed, counted, and the feed is asked more often."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from aggregator.model import Request, Response
from aggregator.pipeline.poll import poll
from tests.pipeline.fakes import FEED, NOW, Home, answer, home, item, rss

AGENT = "Aggregator/0.1 (+https://news.example/bot; 1 subscribers)"


async def ask(place: Home, *numbers: int) -> None:
    """Poll a document that lists these notices, five minutes apart by number."""
    items = [item(number, date=format_datetime(NOW + timedelta(minutes=5 * number))) for number in numbers]

    def script(request: Request) -> Response:
        return answer(request, place.clock, rss(*items))

    place.fetch.script = script
    await poll(FEED, place.ports, AGENT)


@pytest.mark.parametrize("disk", [False, True])
async def test_a_burst_of_thirty_in_a_feed_of_ten_raises_a_gap(tmp_path: Path, *, disk: bool) -> None:
    """b3: thirty posts between two polls of a ten-entry feed: a gap, a backfill in the queue, an incomplete month, an
    interval at the floor, and a plain word about it."""
    place = home(path=tmp_path / "archive.db" if disk else None)
    await ask(place, *range(0, -10, -1))
    place.later(hours=5)
    await ask(place, *range(30, 20, -1))
    (gap,) = place.store.catalogue.gaps(FEED)
    assert (gap.kind, gap.backfill, gap.closed_at) == ("no-overlap", "queued", None)
    assert gap.since < gap.until <= gap.raised_at
    assert 15 <= gap.missed <= 25
    (month,) = place.store.catalogue.months(FEED)
    assert (month.entries, month.missed) == (20, gap.missed)
    assert month.completeness < 0.9
    state = place.store.sources.get(FEED)[1]
    assert state.interval is not None
    assert state.interval <= timedelta(hours=2.2), "the floor of a server without validators (H-11), and jitter"
    place.store.close()


async def test_ordinary_days_raise_none() -> None:
    """b3: two new notices a poll are no gap and no warning, however long it goes on."""
    place = home()
    for number in range(0, 40, 2):
        await ask(place, *range(number + 9, number - 1, -1))
        place.later(hours=3)
    assert place.store.catalogue.gaps(FEED) == ()
    assert [month.missed for month in place.store.catalogue.months(FEED)] == [0]
