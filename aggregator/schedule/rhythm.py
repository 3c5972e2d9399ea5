"""How often a feed publishes and at which hours of the week, learned from publication instants. Pure.

Law: what is learned fades with a half-life of three weeks, and no instant counts later than now.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.model import FLAT, Rhythm

HALF_LIFE = timedelta(days=21)
PRIOR_EVENTS = 0.5
PRIOR_RATE = 3.0 / timedelta(days=7).total_seconds()
"""The prior of A-02: three events a week, weighing half an event."""
MERGE = timedelta(minutes=30)
"""Entries published within this time are one event (A-02)."""
HOURS = 168
POOLED_WEIGHT = 40.0
HOUR = 3600.0
_DECAY = math.log(2) / HALF_LIFE.total_seconds()
_NOTHING = (0.0,) * HOURS


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """An entry came out at ``at`` (aware). ``exact``: the hour is the publisher's own; a date without a time, or the
    moment we first saw the entry, says how often a feed publishes but not at which hour. ``events`` is how many events
    it stands for (A-03)."""

    at: datetime
    exact: bool = True
    events: float = 1.0


def observe(rhythm: Rhythm, publications: Iterable[Publication], now: datetime, zone: ZoneInfo) -> Rhythm:
    """The rhythm after new publications, in any order (A-02). Those before the observed span are history, not rhythm,
    and are left out; one after ``now`` counts as ``now``."""
    found = sorted(((min(each.at, now), each) for each in publications), key=lambda pair: pair[0])
    since = rhythm.since or (found[0][0] if found else now)
    weight, entries, at = rhythm.weight, rhythm.entries, rhythm.weighed_at or since
    bins, last = list(rhythm.bins or _NOTHING), rhythm.last_event
    previous: datetime | None = None
    for instant, each in found:
        if instant < since:
            continue
        fresh = _apart(instant, previous) and _apart(instant, last)
        ahead = _faded(at, instant)
        weight, entries, at = weight * ahead, entries * ahead, max(at, instant)
        share = _faded(instant, at)
        entries += share
        if fresh:
            previous, weight = instant, weight + share * each.events
            if each.exact:
                bins[hour_of_week(instant, zone)] += 1.0
    if previous is not None:
        last = previous if last is None else max(last, previous)
    counts = tuple(bins) if any(bins) else ()
    return replace(rhythm, since=since, weight=weight, entries=entries, weighed_at=at, last_event=last, bins=counts)


def _apart(instant: datetime, other: datetime | None) -> bool:
    return other is None or abs(instant - other) > MERGE


def _faded(earlier: datetime, later: datetime) -> float:
    return math.exp(-_DECAY * max((later - earlier).total_seconds(), 0.0))


def rate(rhythm: Rhythm, now: datetime, prior: float = PRIOR_RATE) -> float:
    """Events a second, expected now (A-02); ``prior`` is the rate believed before anything is known."""
    weight = rhythm.weight * _faded(rhythm.weighed_at, now) if rhythm.weighed_at else 0.0
    span = max((now - rhythm.since).total_seconds(), 0.0) if rhythm.since else 0.0
    seen = -math.expm1(-_DECAY * span) / _DECAY
    return (PRIOR_EVENTS + weight) / (PRIOR_EVENTS / prior + seen)


def between_looks(rhythm: Rhythm, looked: datetime, now: datetime) -> float:
    """How many events lie between two looks of which the second found something, nobody knows when (A-03).

    In a time g a feed with rate L that published at all did so L·g ÷ (1 − e^(−L·g)) times. Counting that much solves
    Σ g ÷ (e^(L·g) − 1) over looks with a find = Σ g over those without, step by step; L·g stays under ln(2n + 1), where
    that of n looks that all found something lies. How many entries a look found does not count: nobody knows which of
    them came together.
    """
    span = max((now - looked).total_seconds(), 1.0)
    seen = max((now - rhythm.since).total_seconds(), span) if rhythm.since else span
    looks = -math.expm1(-_DECAY * seen) / _DECAY / span
    hidden = min(rate(rhythm, looked) * span, math.log(2.0 * looks + 1.0))
    return hidden / -math.expm1(-hidden) if hidden > 0.0 else 1.0


def batch(rhythm: Rhythm) -> float:
    """Entries per event, at least one."""
    return max((rhythm.entries + PRIOR_EVENTS) / (rhythm.weight + PRIOR_EVENTS), 1.0)


def silence(rhythm: Rhythm, now: datetime) -> timedelta:
    """How long nothing has been published; since the observation began, where nothing ever was."""
    last = rhythm.last_event or rhythm.since
    return max(now - last, timedelta(0)) if last else timedelta(0)


def pool(rhythms: Iterable[Rhythm]) -> tuple[float, ...]:
    """The shares of the week of all feeds together, with one pseudo-count for every two bins (A-04)."""
    counts = [0.5] * HOURS
    for rhythm in rhythms:
        if len(rhythm.bins) == HOURS:
            counts = [count + more for count, more in zip(counts, rhythm.bins, strict=True)]
    total = sum(counts)
    return tuple(count / total for count in counts)


def hour_of_week(instant: datetime, zone: ZoneInfo) -> int:
    """0 for Monday midnight to one, up to 167, in civil time."""
    local = instant.astimezone(zone)
    return local.weekday() * 24 + local.hour


class Forecast:
    """L(t) of one feed in events a second: its rate, shaped by its own hours of the week over the pooled ones, which
    weigh 40 events (A-04). ``phase`` is an hour of the week that weighs one event more (H-27)."""

    __slots__ = ("_bins", "_phase", "_shares", "_unit", "zone")

    def __init__(
        self, rhythm: Rhythm, events: float, shares: Sequence[float], zone: ZoneInfo, phase: int | None = None
    ) -> None:
        self._bins = rhythm.bins if len(rhythm.bins) == HOURS else _NOTHING
        self._shares = shares if len(shares) == HOURS else FLAT
        self._phase = phase
        self._unit = events * HOURS / (POOLED_WEIGHT + sum(self._bins) + (phase is not None))
        self.zone = zone

    def level(self, hour: int) -> float:
        """Events a second in this hour of the week."""
        return self._unit * (POOLED_WEIGHT * self._shares[hour] + self._bins[hour] + (hour == self._phase))

    def cost_reached(self, since: datetime, mu: float, latest: datetime) -> datetime:
        """When the expected waiting cost since ``since`` reaches ``mu`` event-seconds, at most ``latest`` (A-01).

        W(t) = ∫ L(s)(t − s) ds. L is constant inside an hour of the week, so each hour is integrated exactly; A-05
        only approaches that. A clock change inside the interval shifts the profile by its hour until the next poll.
        """
        hour, step = self._start(since)
        longest = (latest - since).total_seconds()
        elapsed = count = cost = 0.0
        while elapsed < longest:
            level = self.level(hour)
            ahead = cost + count * step + level * step * step / 2
            if ahead >= mu:
                elapsed += _crossing(level, count, cost - mu)
                break
            cost, count = ahead, count + level * step
            elapsed, hour, step = elapsed + step, (hour + 1) % HOURS, HOUR
        return latest if elapsed >= longest else since + timedelta(seconds=max(elapsed, 0.0))

    def count_reached(self, since: datetime, events: float, latest: datetime) -> datetime:
        """When this many events are expected since ``since``, at most ``latest``."""
        hour, step = self._start(since)
        longest = (latest - since).total_seconds()
        elapsed = count = 0.0
        while elapsed < longest:
            level = self.level(hour)
            if count + level * step >= events:
                elapsed += (events - count) / level if level > 0.0 else 0.0
                break
            count, elapsed, hour, step = count + level * step, elapsed + step, (hour + 1) % HOURS, HOUR
        return latest if elapsed >= longest else since + timedelta(seconds=max(elapsed, 0.0))

    def _start(self, since: datetime) -> tuple[int, float]:
        """The hour of the week and the seconds left of it."""
        local = since.astimezone(self.zone)
        return local.weekday() * 24 + local.hour, HOUR - (local.minute * 60 + local.second + local.microsecond / 1e6)


def _crossing(level: float, count: float, short: float) -> float:
    """The positive root of level/2·x² + count·x + short = 0, where ``short`` is negative or zero."""
    if level <= 0.0:
        return -short / count if count > 0.0 else 0.0
    return (-count + math.sqrt(max(count * count - 2.0 * level * short, 0.0))) / level
