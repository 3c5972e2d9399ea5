"""Hosts in SQLite: pauses, buckets, feeds that share an address, and small notes; part of the port `Sources`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from aggregator.model import Cooling, FeedId
from aggregator.store.bucket import spared, spend
from aggregator.store.hosts import host_of
from aggregator.store.sqlite.connection import Database
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.sqlite.tables import fetch_feed
from aggregator.store.syncing import CLOCK_TOLERANCE, FLIGHT, LONGEST_COOLING
from aggregator.store.values import instant, instant_or_none, instant_text, maybe_instant

_OF_FEED = "SELECT hosts.* FROM feeds JOIN hosts ON hosts.host = feeds.host WHERE feeds.id = ?"
_COOL = """
UPDATE hosts SET cool_until = ?, cool_reason = ?, penalty = ?, penalised_at = ?,
    next_request_at = max(next_request_at, ?) WHERE host = ?
"""
_EARLY = "SELECT id FROM feeds WHERE host = ? AND due_at < ? AND id <> ? ORDER BY id"
_NEXT_POLL = """
SELECT due_at, added_at FROM feeds INDEXED BY feeds_by_host
WHERE host = ? AND due_at IS NOT NULL ORDER BY due_at, added_at LIMIT 1
"""
_TWINS = """
SELECT id FROM feeds WHERE final_url = ? AND id <> ? AND enabled AND NOT removed AND lease_until IS NULL ORDER BY id
"""
_BUCKET = """
SELECT hosts.host, tokens, filled_at, coalesce(source ->> '$.min_interval', 0) AS floor
FROM feeds JOIN hosts ON hosts.host = feeds.host WHERE feeds.id = ?
"""
_LEASE = "UPDATE feeds SET lease_until = ?, last_request_at = ? WHERE id = ?"
_ENGAGE = """
UPDATE hosts SET next_request_at = ?, busy_until = ?, busy_feed = ?, tokens = ?, filled_at = ? WHERE host = ?
"""
_RESERVE = "UPDATE hosts SET next_request_at = ?, tokens = ?, filled_at = ? WHERE host = ?"
_REWIND = """
UPDATE feeds SET next_poll_at = ?, bound = 'clock', last_poll_at = min(coalesce(last_poll_at, ?), ?),
    lease_until = NULL WHERE id = ?
"""
_REWIND_HOSTS = (
    """UPDATE hosts SET penalised_at = :now, cool_until = strftime('%Y-%m-%dT%H:%M:%f000Z', :now, '+' ||
    max((julianday(cool_until) - julianday(penalised_at)) * 86400, 0) || ' seconds')
    WHERE penalised_at > :ahead AND cool_until <> ''""",
    "UPDATE hosts SET cool_until = :longest WHERE cool_until > :longest",
    "UPDATE hosts SET next_request_at = cool_until WHERE next_request_at > :ahead AND cool_until > :now",
    "UPDATE hosts SET next_request_at = :now WHERE next_request_at > :ahead AND cool_until <= :now",
    "UPDATE hosts SET busy_until = :now WHERE busy_until > :ahead",
    "UPDATE hosts SET filled_at = :now WHERE filled_at > :now",
)
_REWIND_LEASES = """
UPDATE feeds SET last_request_at = :now, lease_until = CASE WHEN lease_until IS NOT NULL THEN
    strftime('%Y-%m-%dT%H:%M:%f000Z', :now, '+' || coalesce(source ->> '$.min_interval', 0) || ' seconds') END
WHERE last_request_at > :ahead
"""
_REQUESTS = """
SELECT count(*) + coalesce(sum(hops), 0) FROM polls
WHERE started_at BETWEEN ? AND ? AND outcome NOT IN ('skipped', 'pushed', 'imported', 'backfilled') AND via IS NULL
"""


class SqliteHosts:
    """Implements `Hosts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cooling(self, feed_id: FeedId) -> Cooling:
        """How the host of this feed is spared. Raises `UnknownFeedError`."""
        with self._database.reading() as reader:
            row = reader.execute(_OF_FEED, (feed_id,)).fetchone()
            if row is None:
                fetch_feed(reader, feed_id)
                return Cooling()
        return Cooling(
            until=instant(row["cool_until"]) if row["cool_until"] else None,
            reason=row["cool_reason"],
            penalty=timedelta(seconds=row["penalty"]),
            since=maybe_instant(row["penalised_at"]),
        )

    def cool(self, feed_id: FeedId, cooling: Cooling) -> tuple[FeedId, ...]:
        """Spare the host of this feed; returns its other feeds that would have been asked before."""
        with self._database.transaction() as writer:
            host = writer.execute(_OF_FEED, (feed_id,)).fetchone()["host"]
            until = instant_or_none(cooling.until) or ""
            since = instant_or_none(cooling.since)
            writer.execute(_COOL, (until, cooling.reason, cooling.penalty.total_seconds(), since, until, host))
            return tuple(FeedId(row["id"]) for row in writer.execute(_EARLY, (host, until, feed_id)).fetchall())

    def reserve(self, url: str, now: datetime, spacing: timedelta) -> bool:
        """Take a slot for one request to the host of an address that is no feed's; false where it must wait (H-70)."""
        host, text = host_of(url), instant_text(now)
        with self._database.transaction() as writer:
            writer.execute("INSERT OR IGNORE INTO hosts (host) VALUES (?)", (host,))
            row = writer.execute("SELECT * FROM hosts WHERE host = ?", (host,)).fetchone()
            if row["free_at"] > text:
                return False
            tokens, at = spend(row["tokens"], maybe_instant(row["filled_at"]), now, spacing)
            writer.execute(_RESERVE, (instant_text(at), tokens, text, host))
        return True

    def cools_until(self, url: str) -> datetime | None:
        """Until when the host of this address is left alone because it asked for it (H-48)."""
        with self._database.glancing() as reader:
            row = reader.execute("SELECT cool_until FROM hosts WHERE host = ?", (host_of(url),)).fetchone()
        return instant(row["cool_until"]) if row and row["cool_until"] else None

    def next_poll(self, url: str) -> datetime | None:
        """When the next poll of a feed on the host of this address is due or was; ``None`` for never."""
        with self._database.reading() as reader:
            row = reader.execute(_NEXT_POLL, (host_of(url),)).fetchone()
        return instant(row["due_at"] or row["added_at"]) if row else None

    def twins(self, feed_id: FeedId, final_url: str) -> tuple[FeedId, ...]:
        """Other feeds whose last good answer came from this address, and which are not being asked now (H-72)."""
        with self._database.glancing() as reader:
            return tuple(FeedId(row["id"]) for row in reader.execute(_TWINS, (final_url, feed_id)).fetchall())

    def rewind(self, now: datetime, delays: Mapping[FeedId, timedelta]) -> int:
        """Bring back to ``now`` what a clock that ran ahead left in the future."""
        at = instant_text(now)
        ahead, longest = instant_text(now + CLOCK_TOLERANCE), instant_text(now + LONGEST_COOLING)
        marks = {"now": at, "ahead": ahead, "longest": longest}
        with self._database.transaction() as writer:
            for statement in _REWIND_HOSTS:
                writer.execute(statement, marks)
            writer.execute(_REWIND_LEASES, marks)
            for feed_id, delay in delays.items():
                writer.execute(_REWIND, (instant_text(now + delay), at, at, feed_id))
        return len(delays)

    def requests(self, since: datetime, until: datetime) -> int:
        """Requests begun from ``since`` to ``until``, redirects included (A-06)."""
        with self._database.reading() as reader:
            return int(reader.execute(_REQUESTS, (instant_text(since), instant_text(until))).fetchone()[0])

    def recall(self, name: str) -> str | None:
        """A small note that survives a restart."""
        with self._database.glancing() as reader:
            row = reader.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row["value"])

    def remember(self, name: str, value: str) -> None:
        """Write such a note."""
        with self._database.transaction() as writer:
            writer.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))


def engage(writer: sqlite3.Connection, feed_id: FeedId, now: datetime, spacing: timedelta) -> None:
    """One request begins: the feed is leased, the host gives a token, waits its spacing and is busy (H-29, H-70)."""
    row = writer.execute(_BUCKET, (feed_id,)).fetchone()
    floor = timedelta(seconds=row["floor"])
    tokens, at = spend(row["tokens"], maybe_instant(row["filled_at"]), now, spared(spacing, floor))
    text = instant_text(now)
    writer.execute(_LEASE, (instant_text(now + floor), text, feed_id))
    flight = instant_text(now + FLIGHT)
    writer.execute(_ENGAGE, (instant_text(at), flight, feed_id, tokens, text, row["host"]))
