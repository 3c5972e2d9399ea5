"""One knob keeps the requests of all feeds near the budget (A-06); their weeks are pooled here too (A-04). Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from aggregator.model import Climate, FeedState
from aggregator.schedule.rhythm import pool

GAIN = 0.2
RANGE = 20.0
HIGHEST_RATIO = 20.0
"""A day with more than twenty times the budget turns the knob no further than one with twenty times."""


def adjust(climate: Climate, requests: int, feeds: int) -> Climate:
    """The climate an hour later: ``requests`` of the last 24 hours, redirects included, for ``feeds`` enabled feeds.

    mu × exp(0.2 × (R ÷ B − 1)), within a factor of twenty of the default (A-06). Without feeds nothing changes.
    """
    budget = climate.budget * feeds
    if budget <= 0.0:
        return climate
    usual = Climate().mu
    mu = climate.mu * math.exp(GAIN * (min(requests / budget, HIGHEST_RATIO) - 1.0))
    return replace(climate, mu=min(max(mu, usual / RANGE), usual * RANGE))


def climate_of(climate: Climate, states: Iterable[FeedState]) -> Climate:
    """The climate with the week of all feeds pooled anew (A-04)."""
    return replace(climate, shares=pool(state.rhythm for state in states))
