"""What publishing reads of publish events, from SQLite: the port `Chains`."""

from __future__ import annotations

from aggregator.model import PublishEvent
from aggregator.store.sqlite.connection import Database
from aggregator.store.sqlite.events import events


class SqliteChains:
    """Implements `Chains`. Any thread may call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def events(self, after: int, limit: int) -> tuple[PublishEvent, ...]:
        """Publish events after this number, in order."""
        with self._database.reading() as reader:
            return events(reader, after, limit)
