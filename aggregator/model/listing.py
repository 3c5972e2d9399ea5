"""What publishing takes from the archive at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field

from aggregator.model.chain import Standing, Tombstone
from aggregator.model.edition import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one document lists, newest first, and where its chain stood at that moment."""

    items: tuple[Item, ...]
    tombstones: tuple[Tombstone, ...] = ()
    standing: Standing = field(default_factory=Standing)
