"""Months of the archive, as they are published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.model.names import EntryId, FeedId


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """How many entries are published of one month, ``2017-07`` (R-36)."""

    month: str
    entries: int


class ShiftKind(StrEnum):
    """What became of an entry in its place: it came there, left it, or is told of anew."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What the journal says of a published entry and its place in time (``published_at``: aware, UTC)."""

    entry_id: EntryId
    feed_id: FeedId
    published_at: datetime
    kind: ShiftKind
