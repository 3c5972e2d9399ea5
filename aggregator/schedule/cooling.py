"""How long a whole host is spared after it complained, and how that wears off (H-48, H-49). Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.model import WARM, Blocked, Cooling, Failed, FeedState, Meaning, RetryScope, Source
from aggregator.schedule.backoff import LONGEST_PAUSE, LONGEST_RETRY_AFTER, TOO_MANY_PAUSE

TOO_MANY = 429
_DAY = timedelta(days=1)
_LEAST = timedelta(minutes=1)


def cooled(source: Source, before: FeedState, meaning: Meaning, started: datetime, scope: RetryScope) -> Cooling | None:
    """What this answer asks for the whole host; ``None`` where it concerns the feed alone. ``before`` is the state
    before the poll.

    A 429 without Retry-After costs every feed of the host twice the interval that was too short, at least four hours.
    """
    if scope is RetryScope.FEED or not isinstance(meaning, Blocked | Failed) or meaning.status is None:
        return None
    asked = None if meaning.retry_at is None else min(meaning.retry_at, started + LONGEST_RETRY_AFTER)
    if meaning.status != TOO_MANY and (scope is not RetryScope.HOST or asked is None):
        return None
    reason = f"{meaning.status} answered to {source.id}"
    if asked is not None:
        return Cooling(
            until=asked, reason=f"{reason}, asking us to come back at {asked:%Y-%m-%d %H:%M} UTC", since=started
        )
    pause = min(max(2 * (before.interval or source.min_interval), TOO_MANY_PAUSE), LONGEST_PAUSE)
    return Cooling(until=started + pause, reason=reason, penalty=pause, since=started)


def joined(known: Cooling, new: Cooling) -> Cooling:
    """Both together: a shorter pause never ends a longer one, a Retry-After forgives no penalty."""
    longer = new if known.until is None or (new.until is not None and new.until > known.until) else known
    harder = new if new.penalty > timedelta(0) else known
    return Cooling(until=longer.until, reason=longer.reason, penalty=harder.penalty, since=harder.since or new.since)


def penalty(known: Cooling, now: datetime) -> timedelta:
    """The least interval of every feed of the host now: it halves with every day (H-49)."""
    if known == WARM or known.since is None:
        return timedelta(0)
    days = max((now - known.since) / _DAY, 0.0)
    left = known.penalty * 0.5 ** min(days, 64.0)
    return left if left >= _LEAST else timedelta(0)
