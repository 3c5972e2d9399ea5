"""Seeded chance."""

from __future__ import annotations

from statistics import fmean, median, pvariance

import pytest

from aggregator.simulation.dice import Dice

PINNED = (0.086629, 0.592868, 0.124335)


def test_the_same_seed_gives_the_same_numbers() -> None:
    """A-20: on every machine and version; pinned here."""
    dice = Dice("parish", 1)
    assert [round(dice.unit(), 6) for _ in range(3)] == [round(each, 6) for each in PINNED]
    assert Dice("parish", 2).unit() != Dice("parish", 1).unit()


def test_the_distributions() -> None:
    """Uniform, exponential, normal and log-normal have the moments they should."""
    dice = Dice("moments")
    units = [dice.unit() for _ in range(20_000)]
    assert min(units) >= 0.0
    assert max(units) < 1.0
    assert fmean(units) == pytest.approx(0.5, abs=0.01)
    assert fmean(dice.exponential() for _ in range(20_000)) == pytest.approx(1.0, abs=0.03)
    normals = [dice.normal() for _ in range(20_000)]
    assert fmean(normals) == pytest.approx(0.0, abs=0.03)
    assert pvariance(normals) == pytest.approx(1.0, abs=0.05)
    assert median(dice.log_normal(3.0, 1.0) for _ in range(20_000)) == pytest.approx(3.0, abs=0.15)
