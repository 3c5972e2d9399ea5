"""How many entries are published of each month, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aggregator.model import FeedId
from aggregator.store.memory.shelf import Shelf, Undo
from aggregator.store.shelving import ALL, month_of


class Counts:
    """The part of the tables that counts by the civil months of ``zone``."""

    def __init__(self, undo: Undo, zone: str = "Europe/London") -> None:
        self.zone = zone
        self.counts: Shelf[tuple[str, str], int] = Shelf(undo)

    def count_in(self, feed_id: FeedId, published: Sequence[datetime], by: int) -> None:
        """For each of these dates, so many entries more, or fewer, are published of its month."""
        for month in (month_of(at, self.zone) for at in published):
            for name in (feed_id, ALL):
                self.counts[name, month] = (self.counts.get((name, month)) or 0) + by
