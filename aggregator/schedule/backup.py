"""How rarely a feed is polled while a hub delivers (H-86). Pure. Law: never past the end of the hub's promise."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.model import Bound, PushHealth

RARER = 12
LONGEST_BACKUP = timedelta(hours=24)


def backed_up(pace: Bound, push: PushHealth, started: datetime) -> Bound:
    """Our own pace times twelve, 24 hours at most, while push is trusted; else the pace itself.

    A lease that ends before then ends the stretch, so that a hub that goes silent is found out at the next poll.
    """
    if not push.trusted or push.until is None or push.until <= started:
        return pace
    stretched = min(started + RARER * (pace.at - started), started + LONGEST_BACKUP, push.until)
    return Bound(at=stretched, name="push-backup") if stretched > pace.at else pace
