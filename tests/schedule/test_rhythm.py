"""Rates, profiles and the integral of the waiting cost."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import FLAT, Rhythm
from aggregator.schedule.rhythm import HOURS, Forecast, Publication, batch, hour_of_week, observe, pool, rate, silence

NOW = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
WEEK = 7 * 86_400.0
DAY = timedelta(days=1)


def publications(*ago: timedelta, exact: bool = True) -> list[Publication]:
    return [Publication(at=NOW - each, exact=exact) for each in ago]


def test_the_prior_is_three_a_week() -> None:
    """A-02: before anything is known."""
    assert rate(Rhythm(), NOW) * WEEK == pytest.approx(3.0)


def test_the_rate_is_the_formula() -> None:
    """A-02: (a0 + Σ exp(−θ·age)) ÷ (b0 + (1 − exp(−θT))/θ), by hand for three events."""
    theta = math.log(2) / 21
    ages = (1, 11, 32)
    found = observe(Rhythm(), publications(*(n * DAY for n in ages)), NOW, LONDON)
    above = 0.5 + sum(math.exp(-theta * age) for age in ages)
    below = 0.5 * 7 / 3 + (1 - math.exp(-theta * 32)) / theta
    assert rate(found, NOW) * 86_400 == pytest.approx(above / below)
    later = NOW + 10 * DAY
    assert rate(found, later) < rate(found, NOW)


def test_a_batch_is_one_event() -> None:
    """A-02: entries within 30 minutes are one event, also across two polls; their number is kept."""
    minutes = [timedelta(minutes=n) for n in (0, 5, 29, 61)]
    once = observe(Rhythm(), publications(*minutes), NOW, LONDON)
    assert once.weight == pytest.approx(2.0, abs=0.01)
    assert once.entries == pytest.approx(4.0, abs=0.01)
    assert batch(once) == pytest.approx(4.5 / 2.5, abs=0.01)
    twice = observe(observe(Rhythm(), publications(*minutes[2:]), NOW, LONDON), publications(*minutes[:2]), NOW, LONDON)
    assert twice.weight == pytest.approx(2.0, abs=0.01)


def test_history_and_the_future() -> None:
    """Entries from before the observed span teach nothing; one of tomorrow counts as now."""
    begun = observe(Rhythm(), publications(2 * DAY), NOW, LONDON)
    assert observe(begun, publications(4000 * DAY), NOW, LONDON) == begun
    ahead = observe(begun, [Publication(at=NOW + 9000 * DAY)], NOW, LONDON)
    assert ahead.last_event == NOW
    assert silence(ahead, NOW) == timedelta(0)


def test_dates_without_a_time_teach_no_hour() -> None:
    """A-04: the profile learns only from the publisher's own hours, in civil time."""
    rough = observe(Rhythm(), publications(DAY, exact=False), NOW, LONDON)
    assert (rough.bins, rough.weight > 0) == ((), True)
    fine = observe(Rhythm(), publications(timedelta(0)), NOW, LONDON)
    assert fine.bins.index(1.0) == hour_of_week(NOW, LONDON) == 10


def test_an_empty_feed_begins_its_silence() -> None:
    """A-07: the span begins with the first document, entries or not."""
    empty = observe(Rhythm(), [], NOW, LONDON)
    assert empty.since == NOW
    assert silence(empty, NOW + 200 * DAY) == 200 * DAY
    assert rate(empty, NOW + 200 * DAY) * WEEK < 0.2


def test_pooled_shares() -> None:
    """A-04: all feeds together with one pseudo-count for two bins; they sum to one."""
    nine = observe(Rhythm(), publications(timedelta(0), 7 * DAY, 14 * DAY), NOW, LONDON)
    shares = pool([nine, Rhythm(), nine])
    assert sum(shares) == pytest.approx(1.0)
    assert shares[10] == pytest.approx(6.5 / (84 + 6))
    assert pool([]) == pytest.approx(FLAT)


@settings(deadline=None, max_examples=60)
@given(
    hours=st.lists(st.integers(0, 167), max_size=60),
    minutes=st.integers(0, 10_079),
    weekly=st.floats(0.05, 500.0),
    mu=st.floats(10.0, 50_000.0),
)
def test_the_crossing_is_that_of_a_fine_grid(hours: list[int], minutes: int, weekly: float, mu: float) -> None:
    """A-01, A-05: W reaches μ where a sum over one-minute steps says so; N is the integral of L."""
    bins = [0.0] * HOURS
    for hour in hours:
        bins[hour] += 1.0
    # A week without a clock change, so that the grid may count hours in civil time.
    start = NOW + timedelta(minutes=minutes)
    forecast = Forecast(Rhythm(bins=tuple(bins)), weekly / WEEK, FLAT, LONDON)
    latest = start + timedelta(hours=40)
    expected, count, cost = latest, 0.0, 0.0
    for minute in range(40 * 60):
        level = forecast.level(hour_of_week(start + timedelta(minutes=minute), LONDON))
        cost += count * 60 + level * 1800
        count += level * 60
        if cost >= mu:
            expected = start + timedelta(minutes=minute + 1)
            break
    assert abs(forecast.cost_reached(start, mu, latest) - expected) <= timedelta(minutes=1)
    assert sum(map(forecast.level, range(HOURS))) * 3600 == pytest.approx(weekly)


@settings(deadline=None, max_examples=60)
@given(events=st.floats(0.0, 30.0), weekly=st.floats(0.01, 500.0), minutes=st.integers(0, 10_079))
def test_counts_of_an_even_week(events: float, weekly: float, minutes: int) -> None:
    """With an even week, n events take n ÷ L."""
    start = NOW + timedelta(minutes=minutes)
    forecast = Forecast(Rhythm(), weekly / WEEK, FLAT, LONDON)
    exact = min(events * WEEK / weekly, 30 * 86_400)
    found = (forecast.count_reached(start, events, start + 30 * DAY) - start).total_seconds()
    assert found == pytest.approx(exact, abs=0.01)


def test_odd_shapes_are_an_even_week() -> None:
    """Bins or shares of another length are those of nothing at all."""
    odd = Forecast(Rhythm(bins=(1.0, 2.0)), 1.0, (), LONDON)
    assert odd.level(3) == pytest.approx(1.0)
    assert sum(pool([Rhythm(bins=(1.0,))])) == pytest.approx(1.0)
