"""Feeds and their leases in SQLite: the port `Sources`. Claiming walks hosts that are due, never all feeds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from aggregator.model import FeedId, FeedState, Source
from aggregator.store.sqlite.connection import Database
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.sqlite.hosts import SqliteHosts, engage
from aggregator.store.sqlite.tables import Tables, fetch_feed
from aggregator.store.syncing import Mint, sync_feeds
from aggregator.store.values import instant, instant_text

_DUE = """
SELECT (SELECT id FROM feeds WHERE feeds.host = hosts.host AND due_at <= :by ORDER BY due_at, id LIMIT 1) AS feed_id
FROM hosts WHERE due_at <= :by AND free_at <= :now ORDER BY due_at, host LIMIT 0 + :limit
"""
_NAMED = """
SELECT host, free_at, cool_until FROM hosts
WHERE host = (SELECT host FROM feeds WHERE id = ? AND NOT removed)
"""
_COUNT = """
SELECT count(*) FROM feeds WHERE due_at <= ?
AND NOT EXISTS (SELECT 1 FROM hosts WHERE hosts.host = feeds.host AND cool_until > ?)
"""
_NEXT = "SELECT ready_at FROM hosts WHERE ready_at IS NOT NULL ORDER BY ready_at LIMIT 1"
_NEXT_BY = "SELECT ready_at FROM hosts WHERE ready_at IS NOT NULL AND due_at <= ? ORDER BY ready_at LIMIT 1"
_SPREAD = """
UPDATE feeds SET next_poll_at = ?, bound = 'catch-up'
WHERE id = ? AND enabled AND NOT removed AND next_poll_at <= ?
"""


class SqliteSources(SqliteHosts):
    """Implements `Sources`. Any thread may call; writing waits for its turn."""

    def __init__(self, database: Database, mint: Mint) -> None:
        super().__init__(database)
        self._mint = mint

    def sync(self, sources: Sequence[Source], now: datetime) -> None:
        """Make the stored feeds equal the configured ones; each difference is a journal row."""
        with self._database.transaction() as writer:
            sync_feeds(sources, now, Tables(writer), self._mint)

    def get(self, feed_id: FeedId) -> tuple[Source, FeedState]:
        """One feed as configured and as polling left it. Raises `UnknownFeedError`."""
        with self._database.glancing() as reader:
            feed = fetch_feed(reader, feed_id)
        return feed.source, feed.state

    def claim(
        self,
        now: datetime,
        limit: int,
        spacing: timedelta,
        only: Sequence[FeedId] | None = None,
        due_by: datetime | None = None,
    ) -> tuple[FeedId, ...]:
        """Lease due feeds, one a host, sparing hosts asked less than ``spacing`` ago or being asked (H-70).

        Never polled feeds come first, then by the instant they fell due.
        """
        with self._database.transaction() as writer:
            if only is None:
                by = now if due_by is None else due_by
                facts = {"now": instant_text(now), "by": instant_text(by), "limit": max(limit, 0)}
                wanted = tuple(FeedId(row["feed_id"]) for row in writer.execute(_DUE, facts).fetchall())
            else:
                wanted = _named(writer, now, limit, only)
            for feed_id in wanted:
                engage(writer, feed_id, now, spacing)
        return wanted

    def waiting(
        self, now: datetime, only: Sequence[FeedId] | None = None, due_by: datetime | None = None
    ) -> tuple[int, datetime | None]:
        """How many feeds `claim` would still give, hosts aside, and the earliest instant at which it gives one."""
        with self._database.reading() as reader:
            if only is not None:
                at = instant_text(now)
                free = [row["free_at"] for row in _hosts(reader, only) if row["cool_until"] <= at]
                return len(free), _earliest(now, min(free, default=None))
            by = instant_text(now if due_by is None else due_by)
            count = int(reader.execute(_COUNT, (by, instant_text(now))).fetchone()[0])
            if due_by is not None and not count:
                return 0, None
            row = reader.execute(_NEXT).fetchone() if due_by is None else reader.execute(_NEXT_BY, (by,)).fetchone()
            return count, _earliest(now, row["ready_at"] if row else None)

    def spread(self, now: datetime, delays: dict[FeedId, timedelta]) -> int:
        """Move the next poll of overdue feeds to ``now`` plus their delay (H-71); never polled ones stay first."""
        at = instant_text(now)
        rows = [(instant_text(now + delay), feed_id, at) for feed_id, delay in delays.items()]
        with self._database.transaction() as writer:
            return int(writer.executemany(_SPREAD, rows).rowcount) if rows else 0


def _hosts(connection: sqlite3.Connection, only: Sequence[FeedId]) -> list[sqlite3.Row]:
    """The host of each named feed that is configured."""
    found = (connection.execute(_NAMED, (feed_id,)).fetchone() for feed_id in dict.fromkeys(only))
    return [row for row in found if row is not None]


def _named(writer: sqlite3.Connection, now: datetime, limit: int, only: Sequence[FeedId]) -> tuple[FeedId, ...]:
    """Of the named feeds, in their order, those whose host is free; one a host. None is looked at once there are
    enough: a claim among thousands of names asks for a few."""
    chosen: dict[str, FeedId] = {}
    text = instant_text(now)
    for feed_id in dict.fromkeys(only):
        if len(chosen) >= limit:
            break
        row = writer.execute(_NAMED, (feed_id,)).fetchone()
        if row is not None and row["free_at"] <= text:
            chosen.setdefault(row["host"], feed_id)
    return tuple(chosen.values())


def _earliest(now: datetime, text: str | None) -> datetime | None:
    """The stored instant, but not before now; an empty text means at once."""
    return None if text is None else max(now, instant(text)) if text else now
