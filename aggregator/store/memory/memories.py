"""Memories of last documents, in memory: the port `Memory`."""

from __future__ import annotations

from aggregator.model import FeedId
from aggregator.store.memory.tables import Tables


class MemoryMemory:
    """Implements `Memory`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def recall(self, feed_id: FeedId) -> bytes | None:
        """What is kept of the last document."""
        with self._tables.undo.lock:
            return self._tables.memories.get(feed_id)

    def keep(self, feed_id: FeedId, memory: bytes) -> None:
        """Keep this in place of what was kept; nothing where it is empty."""
        with self._tables.undo.transaction():
            if memory:
                self._tables.memories[feed_id] = memory
            elif feed_id in self._tables.memories:
                del self._tables.memories[feed_id]
