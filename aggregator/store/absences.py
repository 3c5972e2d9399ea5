"""Entries that whole documents leave out, as both stores keep them (D-26)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from aggregator.model import EntryId, FeedId
from aggregator.model.presence import Absence, Page
from aggregator.store.values import Row, SqlValue, instant, instant_or_none, instant_text, maybe_instant

FRUITLESS = 3
"""So many pages that were there after all end the asking for a feed until those absences are forgotten: it is put
together in some other way than by date."""


class AbsenceTable(Protocol):
    """Entries that whole documents leave out."""

    def of(self, feed_id: FeedId) -> Sequence[Absence]:
        """Everything noted of one feed, by entry."""
        ...

    def put(self, absence: Absence) -> None:
        """Note it, in place of what was noted of the entry before."""
        ...

    def drop(self, entry_id: EntryId) -> None:
        """Nothing is noted of this entry any more."""
        ...


def absence_row(absence: Absence) -> dict[str, SqlValue]:
    """A row of ``absences``."""
    return {
        "entry_id": absence.entry_id,
        "feed_id": absence.feed_id,
        "since": instant_text(absence.since),
        "document": absence.document,
        "due_at": instant_or_none(absence.due_at),
        "asked_at": instant_or_none(absence.asked_at),
        "page": str(absence.page),
        "tries": absence.tries,
    }


def absence_of(row: Row) -> Absence:
    """The way back from `absence_row`."""
    return Absence(
        **{name: row[name] for name in ("entry_id", "feed_id", "document", "tries")},
        since=instant(row["since"]),
        due_at=maybe_instant(row["due_at"]),
        asked_at=maybe_instant(row["asked_at"]),
        page=Page(row["page"]),
    )
