"""What a feed is expected to do until it is asked again: its rate, its week, its weight and how long its window lasts.
Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.model import Bound, Climate, FeedState, Source
from aggregator.schedule.hints import phase, prior_rate
from aggregator.schedule.rhythm import PRIOR_EVENTS, PRIOR_RATE, Forecast, batch, hour_of_week, rate, silence

MOST_FAIR = 4.0
SILENCES = ((timedelta(days=365), timedelta(days=7)), (timedelta(days=180), timedelta(hours=72)))
"""A-07: after this long without an entry, the longest interval grows to that."""
SURE = 3.0
"""The window lasts until the entries expected, and this many standard deviations more, would fill it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Of one feed at one moment. ``weight`` divides the cost worth a request (A-08); ``capacity`` is the number of
    events that surely still fits into the feed's window, ``None`` where its size is unknown."""

    forecast: Forecast
    weight: float
    longest: timedelta
    longest_name: str
    capacity: float | None

    def window_full(self, started: datetime, by: datetime) -> Bound | None:
        """When entries may begin to scroll past us, if that is before ``by``."""
        if self.capacity is None:
            return None
        at = self.forecast.count_reached(started, self.capacity, by)
        return Bound(at=at, name="window") if at < by else None


def expectation(source: Source, state: FeedState, now: datetime, climate: Climate) -> Expectation:
    """What the feed's rhythm and hints let us expect at ``now`` (A-02, A-04, A-07, A-08)."""
    rhythm, zone = state.rhythm, ZoneInfo(source.timezone)
    events = rate(rhythm, now, prior_rate(state.hints, PRIOR_RATE))
    fairness = fair_weight(events) if climate.fair else 1.0
    longest, name = source.max_interval, "longest"
    quiet = silence(rhythm, now)
    for least, span in SILENCES:
        if quiet >= least:
            # A feed this quiet is not owed the attention of a small one that speaks; its rate has no floor.
            events, fairness = min(events, PRIOR_EVENTS / quiet.total_seconds()), min(fairness, 1.0)
            longest, name = max(longest, span), "silent"
            break
    base = phase(state.hints)
    shape = Forecast(rhythm, events, climate.shares, zone, None if base is None else hour_of_week(base, zone))
    return Expectation(
        forecast=shape,
        weight=fairness * 2.0**source.priority,
        longest=max(longest, source.min_interval),
        longest_name=name,
        capacity=_capacity(rhythm.window, batch(rhythm)),
    )


def fair_weight(events: float) -> float:
    """min(4, √(3 a week ÷ L)), so that a feed is polled at about the fourth root of its rate (A-08)."""
    return min(MOST_FAIR, math.sqrt(PRIOR_RATE / events))


def _capacity(window: int, entries: float) -> float | None:
    """Events m whose entries, ``entries`` each, surely fit into the window: m + 3·√m = window ÷ entries."""
    if window <= 0:
        return None
    return ((math.sqrt(SURE * SURE + 4.0 * window / entries) - SURE) / 2.0) ** 2
