"""The time that counts in a silence: each hour by how much the feed publishes in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import FLAT, Rhythm
from aggregator.schedule.rhythm import HOURS, POOLED_WEIGHT, hour_of_week
from aggregator.schedule.silence import WEEK, silence_of
from tests.schedule.nouns import source, state

LONDON = ZoneInfo("Europe/London")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def counted_hour_by_hour(rhythm: Rhythm, shares: tuple[float, ...], start: datetime, end: datetime) -> float:
    """The definition, one hour after another."""
    weeks, rest = divmod(end - start, WEEK)
    unit = HOURS / (POOLED_WEIGHT + sum(rhythm.bins))
    hour, left, seconds = hour_of_week(end - rest, LONDON), rest.total_seconds(), weeks * WEEK.total_seconds()
    while left > 0.0:
        step = min(left, 3600.0)
        seconds += step * unit * (POOLED_WEIGHT * shares[hour] + rhythm.bins[hour])
        hour, left = (hour + 1) % HOURS, left - step
    return seconds


@given(
    st.integers(0, 40 * 86_400 - 1),
    st.integers(0, 60 * 86_400),
    st.lists(st.floats(0, 20), min_size=HOURS, max_size=HOURS),
    st.lists(st.floats(0.01, 1), min_size=HOURS, max_size=HOURS),
)
@settings(max_examples=80, deadline=None)
def test_every_hour_counts_by_its_own_weight(after: int, seconds: int, bins: list[float], weights: list[float]) -> None:
    """b15: nights and weekends count for as much as the feed publishes in them, over any end of a week."""
    start = START + timedelta(seconds=after)
    end = start + timedelta(seconds=seconds)
    shares = tuple(each / sum(weights) for each in weights)
    rhythm = Rhythm(bins=tuple(bins), weight=40.0, weighed_at=start, since=start - WEEK * 52, last_event=start)
    told = silence_of(source(), state(rhythm=rhythm), end, shares)
    assert told is not None
    counted = counted_hour_by_hour(rhythm, shares, start, end)
    # The chance of silence tells the counted time: (b / (b + t)) ** a, with the same a and b for all of it.
    base = silence_of(source(), state(rhythm=rhythm), start + WEEK, shares)
    assert base is not None
    span = WEEK.total_seconds() / (base.likelihood ** (-1 / 4.0) - 1)
    assert told.likelihood == pytest.approx((span / (span + counted)) ** 4.0, rel=1e-6)


def test_a_whole_week_counts_as_a_week() -> None:
    """Whatever the hours weigh."""
    bins = tuple(float(hour % 24 == 9) for hour in range(HOURS))
    rhythm = Rhythm(bins=bins, weight=7.0, weighed_at=START, since=START - WEEK, last_event=START)
    even = Rhythm(bins=(1 / 24,) * HOURS, weight=7.0, weighed_at=START, since=START - WEEK, last_event=START)
    one, other = (silence_of(source(), state(rhythm=each), START + WEEK, FLAT) for each in (rhythm, even))
    assert one is not None
    assert other is not None
    assert one.likelihood == pytest.approx(other.likelihood)
