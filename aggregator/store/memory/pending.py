"""Versions that wait, in memory."""

from __future__ import annotations

from aggregator.model import EntryId, FeedId
from aggregator.store.memory.shelf import Shelf, Undo
from aggregator.store.pending import Pending


class Aside:
    """Implements `PendingTable`."""

    def __init__(self, undo: Undo) -> None:
        self.held: Shelf[EntryId, Pending] = Shelf(undo)

    def of(self, feed_id: FeedId) -> tuple[Pending, ...]:
        """Everything of one feed, by entry."""
        found = (pending for pending in self.held.values() if pending.feed_id == feed_id)
        return tuple(sorted(found, key=lambda pending: pending.entry_id))

    def put(self, pending: Pending) -> None:
        """Keep it aside, in place of what waited for the entry before."""
        self.held[pending.entry_id] = pending

    def drop(self, entry_id: EntryId) -> None:
        """Nothing of this entry waits any more."""
        if entry_id in self.held:
            del self.held[entry_id]
