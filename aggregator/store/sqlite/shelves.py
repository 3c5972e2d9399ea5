"""Months of what is published, in SQLite: a schema step, the counts that recording keeps, the port `Shelves`."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from aggregator.model import EntryId, FeedId, Item, Shelf, Shift, ShiftKind
from aggregator.store.shelving import ALL, CAME, LEFT, month_of, shifts_of, span_of
from aggregator.store.sqlite.connection import Database
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.sqlite.items import items_of
from aggregator.store.values import instant, instant_text

SHELVES = (
    """CREATE TABLE shelves (
    feed_id TEXT NOT NULL,
    month TEXT NOT NULL,
    entries INTEGER NOT NULL,
    PRIMARY KEY (feed_id, month)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX entries_published ON entries (published_at) WHERE pub_seq IS NOT NULL",
    "CREATE INDEX entries_published_by_feed ON entries (feed_id, published_at) WHERE pub_seq IS NOT NULL",
)
"""Every statement of the step, in order; the counts follow when the archive is opened, as they go by a zone."""

_ZONE = "SELECT value FROM meta WHERE name = 'zone'"
_COUNT = """
INSERT INTO shelves (feed_id, month, entries) VALUES (?, ?, ?)
ON CONFLICT (feed_id, month) DO UPDATE SET entries = entries + excluded.entries
"""
_EVERY = """
SELECT feed_id, published_at FROM entries INDEXED BY entries_published_by_feed
WHERE pub_seq IS NOT NULL ORDER BY feed_id, published_at
"""
_SHELVES = "SELECT month, entries FROM shelves WHERE feed_id = ? AND entries > 0 ORDER BY month DESC"
_PAGE = {
    True: """SELECT id FROM entries INDEXED BY entries_published
    WHERE pub_seq IS NOT NULL AND published_at >= :since AND published_at < :until
    ORDER BY published_at, id LIMIT 0 + :limit OFFSET 0 + :offset""",
    False: """SELECT id FROM entries INDEXED BY entries_published_by_feed
    WHERE feed_id = :feed AND pub_seq IS NOT NULL AND published_at >= :since AND published_at < :until
    ORDER BY published_at, id LIMIT 0 + :limit OFFSET 0 + :offset""",
}
_NEWER = {
    True: """SELECT published_at, id FROM entries INDEXED BY entries_published
    WHERE pub_seq IS NOT NULL AND published_at >= :at AND published_at < :until ORDER BY published_at, id""",
    False: """SELECT published_at, id FROM entries INDEXED BY entries_published_by_feed
    WHERE feed_id = :feed AND pub_seq IS NOT NULL AND published_at >= :at AND published_at < :until
    ORDER BY published_at, id""",
}
_SHIFTS = """
SELECT own.id, own.feed_id, own.published_at, iif(journal.kind IN (SELECT value FROM json_each(:came)), 'added', iif(
    journal.kind IN (SELECT value FROM json_each(:left)), 'removed', 'changed')) AS kind
FROM journal CROSS JOIN entries AS own ON own.id = journal.entry_id
WHERE journal.seq > :after AND journal.seq <= :until
AND (own.pub_seq IS NOT NULL OR journal.kind IN (SELECT value FROM json_each(:left)))
UNION ALL
SELECT lead.id, lead.feed_id, lead.published_at, 'changed'
FROM journal CROSS JOIN entries AS copy ON copy.id = journal.entry_id
CROSS JOIN entries AS lead ON lead.id = copy.duplicate_of
WHERE journal.seq > :after AND journal.seq <= :until AND lead.pub_seq IS NOT NULL
UNION ALL
SELECT own.id, own.feed_id, journal.payload ->> '$.was', 'removed'
FROM journal CROSS JOIN entries AS own ON own.id = journal.entry_id
WHERE journal.seq > :after AND journal.seq <= :until AND journal.kind = 'refiled' AND own.pub_seq IS NOT NULL
"""
_CONFIGURED = """
SELECT DISTINCT feed_id FROM journal
WHERE seq > ? AND seq <= ? AND kind IN ('feed_added', 'feed_changed', 'feed_returned', 'feed_removed')
"""


class ShelfRows:
    """The part of the written tables that counts; inside a transaction of the caller."""

    def __init__(self, writer: sqlite3.Connection) -> None:
        self._writer = writer
        self._zone = ""

    def count_in(self, feed_id: FeedId, published: Sequence[datetime], by: int) -> None:
        """For each of these dates, so many entries more, or fewer, are published of its month."""
        if not published:
            return
        if not self._zone:
            self._zone = self._writer.execute(_ZONE).fetchone()[0]
        months = Counter(month_of(at, self._zone) for at in published)
        rows = [(name, month, by * count) for month, count in months.items() for name in (feed_id, ALL)]
        self._writer.executemany(_COUNT, rows)


def count_again(database: Database, zone: str) -> None:
    """Count every published entry by the civil months of a zone, where they are not counted by this one already."""
    with database.reading() as reader:
        known = reader.execute(_ZONE).fetchone()
    if known is not None and known[0] == zone:
        return
    with database.transaction() as writer:
        counts: Counter[tuple[str, str]] = Counter()
        for feed_id, at in writer.execute(_EVERY):
            month = month_of(instant(at), zone)
            counts.update(((feed_id, month), (ALL, month)))
        writer.execute("DELETE FROM shelves")
        writer.executemany(_COUNT, [(feed_id, month, count) for (feed_id, month), count in counts.items()])
        writer.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('zone', ?)", (zone,))


class SqliteShelves:
    """Implements `Shelves`. Any thread may call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def shelves(self, feed_id: FeedId | None) -> tuple[Shelf, ...]:
        """The months of a source, or of all, that have entries: newest first."""
        with self._database.reading() as reader:
            rows = reader.execute(_SHELVES, (feed_id or ALL,)).fetchall()
        return tuple(Shelf(month=row["month"], entries=row["entries"]) for row in rows)

    def page(
        self, feed_id: FeedId | None, month: str, offset: int, limit: int, at_hand: Sequence[Item] = ()
    ) -> tuple[Item, ...]:
        """Published entries of a month, from the oldest on, after the first ``offset``. Those ``at_hand``, read a
        moment before, are not read again."""
        with self._database.reading() as reader:
            since, until = (instant_text(at) for at in span_of(month, _zone(reader)))
            facts = {"feed": feed_id, "since": since, "until": until, "limit": limit, "offset": offset}
            rows = reader.execute(_PAGE[feed_id is None], facts).fetchall()
            numbers, known = [EntryId(row[0]) for row in rows], {item.entry_id: item for item in at_hand}
            known |= {item.entry_id: item for item in items_of(reader, [each for each in numbers if each not in known])}
        return tuple(known[each] for each in numbers)

    def month_of(self, shift: Shift) -> str:
        """The month of the place in time that an entry has or left."""
        with self._database.reading() as reader:
            return month_of(shift.published_at, _zone(reader))

    def newer(self, shift: Shift, feed_id: FeedId | None) -> int:
        """How many published entries of the same month are newer than that place."""
        return self.newer_each((shift,), feed_id)[0]

    def newer_each(self, shifts: Sequence[Shift], feed_id: FeedId | None) -> tuple[int, ...]:
        """The same of each of these places, all in one month, in one walk from its newest entry."""
        if not shifts:
            return ()
        with self._database.reading() as reader:
            zone = _zone(reader)
            _, until = span_of(month_of(shifts[0].published_at, zone), zone)
            places = [(instant_text(shift.published_at), shift.entry_id) for shift in shifts]
            facts = {"feed": feed_id, "until": instant_text(until), "at": min(places)[0]}
            own = [tuple(row) for row in reader.execute(_NEWER[feed_id is None], facts)]
            return tuple(len(own) - bisect_right(own, place) for place in places)

    def shifts(self, after: int, until: int) -> tuple[Shift, ...]:
        """What the journal says of published entries after one number and up to another; a copy is told of its lead."""
        with self._database.reading() as reader:
            facts = {"after": after, "until": until, "came": json.dumps(CAME), "left": json.dumps(LEFT)}
            return shifts_of(
                Shift(
                    entry_id=EntryId(row["id"]),
                    feed_id=FeedId(row["feed_id"]),
                    published_at=instant(row["published_at"]),
                    kind=ShiftKind(row["kind"]),
                )
                for row in reader.execute(_SHIFTS, facts)
            )

    def configured(self, after: int, until: int) -> tuple[FeedId, ...]:
        """Sources whose configuration the journal says changed after one number and up to another."""
        with self._database.reading() as reader:
            return tuple(sorted(FeedId(row[0]) for row in reader.execute(_CONFIGURED, (after, until))))


def _zone(reader: sqlite3.Connection) -> str:
    return str(reader.execute(_ZONE).fetchone()[0])
