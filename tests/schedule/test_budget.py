"""One knob keeps the requests near the budget."""

from __future__ import annotations

import math

import pytest

from aggregator.model import Climate, Rhythm
from aggregator.schedule.budget import adjust, climate_of
from tests.schedule.nouns import state


def test_the_formula() -> None:
    """A-06: μ × exp(0.2 × (R ÷ B − 1)): as many requests as budgeted leave it alone."""
    usual = Climate()
    assert adjust(usual, 60, 10) == usual
    assert adjust(usual, 120, 10).mu == pytest.approx(usual.mu * math.exp(0.2))
    assert adjust(usual, 0, 10).mu == pytest.approx(usual.mu * math.exp(-0.2))


def test_the_knob_has_ends() -> None:
    """A-06: within a factor of twenty, whatever a day of nothing or of a million requests says."""
    low = high = Climate()
    for _ in range(500):
        low, high = adjust(low, 0, 10), adjust(high, 10**6, 10)
    assert low.mu == pytest.approx(Climate().mu / 20)
    assert high.mu == pytest.approx(Climate().mu * 20)
    assert adjust(Climate(), 100, 0) == Climate()


def test_it_settles_on_the_budget() -> None:
    """A-06: where requests follow 1/√μ, hourly steps end within one percent of the budget."""
    climate = Climate()
    for _ in range(400):
        climate = adjust(climate, round(60_000 * math.sqrt(4 * Climate().mu / climate.mu)), 10_000)
    assert 60_000 * math.sqrt(4 * Climate().mu / climate.mu) == pytest.approx(60_000, rel=0.01)


def test_the_week_is_pooled() -> None:
    """A-04: the climate carries the shares of all feeds."""
    bins = tuple(float(hour == 9) for hour in range(168))
    found = climate_of(Climate(), [state(rhythm=Rhythm(bins=bins)), state()])
    assert found.shares[9] == pytest.approx(1.5 / 85)
