"""The archive in memory: the same behaviour as on disk, for tests and rehearsals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aggregator.model import Founding
from aggregator.store.memory.backfills import MemoryBackfills
from aggregator.store.memory.captures import MemoryHoldings
from aggregator.store.memory.chains import MemoryChains
from aggregator.store.memory.evidence import MemoryEvidence
from aggregator.store.memory.exhibits import MemoryExhibits
from aggregator.store.memory.ledger import MemoryLedger
from aggregator.store.memory.memories import MemoryMemory
from aggregator.store.memory.readers import MemoryArchive, MemoryCatalogue
from aggregator.store.memory.shelves import MemoryShelves
from aggregator.store.memory.sources import MemorySources
from aggregator.store.memory.subscriptions import MemorySubscriptions
from aggregator.store.memory.tables import Tables
from aggregator.store.memory.takedowns import MemoryTakedowns
from aggregator.store.syncing import Mint


class MemoryStore:
    """All ports over the same dictionaries; gone when it is dropped."""

    def __init__(self, authority: str, now: datetime, new_uuid: Callable[[], str], zone: str = "Europe/London") -> None:
        self.tables = Tables(zone)
        self.sources = MemorySources(self.tables, Mint(authority=authority, new_uuid=new_uuid))
        self.ledger = MemoryLedger(self.tables)
        self.archive = MemoryArchive(self.tables, Founding(authority=authority, at=now))
        self.chains = MemoryChains(self.tables)
        self.shelves = MemoryShelves(self.tables)
        self.takedowns = MemoryTakedowns(self.tables)
        self.catalogue = MemoryCatalogue(self.tables)
        self.holdings = MemoryHoldings(self.tables)
        self.subscriptions = MemorySubscriptions(self.tables)
        self.backfills = MemoryBackfills(self.tables)
        self.memory = MemoryMemory(self.tables)

    def evidence(self) -> MemoryEvidence:
        """The archive as it is now, to be checked."""
        return MemoryEvidence(self.tables)

    def exhibits(self) -> MemoryExhibits:
        """The archive as it is now, to take evidence from."""
        return MemoryExhibits(self.tables, self.archive)

    def close(self) -> None:
        """Nothing to close."""
