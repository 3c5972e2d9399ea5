"""A feed's rhythm in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.model import Rhythm
from aggregator.schedule.rhythm import Publication, observe
from aggregator.schedule.wording import rhythm_in_words
from tests.schedule.nouns import DAY, HOUR, NOW

LONDON = ZoneInfo("Europe/London")


def heard(*dates: datetime, exact: bool = True) -> Rhythm:
    return observe(Rhythm(), [Publication(at=date, exact=exact) for date in dates], NOW, LONDON)


def weekly(days: tuple[int, ...], hours: tuple[int, ...]) -> list[datetime]:
    """Ten weeks of entries on these weekdays at these hours, civil time."""
    monday = datetime(2026, 3, 23, tzinfo=LONDON)
    return [monday + timedelta(weeks=w, days=d, hours=h) for w in range(10) for d in days for h in hours]


@pytest.mark.parametrize(
    ("rhythm", "words"),
    [
        (Rhythm(), "nothing learned yet"),
        (heard(*weekly((1, 2, 3), (9, 16))), "about 6 entries a week, mostly Tue–Thu 9–17"),
        (heard(*weekly((5, 6), (23, 0))), "about 4 entries a week, mostly Sat–Sun 23–1"),
        (heard(*(NOW - 6 * HOUR * n for n in range(300))), "about 4 entries a day"),
        (heard(*(NOW - 15 * DAY - 30 * DAY * n for n in range(12)), exact=False), "about 1 entry a month"),
    ],
)
def test_rhythm_in_words(rhythm: Rhythm, words: str) -> None:
    """b9: the rate in the largest unit that makes sense, days and hours only where most entries keep to them."""
    assert rhythm_in_words(rhythm, NOW) == words


def test_a_feed_that_hardly_writes() -> None:
    """A feed with one entry three years ago is told as such, not as zero."""
    silent = heard(NOW - 1100 * DAY, exact=False)
    assert rhythm_in_words(silent, NOW).endswith("a year")
