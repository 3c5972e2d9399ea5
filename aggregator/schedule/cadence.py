"""When a feed is polled next, and which bound decided it. Pure: time is an argument, jitter a hash of the feed id."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from aggregator.model import Blocked, Due, Failed, FeedId, FeedRow, FeedState, Gone, Meaning, Source

JITTER = 0.1
"""Every interval is stretched by up to this share, never shortened (H-71)."""
BLOCKED_PAUSE = timedelta(hours=24)
TOO_MANY_PAUSE = timedelta(hours=4)
MISSING_STEPS = (timedelta(hours=6), timedelta(hours=12), timedelta(hours=24), timedelta(days=2), timedelta(days=7))
GONE_STEPS = (timedelta(hours=24), timedelta(days=7))
STOPPED = timedelta(days=3650)
LONGEST_RETRY_AFTER = timedelta(days=31)
SPREAD_WINDOW = timedelta(minutes=30)
OWNED = timedelta(minutes=15)
"""Below this floor the operator owns the publisher (H-29), so nobody has to be spared a burst."""


def next_poll(source: Source, state: FeedState, meaning: Meaning, started_at: datetime) -> Due:
    """When to ask again after a poll that began at ``started_at`` (aware, UTC); intervals run start to start (H-29).

    ``state`` is the state after the poll: its ``failures`` and ``polls`` already count it.
    """
    interval, bound, retry_at = _interval(source, state, meaning)
    interval = max(interval, source.min_interval)
    interval += interval * JITTER * unit(source.id, state.polls)
    at = started_at + interval
    if retry_at is not None and retry_at > at:
        # The publisher's own word wins over our rules, but a mistyped century must not end a feed (H-48).
        at = min(retry_at, started_at + LONGEST_RETRY_AFTER) + source.min_interval * JITTER * unit(source.id, 1)
        bound = "retry-after"
    return Due(at=at, interval=interval, bound=bound)


def _interval(source: Source, state: FeedState, meaning: Meaning) -> tuple[timedelta, str, datetime | None]:
    """The interval before jitter, the name of the rule, and what the publisher asked for."""
    count = max(state.failures, 1)
    match meaning:
        case Gone():
            step = GONE_STEPS[count - 1] if count <= len(GONE_STEPS) else STOPPED
            return step, "gone", None
        case Blocked(retry_at=retry_at):
            return BLOCKED_PAUSE, "blocked", retry_at
        case Failed(status=404, retry_at=retry_at):
            return MISSING_STEPS[min(count, len(MISSING_STEPS)) - 1], "not-found", retry_at
        case Failed(status=429, retry_at=None):
            return max(2 * (state.interval or source.min_interval), TOO_MANY_PAUSE), "too-many-requests", None
        case Failed(retry_at=retry_at):
            return _back_off(source, state, count), "back-off", retry_at
        case _:
            return source.min_interval, "interval", None


def _back_off(source: Source, state: FeedState, count: int) -> timedelta:
    """uniform(0.5, 1) × min(floor × 2^n, longest), H-50; the exponent is bounded so that years of failures cannot
    overflow."""
    longest = min(source.min_interval * (1 << min(count, 16)), max(source.max_interval, source.min_interval))
    return longest * (0.5 + 0.5 * unit(source.id, state.polls, "back-off"))


def spread(rows: Iterable[FeedRow], now: datetime) -> dict[FeedId, timedelta]:
    """Delays for feeds that fell due while nobody was polling, so that a restart is no burst (H-71).

    Feeds never polled before are not held up: the first poll after a subscription is immediate.
    """
    overdue = (row for row in rows if row.state.next_poll_at is not None and row.state.next_poll_at < now)
    return {row.source.id: _window(row.source) * unit(row.source.id, row.state.polls, "spread") for row in overdue}


def _window(source: Source) -> timedelta:
    return source.min_interval if source.min_interval < OWNED else SPREAD_WINDOW


def unit(*parts: object) -> float:
    """A number in [0, 1) that looks random and is always the same for the same parts."""
    digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
