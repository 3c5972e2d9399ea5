"""Feeds and their leases in memory: the port `Sources`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.model import FeedId, FeedState, Source
from aggregator.store.memory.hosts import MemoryHosts, active, due_at
from aggregator.store.memory.tables import Tables, feed_host
from aggregator.store.stored import StoredFeed
from aggregator.store.syncing import Mint, sync_feeds


class MemorySources(MemoryHosts):
    """Implements `Sources`."""

    def __init__(self, tables: Tables, mint: Mint) -> None:
        super().__init__(tables)
        self._mint = mint

    def sync(self, sources: Sequence[Source], now: datetime) -> None:
        """Make the stored feeds equal the configured ones."""
        with self._tables.undo.transaction():
            sync_feeds(sources, now, self._tables, self._mint)

    def get(self, feed_id: FeedId) -> tuple[Source, FeedState]:
        """One feed as configured and as polling left it. Raises `UnknownFeedError`."""
        with self._tables.undo.lock:
            feed = self._tables.feed(feed_id)
            return feed.source, feed.state

    def claim(
        self,
        now: datetime,
        limit: int,
        spacing: timedelta,
        only: Sequence[FeedId] | None = None,
        due_by: datetime | None = None,
    ) -> tuple[FeedId, ...]:
        """Lease due feeds, one a host, sparing hosts asked a moment ago or being asked."""
        with self._tables.undo.transaction():
            claimed: list[FeedId] = []
            for feed in self._wanted(now, only, due_by):
                if len(claimed) < limit and self._free_at(feed, now) <= now:
                    self._lease(feed, now, spacing)
                    claimed.append(feed.source.id)
            return tuple(claimed)

    def _lease(self, feed: StoredFeed, now: datetime, spacing: timedelta) -> None:
        until = now + feed.source.min_interval
        self._tables.feeds[feed.source.id] = replace(feed, lease_until=until, last_request_at=now)
        self._engage(feed, now, spacing)

    def waiting(
        self, now: datetime, only: Sequence[FeedId] | None = None, due_by: datetime | None = None
    ) -> tuple[int, datetime | None]:
        """How many feeds `claim` would still give, hosts aside, and the earliest instant at which it gives one."""
        with self._tables.undo.lock:
            wanted = [feed for feed in self._wanted(now, only, due_by) if not self._cools(feed, now)]
            if only is None and due_by is None:
                coming = (feed for feed in self._tables.feeds.values() if active(feed))
                instants = [max(self._free_at(feed, now), due_at(feed) or now) for feed in coming]
            else:
                instants = [self._free_at(feed, now) for feed in wanted]
            return len(wanted), min(instants, default=None)

    def spread(self, now: datetime, delays: dict[FeedId, timedelta]) -> int:
        """Move the next poll of overdue feeds to ``now`` plus their delay (H-71)."""
        moved = 0
        with self._tables.undo.transaction():
            for feed_id, delay in delays.items():
                feed = self._tables.feeds.get(feed_id)
                if feed is None or not active(feed) or not _overdue(feed, now):
                    continue
                state = replace(feed.state, next_poll_at=now + delay, bound="catch-up")
                self._tables.feeds[feed_id] = replace(feed, state=state)
                moved += 1
        return moved

    def _wanted(self, now: datetime, only: Sequence[FeedId] | None, due_by: datetime | None) -> list[StoredFeed]:
        """The feeds to claim from: the named ones, or those due, never polled ones first."""
        if only is not None:
            named = (self._tables.feeds.get(feed_id) for feed_id in dict.fromkeys(only))
            return [feed for feed in named if feed is not None and not feed.removed]
        by = now if due_by is None else due_by
        polled = (feed for feed in self._tables.feeds.values() if active(feed))
        due = [feed for feed in polled if (at := due_at(feed)) is None or at <= by]
        return sorted(due, key=lambda feed: (due_at(feed) is not None, due_at(feed) or by, feed.source.id))

    def _cools(self, feed: StoredFeed, now: datetime) -> bool:
        until = self._tables.hosts[feed_host(feed)].cooling.until
        return until is not None and until > now

    def _free_at(self, feed: StoredFeed, now: datetime) -> datetime:
        host = self._tables.hosts[feed_host(feed)]
        return max(now, host.next_request_at or now, host.busy_until or now)


def _overdue(feed: StoredFeed, now: datetime) -> bool:
    return feed.state.next_poll_at is not None and feed.state.next_poll_at <= now
