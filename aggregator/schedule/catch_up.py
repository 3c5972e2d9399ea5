"""Feeds that fell due while nobody was polling, or were planned by a clock that was wrong: no burst, no gap. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from aggregator.model import FeedId, FeedRow, Source
from aggregator.schedule.cadence import OWNED
from aggregator.schedule.jitter import stretched, unit

SPREAD_WINDOW = timedelta(minutes=30)
CLOCK_TOLERANCE = timedelta(minutes=5)
LONGEST = timedelta(days=31)
"""No plan reaches further, whatever a clock said (H-48)."""


def spread(rows: Iterable[FeedRow], now: datetime) -> dict[FeedId, timedelta]:
    """Delays for feeds that fell due while nobody was polling, so that a restart is no burst (H-71).

    Feeds never polled before are not held up: the first poll after a subscription is immediate.
    """
    overdue = (row for row in rows if row.state.next_poll_at is not None and row.state.next_poll_at < now)
    return {row.source.id: _window(row.source) * unit(row.source.id, row.state.polls, "spread") for row in overdue}


def _window(source: Source) -> timedelta:
    return source.min_interval if source.min_interval < OWNED else SPREAD_WINDOW


def misplanned(rows: Iterable[FeedRow], now: datetime) -> dict[FeedId, timedelta]:
    """Delays for feeds whose last poll lies in the future: it was planned by a clock that ran ahead and was set back.

    Each waits one whole interval of its own from ``now`` on, which is never too early, and never years.
    """
    found: dict[FeedId, timedelta] = {}
    for row in rows:
        source, state = row.source, row.state
        if state.last_poll_at is not None and state.last_poll_at > now + CLOCK_TOLERANCE:
            usual = min(max(state.interval or source.min_interval, source.min_interval), LONGEST)
            found[source.id] = stretched(usual, source.id, state.polls, "clock")
    return found
