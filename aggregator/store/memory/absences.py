"""The table of absences in memory."""

from __future__ import annotations

from aggregator.model import EntryId, FeedId
from aggregator.model.presence import Absence
from aggregator.store.memory.shelf import Shelf, Undo


class Absences:
    """Implements `AbsenceTable`."""

    def __init__(self, undo: Undo) -> None:
        self.held: Shelf[EntryId, Absence] = Shelf(undo)

    def of(self, feed_id: FeedId) -> tuple[Absence, ...]:
        """Everything noted of one feed, by entry."""
        found = (absence for absence in self.held.values() if absence.feed_id == feed_id)
        return tuple(sorted(found, key=lambda absence: absence.entry_id))

    def put(self, absence: Absence) -> None:
        """Note it, in place of what was noted of the entry before."""
        self.held[absence.entry_id] = absence

    def drop(self, entry_id: EntryId) -> None:
        """Nothing is noted of this entry any more."""
        if entry_id in self.held:
            del self.held[entry_id]
