"""How many entries are published of each month, kept up to date while recording. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from aggregator.model import FeedId
from aggregator.store.stored import StoredEntry

ALL = ""
"""Stands for every source where counts are kept by source."""


class ShelfTables(Protocol):
    """What recording writes of months, inside a transaction of the caller."""

    def count_in(self, feed_id: FeedId, published_at: datetime, by: int) -> None:
        """So many entries more, or fewer, are published of the month of this date (aware, UTC)."""
        ...


def month_of(at: datetime, zone: str) -> str:
    """``2017-07``: the civil month of an aware instant in an IANA zone (R-36)."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m}"


def span_of(month: str, zone: str) -> tuple[datetime, datetime]:
    """The first instant of a civil month, and that of the next one; aware."""
    year, number = (int(part) for part in month.split("-"))
    first = datetime(year, number, 1, tzinfo=ZoneInfo(zone))
    return first, (first + timedelta(days=32)).replace(day=1)


def shelve(entry: StoredEntry, tables: ShelfTables, by: int = 1) -> None:
    """Count an entry that has just been published for the first time, or with -1 one that no longer is."""
    tables.count_in(entry.feed_id, entry.published_at, by)
