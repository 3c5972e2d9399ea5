"""Publishers to poll: 160 like councils and 40 like local papers in every 200 (A-20), each with its own week. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.schedule.rhythm import HOURS, hour_of_week
from aggregator.simulation.dice import Dice

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
"""The virtual clock begins on a Monday in winter, so that a clock change falls into the run."""
ZONE = "Europe/London"
HISTORY_DAYS = 120
DAY, HOUR, WEEK = 86_400.0, 3600.0, 604_800.0
COUNCILS = 0.8
WINDOWS = (10, 15, 20, 25, 30)
LIFETIMES = (900.0, 1800.0, 3600.0, 7200.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """One feed. ``entries`` are publication instants in seconds since `BEGIN`, ascending, history below zero.

    ``rates`` are the true events a second from an instant on, ``shares`` the true week: what only the oracle knows;
    both are empty for a recorded publisher. ``lifetime`` is the max-age it declares, in seconds; ``window`` the number
    of entries in its document.
    """

    name: str
    kind: str
    entries: tuple[float, ...]
    window: int = 20
    host: str = ""
    lifetime: float = 0.0
    rates: tuple[tuple[float, float], ...] = ()
    shares: tuple[float, ...] = ()

    def rate(self, at: float) -> float:
        """True events a second at this moment."""
        return self.rates[max(bisect_right(self.rates, (at, float("inf"))) - 1, 0)][1]


def moment(seconds: float) -> datetime:
    """An instant of the virtual clock, aware and UTC."""
    return BEGIN + timedelta(seconds=seconds)


def made_up(seed: int, feeds: int, days: int) -> tuple[Publisher, ...]:
    """So many publishers for so many days (A-20), the same for the same seed."""
    week = _calendar(days)
    councils = round(feeds * COUNCILS)
    kinds = ["council"] * councils + ["news"] * (feeds - councils)
    return tuple(_publisher(seed, number, kind, days, week) for number, kind in enumerate(kinds))


def _calendar(days: int) -> list[int]:
    """The civil hour of the week of every hour from the beginning of history to the end."""
    zone = ZoneInfo(ZONE)
    hours = range(-HISTORY_DAYS * 24, (days + 2) * 24)
    return [hour_of_week(BEGIN + timedelta(hours=hour), zone) for hour in hours]


def _publisher(seed: int, number: int, kind: str, days: int, week: Sequence[int]) -> Publisher:
    dice = Dice("publisher", seed, number)
    council = kind == "council"
    weekly = dice.log_normal(3.0, 1.0) if council else dice.log_normal(60.0, 0.6)
    shares = _week(dice, council)
    rates = [(-HISTORY_DAYS * DAY, weekly / WEEK)]
    if dice.unit() < 0.2:
        factor = 2.0 ** (dice.between(1.0, 2.5) * (1 if dice.unit() < 0.5 else -1))
        rates.append((dice.between(0.3, 0.85) * days * DAY, weekly / WEEK * factor))
    plain = Publisher(name=f"{kind}-{number}", kind=kind, entries=(), rates=tuple(rates), shares=shares)
    return Publisher(
        name=plain.name,
        kind=kind,
        entries=tuple(_entries(dice, plain, week)),
        window=WINDOWS[int(dice.unit() * len(WINDOWS))],
        # Every tenth feed shares the host of its neighbour; every eighth declares how long its answer is fresh.
        host=f"host-{number - 1 if number % 10 == 9 else number}",
        lifetime=LIFETIMES[int(dice.unit() * len(LIFETIMES))] if number % 8 == 3 else 0.0,
        rates=plain.rates,
        shares=shares,
    )


def _week(dice: Dice, council: bool) -> tuple[float, ...]:
    """The shares of the 168 hours: office hours, or 6 to 22 h every day; flat for 15 percent."""
    if dice.unit() < 0.15:
        return (1.0 / HOURS,) * HOURS
    weights = []
    taste = [dice.between(0.3, 1.7) for _ in range(24)]
    for hour in range(HOURS):
        day, clock = divmod(hour, 24)
        open_now = (day < 5 and 8 <= clock < 18) if council else 6 <= clock < 22
        weights.append(taste[clock] if open_now else 0.04)
    total = sum(weights)
    return tuple(weight / total for weight in weights)


def _entries(dice: Dice, truth: Publisher, week: Sequence[int]) -> list[float]:
    """A Poisson process along the publisher's week; a quarter of the events are batches within twenty minutes."""
    found: list[float] = []
    waiting = dice.exponential()
    for number, hour in enumerate(week):
        begin = (number - HISTORY_DAYS * 24) * HOUR
        mean = truth.rate(begin) * HOURS * truth.shares[hour] * HOUR
        spent = 0.0
        while waiting <= mean - spent:
            spent += waiting
            at = begin + HOUR * spent / mean
            found.append(at)
            if dice.unit() < 0.25:
                found.extend(at + dice.between(0.0, 1200.0) for _ in range(1 + int(dice.exponential() * 2)))
            waiting = dice.exponential()
        waiting -= mean - spent
    return sorted(found)
