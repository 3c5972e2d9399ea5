"""Lower bounds that politeness sets on its own: a server that cannot say "not modified" is asked less often. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.model import AskMode, Bound, FeedState, Source
from aggregator.schedule.rhythm import batch, rate

NO_304 = "no-304"
UNCONDITIONAL = "unconditional"
HOST_COOLING = "host-cooling"
"""Names of bounds."""
LEAST = timedelta(hours=2)
BYTES_A_DAY = 10_000_000
LONGEST = timedelta(days=7)
OWNED = timedelta(minutes=15)
DAY = timedelta(days=1)
FALSE_304 = timedelta(days=30)
ENTRIES_MISSED = 5.0


def no_304(source: Source, state: FeedState, started: datetime) -> tuple[Bound, ...]:
    """H-11: max(2 h, body ÷ 10 MB a day) for a feed whose every poll moves the whole body; ``state`` is that after the
    poll. None for a server that the operator owns."""
    whole = state.validators is None or state.revalidation.mode is AskMode.NO_304
    if not whole or state.last_success_at is None or source.min_interval < OWNED:
        return ()
    pause = max(LEAST, min(DAY * (state.revalidation.wire_bytes / BYTES_A_DAY), LONGEST))
    return (Bound(at=started + pause, name=NO_304),)


def false_304(state: FeedState, now: datetime) -> bool:
    """H-12: only "not modified" for 30 days although the feed was expected to publish five entries meanwhile."""
    since = state.revalidation.only_304_since
    if since is None or now - since < FALSE_304:
        return False
    events = rate(state.rhythm, since) * FALSE_304.total_seconds()
    return events * batch(state.rhythm) >= ENTRIES_MISSED
