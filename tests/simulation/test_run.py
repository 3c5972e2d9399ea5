"""The virtual clock, the rules all policies keep, and the search for equal requests."""

from __future__ import annotations

import math

import pytest

from aggregator.simulation.policies import POLICIES
from aggregator.simulation.publishers import DAY, HOUR, Publisher, made_up
from aggregator.simulation.run import Span, run, tuned

CROWD = made_up(11, 20, 16)
SPAN = Span(days=16, warm=4)


class EverySoOften:
    """A policy of the test: the same wait always."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.window_first: set[int] = set()

    def wait(self, feed: int, now: float, before: int, known: int) -> float:
        return self.seconds


def test_delays_are_those_of_the_clock() -> None:
    """A-21: an entry is known at the first poll after it; only those after the warm-up and before the end count."""
    entries = (1.0 * DAY, 5.0 * DAY, 5.0 * DAY + 1.0, 15.9 * DAY, 16.5 * DAY)
    only = Publisher(name="only", kind="council", host="h", entries=entries)
    found = run((only,), EverySoOften(DAY / 2), SPAN)
    [delays] = found.delays
    assert len(delays) == 3
    assert delays[0] - delays[1] == pytest.approx(1.0)
    assert all(0 <= delay <= DAY / 2 for delay in delays)
    assert found.requests == 24
    assert (found.found, found.lost) == (1 + (delays[2] < 0.1 * DAY), 0)
    assert found.shortest == pytest.approx(DAY / 2)


def test_what_scrolls_past_is_lost() -> None:
    """Of thirty entries between two polls of a ten-entry feed twenty are never seen."""
    burst = Publisher(name="b", kind="council", host="h", window=10, entries=tuple(6 * DAY + n for n in range(30)))
    found = run((burst,), EverySoOften(DAY), SPAN)
    assert (found.lost, len(found.delays[0])) == (20, 10)


def test_broken_rules_are_counted() -> None:
    """A-22: a gap under the floor and one before the declared lifetime; a shared host is spaced by the clock itself."""
    fresh = Publisher(name="f", kind="council", host="h", entries=(), lifetime=2 * HOUR)
    found = run((fresh,), EverySoOften(HOUR / 2), SPAN)
    assert found.under_floor > 500
    assert found.before_allowed == found.under_floor
    excused = EverySoOften(1.5 * HOUR)
    excused.window_first = {0}
    early = run((fresh,), excused, SPAN)
    assert (early.before_allowed, early.under_floor, early.window_first > 100) == (0, 0, True)
    twins = [Publisher(name="same", kind="council", host="h", entries=())] * 2
    spaced = run(twins, EverySoOften(DAY), SPAN)
    assert (spaced.host_bursts, spaced.requests) == (0, 24)


@pytest.mark.parametrize("name", list(POLICIES))
def test_every_policy_keeps_the_rules_and_spends_the_budget(name: str) -> None:
    """A-20, A-22: requests within one percent of the budget, no gap under the floor or before a lifetime, no burst."""
    ratios: list[float] = []
    found = tuned(CROWD, name, SPAN, 6.0 * len(CROWD), ratios.append)
    assert found.requests / (6.0 * len(CROWD) * 12) == pytest.approx(1.0, abs=0.01)
    assert (found.under_floor, found.before_allowed, found.host_bursts) == (0, 0, 0)
    assert found.shortest >= HOUR - 1e-6
    assert sum(map(len, found.delays)) > 100
    assert len(ratios) < 12


def test_ours_lets_no_lifetime_hide_entries() -> None:
    """A paper that declares two hours, and whose ten entries last half as long, is asked before: on purpose, counted
    apart, and still not under the floor."""
    entries = tuple(600.0 * n for n in range(-500, 24 * 6 * 16))
    frantic = Publisher(name="f", kind="news", host="h", window=10, entries=entries, lifetime=2 * HOUR)
    make, _, _ = POLICIES["ours"]
    found = run((frantic,), make((frantic,), 1.0), SPAN)
    assert (found.before_allowed, found.under_floor) == (0, 0)
    assert found.window_first > 100


def test_the_same_seed_gives_the_same_run() -> None:
    """Issue: same seed, same numbers."""
    make, knob, _ = POLICIES["ours"]
    once, again = (run(CROWD, make(CROWD, knob), SPAN) for _ in range(2))
    assert once == again


def test_a_budget_that_cannot_be_met_ends() -> None:
    """Nobody polls a thousand times a day under a floor of an hour: the nearest run is given, and the search ends."""
    found = tuned(CROWD[:2], "fixed", SPAN, 2000.0)
    assert found.requests <= 2 * 24 * 12 + 2
    assert math.isfinite(found.knob)
