"""How long a feed may be silent before that says something: the silence model (b15). Pure.

Law: a feed known by few entries gets the benefit of the doubt; nights and weekends count for as much as it publishes
in them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.model import FLAT, FeedState, Rhythm, Source
from aggregator.schedule.hints import prior_rate
from aggregator.schedule.rhythm import HOURS, POOLED_WEIGHT, PRIOR_EVENTS, PRIOR_RATE, Forecast, hour_of_week, rate

UNLIKELY = 0.01
"""A silence less likely than this is not the feed's own."""
SURENESS = 4.0
"""What is learned counts as so many events at most: people publish in clumps, not like clockwork."""
LEAST_SILENCE = timedelta(days=3)
ALLOWANCE = 1.25
"""A silence is not told before it is so many times the longest one of this feed that ended by itself."""
LONGEST_COUNTED = timedelta(days=45)
WEEK = timedelta(days=7)
MEDIAN = math.log(2)
NEAR = timedelta(days=28)
QUIET_LIKELIHOOD = 0.05
QUIET_AFTER = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """The silence of one feed at one moment: since when, how long, how likely under its learned rhythm (0 to 1), and
    the silence from which on it is an alarm (both in days that count by the feed's own week)."""

    since: datetime
    lasted: timedelta
    likelihood: float
    alarm_after: timedelta
    alarming: bool

    @property
    def is_quiet(self) -> bool:
        """Longer than usual, though not out of the question."""
        return self.lasted >= QUIET_AFTER or (self.lasted >= LEAST_SILENCE and self.likelihood < QUIET_LIKELIHOOD)


def silence_of(source: Source, state: FeedState, now: datetime, shares: Sequence[float] = FLAT) -> Silence | None:
    """The silence of a feed at ``now`` (aware, UTC); ``None`` while no entry of it is known.

    With a gamma belief about the rate, held when the last entry came, the chance of no entry in a time t is
    (b ÷ (b + t))^a: a feed seen for a month must be silent for longer than one seen for a year.
    """
    rhythm = state.rhythm
    if rhythm.last_event is None or rhythm.since is None:
        return None
    lasted = max(now - rhythm.last_event, timedelta(0))
    known, span = _belief(rhythm, prior_rate(state.hints, PRIOR_RATE))
    counted = _counted(rhythm, shares, ZoneInfo(source.timezone), rhythm.last_event, now)
    counted = max(counted - _at_christmas(rhythm.last_event, now).total_seconds(), 0.0)
    likelihood = (span / (span + counted)) ** known
    usual = timedelta(seconds=min(span * (UNLIKELY ** (-1.0 / known) - 1.0), timedelta(days=36500).total_seconds()))
    longest = min(state.longest_silence or timedelta(0), LONGEST_COUNTED) * ALLOWANCE
    alarm_after = max(usual, LEAST_SILENCE, longest)
    alarming = likelihood < UNLIKELY and lasted > max(LEAST_SILENCE, longest)
    return Silence(
        since=rhythm.last_event, lasted=lasted, likelihood=likelihood, alarm_after=alarm_after, alarming=alarming
    )


def _belief(rhythm: Rhythm, prior: float) -> tuple[float, float]:
    """Shape and seconds of the gamma belief at the last entry, no surer than `SURENESS` events."""
    last, since = rhythm.last_event or rhythm.since, rhythm.since
    if last is None or since is None:
        return PRIOR_EVENTS, PRIOR_EVENTS / prior
    mean = rate(rhythm, last, prior)
    known = min(PRIOR_EVENTS + rhythm.weight, SURENESS)
    return known, known / mean


def _counted(rhythm: Rhythm, shares: Sequence[float], zone: ZoneInfo, start: datetime, end: datetime) -> float:
    """The seconds from ``start`` to ``end``, each weighed by how much the feed publishes at that hour of the week; a
    whole week counts as a week."""
    weeks, rest = divmod(max(end - start, timedelta(0)), WEEK)
    pooled = shares if len(shares) == HOURS else FLAT
    bins = rhythm.bins if len(rhythm.bins) == HOURS else (0.0,) * HOURS
    unit = HOURS / (POOLED_WEIGHT + sum(bins))
    first, left = hour_of_week(end - rest, zone), rest.total_seconds()
    whole, part = divmod(left, 3600.0)
    last = first + int(whole)
    # Twice the week, so that a silence over its end is one slice; one step for each hour would be half the work here.
    pooled, bins = (*pooled, *pooled), (*bins, *bins)
    hours = POOLED_WEIGHT * sum(pooled[first:last]) + sum(bins[first:last])
    partly = POOLED_WEIGHT * pooled[last] + bins[last]
    return weeks * WEEK.total_seconds() + unit * (3600.0 * hours + part * partly)


def _at_christmas(start: datetime, end: datetime) -> timedelta:
    """How much of the time lies between 24 December and 2 January: offices and small papers are closed, and their
    silence proves nothing. Two years back are enough."""
    total = timedelta(0)
    for year in range(max(start.year - 1, end.year - 2), end.year + 1):
        closes = datetime(year, 12, 24, tzinfo=UTC)
        opens = datetime(year + 1, 1, 3, tzinfo=UTC)
        total += max(min(end, opens) - max(start, closes), timedelta(0))
    return total


def next_expected(source: Source, state: FeedState, now: datetime, shares: Sequence[float] = FLAT) -> datetime | None:
    """The moment by which the next entry is as likely to have come as not; ``None`` while no entry is known."""
    rhythm = state.rhythm
    if rhythm.last_event is None:
        return None
    events = rate(rhythm, now, prior_rate(state.hints, PRIOR_RATE))
    if events * NEAR.total_seconds() < MEDIAN:
        return now + timedelta(seconds=min(MEDIAN / events, timedelta(days=3650).total_seconds()))
    return Forecast(rhythm, events, shares, ZoneInfo(source.timezone)).count_reached(now, MEDIAN, now + 2 * NEAR)


def longest_silence(before: FeedState, after: FeedState) -> timedelta | None:
    """The longest silence of a feed that ended with an entry, this poll's included."""
    known, last, now = before.longest_silence, before.rhythm.last_event, after.rhythm.last_event
    if last is None or now is None or now <= last:
        return known
    return max(known or timedelta(0), now - last)
