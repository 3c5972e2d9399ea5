"""Subscriptions at hubs in SQLite: the port `Subscriptions`, and its table."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from aggregator.model import FeedId, Subscription
from aggregator.store.nouns import noun, plain
from aggregator.store.sqlite.connection import Database
from aggregator.store.sqlite.tables import fetch_feed
from aggregator.store.syncing import CLOCK_TOLERANCE
from aggregator.store.values import Row, instant_text

SUBSCRIPTIONS = (
    """
CREATE TABLE subscriptions (
    token TEXT PRIMARY KEY,
    feed_id TEXT NOT NULL REFERENCES feeds (id),
    hub TEXT NOT NULL,
    topic TEXT NOT NULL,
    secret TEXT NOT NULL,
    created_at TEXT NOT NULL,
    phase TEXT NOT NULL,
    mode TEXT NOT NULL,
    asked_at TEXT,
    attempts INTEGER NOT NULL,
    verified_at TEXT,
    since TEXT,
    expires_at TEXT,
    next_at TEXT,
    ended_at TEXT,
    deliveries INTEGER NOT NULL,
    delivered_at TEXT,
    rejected INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT, WITHOUT ROWID
""",
    "CREATE INDEX subscriptions_by_feed ON subscriptions (feed_id, created_at)",
    "CREATE INDEX subscriptions_by_next ON subscriptions (next_at) WHERE next_at IS NOT NULL",
    "CREATE INDEX subscriptions_by_asked ON subscriptions (asked_at) WHERE next_at IS NOT NULL",
)
"""Every statement of the step that made the table. Never changed."""

_NAMES = tuple(field.name for field in fields(Subscription))
_PUT = f"INSERT OR REPLACE INTO subscriptions ({', '.join(_NAMES)}) VALUES ({', '.join(':' + name for name in _NAMES)})"  # noqa: S608  # names of this program only
_DUE = """
SELECT * FROM subscriptions WHERE next_at IS NOT NULL AND (next_at <= ? OR asked_at > ?)
ORDER BY next_at, token LIMIT 0 + ?
"""


class SqliteSubscriptions:
    """Implements `Subscriptions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, token: str) -> Subscription | None:
        """The one whose callback ends in this token."""
        with self._database.reading() as reader:
            row = reader.execute("SELECT * FROM subscriptions WHERE token = ?", (token,)).fetchone()
        return _subscription(row) if row else None

    def of(self, feed_id: FeedId) -> tuple[Subscription, ...]:
        """Every one a feed ever had, oldest first."""
        statement = "SELECT * FROM subscriptions WHERE feed_id = ? ORDER BY created_at, token"
        with self._database.reading() as reader:
            return tuple(map(_subscription, reader.execute(statement, (feed_id,)).fetchall()))

    def due(self, now: datetime, limit: int) -> tuple[Subscription, ...]:
        """Those with something to do, earliest first; also those that a clock set back since has planned."""
        facts = (instant_text(now), instant_text(now + CLOCK_TOLERANCE), max(limit, 0))
        with self._database.reading() as reader:
            return tuple(map(_subscription, reader.execute(_DUE, facts).fetchall()))

    def put(self, subscription: Subscription) -> None:
        """Add it, or replace the one with the same token. Raises `UnknownFeedError`."""
        row = {name: plain(getattr(subscription, name)) for name in _NAMES}
        with self._database.transaction() as writer:
            fetch_feed(writer, subscription.feed_id)
            writer.execute(_PUT, row)

    def all(self) -> tuple[Subscription, ...]:
        """All of them, by feed, oldest first."""
        statement = "SELECT * FROM subscriptions ORDER BY feed_id, created_at, token"
        with self._database.reading() as reader:
            return tuple(map(_subscription, reader.execute(statement).fetchall()))


def _subscription(row: Row) -> Subscription:
    return noun(Subscription, dict(row))
