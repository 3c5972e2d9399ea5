"""The tables that watching writes: gaps, completeness by month, entries held back. Both stores keep exactly these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from aggregator.model import EntryId, FeedId, Gap, HeldEntry


class WatchTables(Protocol):
    """What is written of gaps, completeness and held entries."""

    def add_hold(self, held: HeldEntry) -> None:
        """Note that an entry is stored and not announced."""
        ...

    def holds_due(self, feed_id: FeedId, at: datetime | None) -> Sequence[EntryId]:
        """Held entries whose time has come; without an instant, all that are still held."""
        ...

    def end_hold(self, entry_id: EntryId, at: datetime) -> None:
        """Note that an entry is held no longer."""
        ...

    def add_gap(self, gap: Gap) -> None:
        """One more gap."""
        ...

    def close_gaps(self, feed_id: FeedId, kind: str, at: datetime) -> None:
        """Close what is open of this kind."""
        ...

    def fill_gaps(self, feed_id: FeedId, since: datetime, until: datetime, at: datetime, done: bool) -> Sequence[Gap]:
        """Close the gaps in which entries may have scrolled past within this span, as filled, or mark that they could
        not be; returns those filled now."""
        ...

    def count_months(self, feed_id: FeedId, months: Mapping[str, tuple[int, int]]) -> None:
        """Add entries kept and entries missed to each month."""
        ...
