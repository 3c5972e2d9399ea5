"""The token bucket of a host: a burst of sixty requests at most, then one for every six spacings (H-70). Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

CAPACITY = 60.0
PACE = 6
"""With the usual spacing of 10 s a token comes back every minute: 60 an hour."""
LEAST = timedelta(seconds=10)
OWNED = timedelta(minutes=15)
"""Below this floor the operator owns the publisher (H-29), so nobody has to be spared."""


def spared(spacing: timedelta, floor: timedelta) -> timedelta:
    """The spacing of requests for a feed with this floor: ten seconds at least, unless the operator owns its server."""
    return spacing if floor < OWNED else max(spacing, LEAST)


def spend(
    tokens: float | None, filled_at: datetime | None, now: datetime, spacing: timedelta
) -> tuple[float, datetime]:
    """Take one token at ``now``: what is left, and when the host may be asked again. ``None`` is a full bucket.

    A clock that was set back fills nothing and takes nothing.
    """
    pace = spacing * PACE
    if not pace:
        return CAPACITY, now
    held = CAPACITY if tokens is None else tokens
    if filled_at is not None:
        held = min(held + max(now - filled_at, timedelta(0)) / pace, CAPACITY)
    left = max(held - 1.0, 0.0)
    wait = pace * (1.0 - left) if left < 1.0 else timedelta(0)
    return left, now + max(spacing, wait)
