"""Subscriptions at hubs in memory: the port `Subscriptions`."""

from __future__ import annotations

from datetime import datetime

from aggregator.model import FeedId, Subscription
from aggregator.store.memory.tables import Tables
from aggregator.store.syncing import CLOCK_TOLERANCE


class MemorySubscriptions:
    """Implements `Subscriptions`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def get(self, token: str) -> Subscription | None:
        """The one whose callback ends in this token."""
        with self._tables.undo.lock:
            return self._tables.subscriptions.get(token)

    def of(self, feed_id: FeedId) -> tuple[Subscription, ...]:
        """Every one a feed ever had, oldest first."""
        return tuple(each for each in self.all() if each.feed_id == feed_id)

    def due(self, now: datetime, limit: int) -> tuple[Subscription, ...]:
        """Those with something to do, earliest first; also those that a clock set back since has planned."""
        ahead = now + CLOCK_TOLERANCE
        waiting = [(each.next_at, each.token, each) for each in self.all() if each.next_at is not None]
        found = [row for row in waiting if row[0] <= now or (row[2].asked_at is not None and row[2].asked_at > ahead)]
        return tuple(each for _, _, each in sorted(found, key=lambda row: row[:2])[: max(limit, 0)])

    def put(self, subscription: Subscription) -> None:
        """Add it, or replace the one with the same token. Raises `UnknownFeedError`."""
        with self._tables.undo.transaction():
            self._tables.feed(subscription.feed_id)
            self._tables.subscriptions[subscription.token] = subscription

    def all(self) -> tuple[Subscription, ...]:
        """All of them, by feed, oldest first."""
        with self._tables.undo.lock:
            every = self._tables.subscriptions.values()
        return tuple(sorted(every, key=lambda each: (each.feed_id, each.created_at, each.token)))
