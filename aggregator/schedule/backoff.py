"""When to come back to a feed that brought nothing: refusals, failures by class, Retry-After. Pure.

Law: never under the floor, never before the publisher's own word, and never a silent stop.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from aggregator.model import Blocked, Bound, Failed, FailureKind, FeedState, Gone, Source
from aggregator.schedule.jitter import unit

BLOCKED_PAUSE = timedelta(hours=24)
TOO_MANY_PAUSE = timedelta(hours=4)
LONGEST_PAUSE = timedelta(days=7)
MISSING_STEPS = (timedelta(hours=6), timedelta(hours=12), timedelta(hours=24), timedelta(days=2), timedelta(days=7))
GONE_STEPS = (timedelta(hours=24), timedelta(days=7), timedelta(days=30))
"""H-45: confirmed after a day and after a week; then only once a month, since a stop nobody notices is for ever."""
LONGEST_RETRY_AFTER = timedelta(days=31)
SLIGHT, SOFT, HARD = 0.25, 0.5, 1.0
WEIGHTS = {
    FailureKind.DNS: SLIGHT,
    FailureKind.CONNECT: SOFT,
    FailureKind.TIMEOUT: SOFT,
    FailureKind.TRUNCATED: SOFT,
    FailureKind.PROTOCOL: SOFT,
    FailureKind.STORAGE: SLIGHT,
}
"""How much of a step one failure is: names fail mostly at our end, a timeout may pass, the rest needs a hand."""


def after_failure(
    source: Source, state: FeedState, meaning: Gone | Blocked | Failed, started_at: datetime
) -> tuple[Bound, ...]:
    """Every bound after a poll that brought nothing, before jitter; ``state`` already counts it (H-45 to H-50)."""
    pause, name = _pause(source, state, meaning)
    bounds = [Bound(at=started_at + pause, name=name)]
    asked = None if isinstance(meaning, Gone) else meaning.retry_at
    if asked is not None:
        # The publisher's own word wins over our rules, but a mistyped century must not end a feed (H-48).
        bounds.append(Bound(at=min(asked, started_at + LONGEST_RETRY_AFTER), name="retry-after"))
    return tuple(bounds)


def _pause(source: Source, state: FeedState, meaning: Gone | Blocked | Failed) -> tuple[timedelta, str]:
    count = max(state.failures, 1)
    match meaning:
        case Gone():
            return GONE_STEPS[min(count, len(GONE_STEPS)) - 1], "gone"
        case Blocked():
            return BLOCKED_PAUSE, "blocked"
        case Failed(status=404):
            return MISSING_STEPS[min(count, len(MISSING_STEPS)) - 1], "not-found"
        case Failed(status=429, retry_at=None):
            twice = 2 * min(state.interval or source.min_interval, LONGEST_PAUSE)
            return min(max(twice, TOO_MANY_PAUSE), LONGEST_PAUSE), "too-many-requests"
        case Failed():
            return _back_off(source, state, count * weight(meaning)), f"back-off:{meaning.kind}"


def weight(failure: Failed) -> float:
    """How much of a back-off step this failure is; a server in trouble (5xx) counts half."""
    if failure.status is not None and failure.status >= 500:
        return SOFT
    return WEIGHTS.get(failure.kind, HARD)


def _back_off(source: Source, state: FeedState, steps: float) -> timedelta:
    """uniform(0.5, 1) × min(floor × 2^steps, longest), H-50; bounded so that years of failures cannot overflow."""
    longest = min(source.min_interval * math.pow(2.0, min(steps, 16.0)), max(source.max_interval, source.min_interval))
    return longest * (0.5 + 0.5 * unit(source.id, state.polls, "back-off"))
