"""Ready-made nouns for the tests of push."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.model import FeedId, Offer, PushPhase, Subscription

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED = FeedId("knowsmere")
HUB, TOPIC = "https://hub.example/", "https://knowsmere.example/feed/"
OFFER = Offer(hub=HUB, topic=TOPIC, why="named in the document")
TOKEN = "a" * 43


def subscription(**changes: Any) -> Subscription:
    """A subscription that was asked for a moment ago."""
    plain = Subscription(
        token=TOKEN,
        feed_id=FEED,
        hub=HUB,
        topic=TOPIC,
        secret="s" * 43,
        created_at=NOW,
        asked_at=NOW,
        attempts=1,
        next_at=NOW + HOUR,
    )
    return replace(plain, **changes)


def active(lease: timedelta = 10 * DAY, **changes: Any) -> Subscription:
    """One that the hub verified an hour ago."""
    before = NOW - HOUR
    return subscription(
        **{
            "phase": PushPhase.ACTIVE,
            "attempts": 0,
            "asked_at": before,
            "verified_at": before,
            "since": before,
            "expires_at": before + lease,
            "next_at": NOW,
        }
        | changes
    )


def safe(url: str) -> bool:
    """Https only."""
    return url.startswith("https:")
