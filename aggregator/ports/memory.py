"""What reading left behind of the last document of each feed, to read less of the next one."""

from __future__ import annotations

from typing import Protocol

from aggregator.model import FeedId


class Memory(Protocol):
    """Forgets a feed by itself with every journal row about it; that costs nothing but time. Any thread may read."""

    def recall(self, feed_id: FeedId) -> bytes | None:
        """What is kept of the last document (`Document.memory`)."""
        ...

    def keep(self, feed_id: FeedId, memory: bytes) -> None:
        """Keep this in place of what was kept; nothing where it is empty. Only where writing is allowed."""
        ...
