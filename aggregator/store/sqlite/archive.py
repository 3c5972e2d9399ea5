"""What publishing reads from SQLite: the port `Archive`. Each call sees one moment of the archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice

from aggregator.model import (
    DayHead,
    Edit,
    EntryId,
    FeedId,
    Founding,
    Item,
    Month,
    PollTrace,
    Selection,
    SourceCard,
    Touched,
)
from aggregator.proving import sha256
from aggregator.store.captures import CAPTURED
from aggregator.store.feed_rows import feed_of
from aggregator.store.showing import card
from aggregator.store.sqlite.connection import Database
from aggregator.store.sqlite.days import heads
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.sqlite.edits import edits
from aggregator.store.sqlite.items import items_of
from aggregator.store.sqlite.watching import months
from aggregator.store.touching import old_category
from aggregator.store.traces import trace_of
from aggregator.store.values import instant, instant_text, maybe_instant

_ALL = """
SELECT pub_seq, id FROM entries INDEXED BY entries_announced
WHERE pub_seq IS NOT NULL AND announced = 1 ORDER BY pub_seq DESC LIMIT 0 + ?
"""
_OF_FEED = """
SELECT pub_seq, id FROM entries INDEXED BY entries_announced_by_feed
WHERE feed_id = ? AND pub_seq IS NOT NULL AND announced = 1 ORDER BY pub_seq DESC LIMIT 0 + ?
"""
_CARDS = """
SELECT json_array(id, tag, url, source, status, status_text, removed, enabled, entries, updated_at,
    learned -> '$.profile', learned -> '$.moved_url', learned -> '$.proposal')
FROM feeds ORDER BY id
"""
_WITHDRAWN = """
SELECT id FROM entries INDEXED BY entries_withdrawn
WHERE withdrawn_at IS NOT NULL AND pub_seq IS NOT NULL AND announced = 1 ORDER BY withdrawn_at DESC, id DESC LIMIT 0 + ?
"""
_KINDS = "SELECT DISTINCT kind FROM journal WHERE seq > ? AND seq <= ?"
_TIP = f"SELECT seq, at FROM journal WHERE kind <> '{CAPTURED}' ORDER BY seq DESC LIMIT 1"  # noqa: S608 - a word of ours
_TOUCHED = f"SELECT DISTINCT feed_id FROM journal WHERE seq > ? AND seq <= ? AND kind <> '{CAPTURED}'"  # noqa: S608
_LEADS = """
SELECT DISTINCT lead.feed_id FROM journal
CROSS JOIN entries AS copy ON copy.id = journal.entry_id
CROSS JOIN entries AS lead ON lead.id = copy.duplicate_of
WHERE journal.seq > ? AND journal.seq <= ?
"""
_TRACES = """
SELECT polls.*, feeds.host, coalesce(feeds.source ->> '$.min_interval', 3600) AS floor
FROM polls INDEXED BY polls_by_start CROSS JOIN feeds ON feeds.id = polls.feed_id
WHERE started_at >= ? AND started_at < ? AND via IS NULL AND outcome NOT IN ('pushed', 'imported')
ORDER BY started_at
"""
_LEFT = "SELECT payload FROM journal WHERE seq > ? AND seq <= ? AND kind IN ('feed_changed', 'feed_returned')"


class SqliteArchive:
    """Implements `Archive`. Any thread may call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def founding(self) -> Founding:
        """When and under which name the archive began."""
        with self._database.reading() as reader:
            facts = {row["name"]: row["value"] for row in reader.execute("SELECT name, value FROM meta")}
        return Founding(authority=facts["authority"], at=instant(facts["founded_at"]))

    def items(self, selection: Selection) -> tuple[Item, ...]:
        """The newest announced items by ``pub_seq``, newest first; copies of each as its members (D-21)."""
        with self._database.reading() as reader:
            numbers = _numbers(reader, selection)
            return items_of(reader, numbers)

    def edits(self, limit: int) -> tuple[Edit, ...]:
        """The latest edits that readers could see, newest first."""
        with self._database.reading() as reader:
            return edits(reader, limit)

    def withdrawals(self, limit: int) -> tuple[Item, ...]:
        """Announced entries that their publishers took down, the latest noticed first (D-26)."""
        with self._database.reading() as reader:
            return items_of(reader, [EntryId(row[0]) for row in reader.execute(_WITHDRAWN, (max(limit, 0),))])

    def last_poll(self) -> datetime | None:
        """When the latest poll began."""
        with self._database.reading() as reader:
            return maybe_instant(reader.execute("SELECT max(started_at) FROM polls").fetchone()[0])

    def traces(self, since: datetime, until: datetime) -> Iterator[PollTrace]:
        """Requests and skipped polls from ``since`` until before ``until``, in the order of their starts."""
        with self._database.reading() as reader:
            for row in reader.execute(_TRACES, (instant_text(since), instant_text(until))):
                yield trace_of(row, row["host"], timedelta(seconds=row["floor"]))

    def heads(self) -> tuple[DayHead, ...]:
        """The last journal row of every day that is over, oldest first."""
        with self._database.reading() as reader:
            return heads(reader)

    def cards(self) -> tuple[SourceCard, ...]:
        """Every feed that is or was configured, by id."""
        with self._database.reading() as reader:
            rows = reader.execute("SELECT * FROM feeds ORDER BY id").fetchall()
        return tuple(card(feed_of(row)) for row in rows)

    def cards_mark(self) -> str:
        """A digest of every column that a card is made of: nothing is read into nouns."""
        with self._database.reading() as reader:
            rows = reader.execute(_CARDS).fetchall()
        return sha256("\n".join(row[0] for row in rows))

    def incomplete(self, feed_id: FeedId) -> tuple[Month, ...]:
        """The months of a feed in which entries may be missing, oldest first."""
        with self._database.reading() as reader:
            return tuple(month for month in months(reader, feed_id) if month.missed > 0)

    def touched(self, after: int) -> Touched:
        """Which feeds and categories the journal changed after this number: with a copy, also the feed of its lead;
        with a change of category, also the one left."""
        with self._database.reading() as reader:
            last = reader.execute(_TIP).fetchone()
            if last is None:
                return Touched(seq=0, at=None, feeds=(), categories=())
            part = (max(after, 0), last["seq"])
            kinds = frozenset(row[0] for row in reader.execute(_KINDS, part))
            feeds = {FeedId(row[0]) for each in (_TOUCHED, _LEADS) for row in reader.execute(each, part)}
            categories = {old_category(row["payload"]) for row in reader.execute(_LEFT, part)}
            for feed_id in feeds:
                categories.add(reader.execute("SELECT category FROM feeds WHERE id = ?", (feed_id,)).fetchone()[0])
        return Touched(
            seq=last["seq"],
            at=instant(last["at"]),
            feeds=tuple(sorted(feeds)),
            categories=tuple(sorted(categories - {""})),
            kinds=kinds,
        )


def _numbers(reader: sqlite3.Connection, selection: Selection) -> list[EntryId]:
    limit = max(selection.limit, 0)
    if selection.feed is not None:
        rows: Iterable[sqlite3.Row] = reader.execute(_OF_FEED, (selection.feed, limit))
        if selection.category is not None and selection.feed not in _feeds_in(reader, selection.category):
            rows = ()
    elif selection.category is not None:
        rows = _merged(reader, _feeds_in(reader, selection.category), limit)
    else:
        rows = reader.execute(_ALL, (limit,))
    return [EntryId(row[1]) for row in rows]


def _feeds_in(reader: sqlite3.Connection, category: str) -> list[FeedId]:
    return [FeedId(row[0]) for row in reader.execute("SELECT id FROM feeds WHERE category = ?", (category,))]


def _merged(reader: sqlite3.Connection, feeds: Sequence[FeedId], limit: int) -> Iterator[sqlite3.Row]:
    """The newest of several feeds: each feed's own index is walked only as far as its rows are taken."""
    walks = [reader.execute(_OF_FEED, (feed_id, limit)) for feed_id in feeds]
    return islice(merge(*walks, key=lambda row: int(row[0]), reverse=True), limit)
