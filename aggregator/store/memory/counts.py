"""How many entries are published of each month, in memory."""

from __future__ import annotations

from datetime import datetime

from aggregator.model import FeedId
from aggregator.store.memory.shelf import Shelf, Undo
from aggregator.store.shelving import ALL, month_of


class Counts:
    """The part of the tables that counts by the civil months of ``zone``."""

    def __init__(self, undo: Undo, zone: str = "Europe/London") -> None:
        self.zone = zone
        self.counts: Shelf[tuple[str, str], int] = Shelf(undo)

    def count_in(self, feed_id: FeedId, published_at: datetime, by: int) -> None:
        """So many entries more, or fewer, are published of the month of this date."""
        month = month_of(published_at, self.zone)
        for name in (feed_id, ALL):
            self.counts[name, month] = (self.counts.get((name, month)) or 0) + by
