"""Takedowns: the one way in which anything leaves the archive."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from aggregator.model import Alias, EntryId, FeedId
from aggregator.model.dossier import Dossier
from aggregator.model.takedown import Stage, Takedown, TakedownOrder


class Bars(Protocol):
    """What must not come back. Any thread may read."""

    def bars(self, feed_id: FeedId | None = None) -> bool:
        """Whether anything was ever taken down, of one feed or at all."""
        ...

    def barred(self, tokens: Collection[str]) -> frozenset[str]:
        """Those of the tokens under which something was taken down."""
        ...


class Takedowns(Bars, Protocol):
    """What is taken down. Any thread may read; `forget` and `advance` only where writing is allowed."""

    def dossier(self, name: str) -> Dossier:
        """Everything about one entry, by number or public id. Raises `UnknownEntryError`."""
        ...

    def standing_at(self, url: str) -> tuple[EntryId, ...]:
        """The entries that stand or stood at this address and were not taken down, by number."""
        ...

    def sharers(self, feed_id: FeedId, alias: Alias) -> int:
        """How many entries of the feed have this second-hand key."""
        ...

    def forget(self, order: TakedownOrder) -> Takedown:
        """Redact everything in the database, in one transaction. Raises `StoreError`."""
        ...

    def advance(self, entry_id: EntryId, stage: Stage) -> None:
        """Note how far the takedown of an entry has come."""
        ...

    def all(self) -> tuple[Takedown, ...]:
        """Every takedown, oldest first."""
        ...

    def unfinished(self) -> tuple[Takedown, ...]:
        """Those that were interrupted, or wait for a service, oldest first."""
        ...
