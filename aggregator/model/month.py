"""Pages of months, as they are published."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.model.edition import Item, SourceCard
from aggregator.model.shelf import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose months: those of one source, or of all where there is no card. ``shelves`` are newest first."""

    card: SourceCard | None
    shelves: tuple[Shelf, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPage:
    """One page of a month: of one source, or of all where there is no card.

    ``items`` are newest first, ``entries`` counts those of the whole month. ``number`` counts pages from the oldest;
    the newest page has none and stands under the address of the month. ``last`` is the highest number, 0 where one page
    holds all. ``earlier`` and ``later`` are the nearest months that have entries.
    """

    card: SourceCard | None
    month: str
    entries: int
    number: int | None
    last: int
    items: tuple[Item, ...]
    earlier: str | None = None
    later: str | None = None
