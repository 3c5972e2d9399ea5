"""The token bucket of a host: a burst of sixty requests at most, then one for every six spacings (H-70). Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

CAPACITY = 60.0
PACE = 6
"""With the usual spacing of 10 s a token comes back every minute: 60 an hour."""


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
