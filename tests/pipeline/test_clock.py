"""A feed that says GMT and means British summer time, through the real poll and the store (P-34)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from aggregator.model import EntryFilter, Request, Response
from aggregator.pipeline.poll import poll
from tests.pipeline.fakes import FEED, Home, answer, home, item, rss

AGENT = "Aggregator/0.1 (+https://news.example/bot; 1 subscribers)"
JANUARY = datetime(2027, 1, 11, 9, tzinfo=UTC)


@dataclass(slots=True)
class Parish:
    """A publisher whose clock shows local time and calls it GMT."""

    place: Home
    items: list[str] = field(default_factory=list)

    async def publishes(self, *, ago: float, ahead: float = 60) -> datetime:
        """A notice came out so many minutes ago, dated that much ahead; poll. Returns what it is filed under."""
        stated = self.place.clock.at + timedelta(minutes=ahead - ago)
        self.items.insert(0, item(len(self.items), date=format_datetime(stated, usegmt=True)))
        self.place.fetch.script = self._answer
        await poll(FEED, self.place.ports, AGENT)
        rows = self.place.store.catalogue.entries(EntryFilter())
        return max(rows, key=lambda row: row.entry_id).published_at

    def _answer(self, request: Request) -> Response:
        return answer(request, self.place.clock, rss(*self.items))

    def filed(self) -> dict[int, datetime]:
        """The date of every entry."""
        return {row.entry_id: row.published_at for row in self.place.store.catalogue.entries(EntryFilter())}


@pytest.mark.parametrize("disk", [False, True])
async def test_three_proofs_take_the_hour_off(tmp_path: Path, *, disk: bool) -> None:
    """P-34: until it is proven, a date ahead of us is "now" (P-36) and a late one an hour wrong; then both are right.
    Nothing known moves (P-38), and no date counts as changed."""
    place = home(path=tmp_path / "archive.db" if disk else None)
    parish = Parish(place)
    for _ in range(3):
        assert await parish.publishes(ago=10) == place.clock.at + timedelta(seconds=1)
        place.later(hours=5)
    before = parish.filed()
    assert await parish.publishes(ago=10) == place.clock.at - timedelta(minutes=10)
    place.later(hours=5)
    assert await parish.publishes(ago=150) == place.clock.at - timedelta(minutes=150)
    assert before.items() <= parish.filed().items()
    state = place.store.sources.get(FEED)[1]
    assert (len(state.clock.summer), state.clock.winter) == (3, None)
    kinds = {row.kind for row in place.store.catalogue.journal(0, 1_000)}
    assert "date_changed" not in kinds
    place.store.close()


async def test_winter_dates_are_left_alone() -> None:
    """P-34: in winter GMT is what clocks show; a date ahead of us then speaks against the habit."""
    parish = Parish(home())
    for _ in range(3):
        await parish.publishes(ago=10)
        parish.place.later(hours=5)
    parish.place.clock.at = JANUARY
    assert await parish.publishes(ago=20, ahead=0) == JANUARY - timedelta(minutes=20)
    parish.place.later(hours=5)
    await parish.publishes(ago=10, ahead=30)
    assert parish.place.store.sources.get(FEED)[1].clock.winter is not None
    parish.place.clock.at = JANUARY + timedelta(days=150)
    stated = parish.place.clock.at - timedelta(minutes=5)
    assert await parish.publishes(ago=65) == stated, "a clock that is fast all the year is no summer time"
