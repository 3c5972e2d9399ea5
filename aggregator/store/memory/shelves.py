"""Months of what is published, in memory: the port `Shelves`."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from aggregator.model import FeedId, Item, JournalRow, Shelf, Shift, ShiftKind
from aggregator.store.memory.readers import item_of
from aggregator.store.memory.tables import Tables
from aggregator.store.shelving import ALL, CAME, LEFT, month_of, shifts_of
from aggregator.store.stored import StoredEntry
from aggregator.store.values import instant


class MemoryShelves:
    """Implements `Shelves`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def shelves(self, feed_id: FeedId | None) -> tuple[Shelf, ...]:
        """The months of a source, or of all, that have entries: newest first."""
        with self._tables.undo.lock:
            counts = self._tables.shelves.counts
            own = [(month, counts[feed, month]) for feed, month in counts.names() if feed == (feed_id or ALL)]
            return tuple(Shelf(month=month, entries=count) for month, count in sorted(own, reverse=True) if count > 0)

    def page(
        self, feed_id: FeedId | None, month: str, offset: int, limit: int, at_hand: Sequence[Item] = ()
    ) -> tuple[Item, ...]:
        """Published entries of a month, from the oldest on, after the first ``offset``. Those ``at_hand``, read a
        moment before, are not read again."""
        known = {item.entry_id: item for item in at_hand}
        with self._tables.undo.lock:
            found = self._of(feed_id, month)[offset : offset + limit]
            return tuple(known.get(entry.entry_id) or item_of(entry, self._tables) for entry in found)

    def _of(self, feed_id: FeedId | None, month: str) -> list[StoredEntry]:
        zone = self._tables.shelves.zone
        own = [each for each in self._tables.entries.values() if feed_id in (None, each.feed_id) and each.pub_seq]
        found = [each for each in own if month_of(each.published_at, zone) == month]
        return sorted(found, key=lambda each: (each.published_at, each.entry_id))

    def month_of(self, shift: Shift) -> str:
        """The month of the place in time that an entry has or left."""
        return month_of(shift.published_at, self._tables.shelves.zone)

    def newer(self, shift: Shift, feed_id: FeedId | None) -> int:
        """How many published entries of the same month are newer than that place."""
        return self.newer_each((shift,), feed_id)[0]

    def newer_each(self, shifts: Sequence[Shift], feed_id: FeedId | None) -> tuple[int, ...]:
        """The same of each of these places, all in one month."""
        if not shifts:
            return ()
        with self._tables.undo.lock:
            own = [(each.published_at, each.entry_id) for each in self._of(feed_id, self.month_of(shifts[0]))]
            return tuple(len(own) - bisect_right(own, (shift.published_at, shift.entry_id)) for shift in shifts)

    def shifts(self, after: int, until: int) -> tuple[Shift, ...]:
        """What the journal says of published entries after one number and up to another; a copy is told of its lead."""
        with self._tables.undo.lock:
            rows = [self._tables.rows[seq] for seq in range(max(after, 0) + 1, until + 1)]
            return shifts_of(shift for row in rows for shift in self._told(row))

    def _told(self, row: JournalRow) -> Iterator[Shift]:
        if row.entry_id is None:
            return
        entry = self._tables.entry(row.entry_id)
        if row.kind in LEFT:
            yield _shift(entry, ShiftKind.REMOVED)
        elif entry.pub_seq:
            yield _shift(entry, ShiftKind.ADDED if row.kind in CAME else ShiftKind.CHANGED)
        if entry.pub_seq and row.kind == "refiled":
            was = instant(json.loads(row.payload)["was"])
            yield replace(_shift(entry, ShiftKind.REMOVED), published_at=was)
        if entry.lead is not None and (lead := self._tables.entry(entry.lead)).pub_seq:
            yield _shift(lead, ShiftKind.CHANGED)

    def configured(self, after: int, until: int) -> tuple[FeedId, ...]:
        """Sources whose configuration the journal says changed after one number and up to another."""
        with self._tables.undo.lock:
            rows = [self._tables.rows[seq] for seq in range(max(after, 0) + 1, until + 1)]
            kinds = ("feed_added", "feed_changed", "feed_returned", "feed_removed")
            return tuple(sorted({row.feed_id for row in rows if row.kind in kinds}))


def _shift(entry: StoredEntry, kind: ShiftKind) -> Shift:
    return Shift(entry_id=entry.entry_id, feed_id=entry.feed_id, published_at=entry.published_at, kind=kind)
