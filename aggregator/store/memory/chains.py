"""What publishing reads of publish events, from memory: the port `Chains`."""

from __future__ import annotations

from itertools import islice

from aggregator.model import PublishEvent
from aggregator.store.memory.tables import Tables


class MemoryChains:
    """Implements `Chains`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def events(self, after: int, limit: int) -> tuple[PublishEvent, ...]:
        """Publish events after this number, in order."""
        with self._tables.undo.lock:
            later = (event for event in self._tables.events.values() if event.seq > after)
            return tuple(islice(later, max(limit, 0)))
