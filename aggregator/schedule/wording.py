"""A feed's rhythm in words: how many entries in what time, on which days, at which hours. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.model import Rhythm
from aggregator.schedule.rhythm import HOURS, batch, rate

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOSTLY = 0.75
ENOUGH = 5.0
"""So many events of a known hour at least before days and hours are named."""
LONGEST_DAYS, LONGEST_HOURS = 5, 12
_SPANS = (("day", 1.0, 2.0), ("week", 7.0, 1.0), ("month", 30.4375, 1.0), ("year", 365.25, 0.0))


def rhythm_in_words(rhythm: Rhythm, now: datetime) -> str:
    """Such as “about 4 entries a week, mostly Tue–Thu 9–17”; ``now`` is aware. Civil time of the source."""
    if rhythm.since is None:
        return "nothing learned yet"
    a_day = rate(rhythm, now) * batch(rhythm) * timedelta(days=1).total_seconds()
    name, days, _ = next(span for span in _SPANS if a_day * span[1] >= span[2])
    count = round(a_day * days) if a_day * days >= 0.5 else 0
    often = f"about {count} entr{'y' if count == 1 else 'ies'} a {name}" if count else "less than one entry a year"
    when = " ".join(part for part in (_days(rhythm), _hours(rhythm)) if part)
    return f"{often}, mostly {when}" if when else often


def _days(rhythm: Rhythm) -> str:
    counts = [sum(rhythm.bins[day * 24 : day * 24 + 24]) for day in range(7)] if len(rhythm.bins) == HOURS else []
    found = _shortest(counts, LONGEST_DAYS)
    if found is None:
        return ""
    first, length = found
    return DAYS[first] if length == 1 else f"{DAYS[first]}–{DAYS[(first + length - 1) % 7]}"


def _hours(rhythm: Rhythm) -> str:
    counts = [sum(rhythm.bins[hour::24]) for hour in range(24)] if len(rhythm.bins) == HOURS else []
    found = _shortest(counts, LONGEST_HOURS)
    return f"{found[0]}–{(found[0] + found[1]) % 24 or 24}" if found else ""


def _shortest(counts: list[float], longest: int) -> tuple[int, int] | None:
    """The shortest run, round the end if need be, that holds most of it; of equal ones the fullest, then the first."""
    total = sum(counts)
    if total < ENOUGH:
        return None
    size = len(counts)
    runs = (
        (length, -held, first)
        for length in range(1, longest + 1)
        for first in range(size)
        if (held := sum(counts[(first + step) % size] for step in range(length))) >= MOSTLY * total
    )
    best = min(runs, default=None)
    return None if best is None else (best[2], best[0])
