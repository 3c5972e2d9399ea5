"""How many entries are published of each month, kept up to date while recording. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from aggregator.model import EntryId, FeedId, Shift, ShiftKind
from aggregator.store.stored import StoredEntry

CAME = ("added", "released", "refiled")
"""Kinds of journal rows by which an entry comes to its place among the published ones."""
LEFT = ("forgotten",)
"""Kinds by which it leaves it; ``refiled`` also tells the place it left."""
ALL = ""
"""Stands for every source where counts are kept by source."""


class ShelfTables(Protocol):
    """What recording writes of months, inside a transaction of the caller."""

    def count_in(self, feed_id: FeedId, published: Sequence[datetime], by: int) -> None:
        """For each of these dates (aware, UTC), so many entries more, or fewer, are published of its month."""
        ...


@lru_cache(maxsize=1024)
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
    tables.count_in(entry.feed_id, (entry.published_at,), by)


def shifts_of(found: Iterable[Shift]) -> tuple[Shift, ...]:
    """Each entry once in each place: an entry that came there or left it is not merely changed as well."""
    told: dict[tuple[EntryId, datetime], Shift] = {}
    for shift in found:
        place = (shift.entry_id, shift.published_at)
        if place not in told or told[place].kind is ShiftKind.CHANGED:
            told[place] = shift
    return tuple(told[place] for place in sorted(told))
