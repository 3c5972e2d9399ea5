"""Months of the archive, as they are published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.edition import SourceCard
from aggregator.model.names import EntryId, FeedId


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """How many entries are published of one month, ``2017-07`` (R-36)."""

    month: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A published entry of which the archive knows something new: its source, its place in time (aware, UTC), and
    whether it is new among the published ones itself."""

    entry_id: EntryId
    feed_id: FeedId
    published_at: datetime
    added: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose months: those of one source, or of all where there is no card. ``shelves`` are newest first."""

    card: SourceCard | None
    shelves: tuple[Shelf, ...]
