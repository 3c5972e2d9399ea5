"""Gaps, completeness and held entries in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from aggregator.model import EntryId, FeedId, Gap, HeldEntry, Month
from aggregator.store.memory.shelf import Shelf, Undo
from aggregator.store.watch_rows import NO_OVERLAP


class Watching:
    """The part of the tables that watches."""

    def __init__(self, undo: Undo) -> None:
        self.holds: Shelf[EntryId, HeldEntry] = Shelf(undo)
        self.gaps: Shelf[int, Gap] = Shelf(undo)
        self.months: Shelf[tuple[FeedId, str], Month] = Shelf(undo)

    def add_hold(self, held: HeldEntry) -> None:
        """Note that an entry is stored and not announced."""
        self.holds[held.entry_id] = held

    def holds_due(self, feed_id: FeedId, at: datetime | None) -> tuple[EntryId, ...]:
        """Held entries whose time has come; without an instant, all that are still held."""
        found = (held for held in self.holds.values() if held.feed_id == feed_id and held.released_at is None)
        due = (held for held in found if at is None or (held.release_at is not None and held.release_at <= at))
        return tuple(sorted(held.entry_id for held in due))

    def end_hold(self, entry_id: EntryId, at: datetime) -> None:
        """Note that an entry is held no longer."""
        held = self.holds.get(entry_id)
        if held is not None and held.released_at is None:
            self.holds[entry_id] = replace(held, released_at=at)

    def add_gap(self, gap: Gap) -> None:
        """One more gap."""
        self.gaps[len(self.gaps) + 1] = gap

    def close_gaps(self, feed_id: FeedId, kind: str, at: datetime) -> None:
        """Close what is open of this kind."""
        for number in self.gaps.names():
            gap = self.gaps[number]
            if gap.feed_id == feed_id and gap.kind == kind and gap.closed_at is None:
                self.gaps[number] = replace(gap, closed_at=at)

    def fill_gaps(self, feed_id: FeedId, since: datetime, until: datetime, at: datetime, done: bool) -> tuple[Gap, ...]:
        """Close gaps within the span as filled, or mark that they could not be; returns those filled now."""
        filled: list[Gap] = []
        for number in self.gaps.names():
            gap = self.gaps[number]
            inside = gap.feed_id == feed_id and gap.closed_at is None and since <= gap.since and gap.until <= until
            if not inside or gap.kind != NO_OVERLAP:
                continue
            self.gaps[number] = replace(gap, closed_at=at if done else None, backfill="done" if done else "failed")
            filled += [self.gaps[number]] if done else []
        return tuple(filled)

    def count_months(self, feed_id: FeedId, months: Mapping[str, tuple[int, int]]) -> None:
        """Add entries kept and entries missed to each month."""
        for month, (entries, missed) in months.items():
            before = self.months.get((feed_id, month)) or Month(month=month, entries=0, missed=0)
            after = Month(month=month, entries=before.entries + entries, missed=before.missed + missed)
            self.months[feed_id, month] = after
