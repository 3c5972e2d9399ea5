"""The archive in one SQLite file: opening, its parts, closing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from aggregator.model import FeedId
from aggregator.store.sqlite.archive import SqliteArchive
from aggregator.store.sqlite.backfills import SqliteBackfills
from aggregator.store.sqlite.captures import SqliteHoldings
from aggregator.store.sqlite.catalogue import SqliteCatalogue
from aggregator.store.sqlite.chains import SqliteChains
from aggregator.store.sqlite.connection import Database
from aggregator.store.sqlite.evidence import SqliteEvidence
from aggregator.store.sqlite.exhibits import SqliteExhibits
from aggregator.store.sqlite.ledger import SqliteLedger
from aggregator.store.sqlite.memories import SqliteMemory
from aggregator.store.sqlite.schema import Migrated, migrate
from aggregator.store.sqlite.sealing import seal_the_rest
from aggregator.store.sqlite.shelves import SqliteShelves, count_again
from aggregator.store.sqlite.sources import SqliteSources
from aggregator.store.sqlite.subscriptions import SqliteSubscriptions
from aggregator.store.sqlite.takedowns import SqliteTakedowns
from aggregator.store.syncing import GivenNames, Mint
from aggregator.store.values import instant_text


class SqliteStore:
    """All ports over one file. ``migrated`` says what opening did to the schema."""

    def __init__(self, database: Database, mint: Mint, migrated: Migrated) -> None:
        self.database, self.migrated = database, migrated
        self.sources = SqliteSources(database, mint)
        self.ledger = SqliteLedger(database)
        self.archive = SqliteArchive(database)
        self.chains = SqliteChains(database)
        self.shelves = SqliteShelves(database)
        self.takedowns = SqliteTakedowns(database)
        self.catalogue = SqliteCatalogue(database)
        self.holdings = SqliteHoldings(database)
        self.subscriptions = SqliteSubscriptions(database)
        self.backfills = SqliteBackfills(database)
        self.memory = SqliteMemory(database)

    def migrate(self) -> Migrated:
        """What opening did to the schema; opening always brings it up to date, so nothing is left to do here."""
        return self.migrated

    def check(self) -> str | None:
        """What SQLite finds wrong with the file, ``None`` where it is sound. Reads all of it."""
        return self.database.check()

    def compact(self) -> None:
        """Write the file anew, without anything that was deleted or changed (R-39). Raises `StoreError`."""
        self.database.compact()

    def upkeep(self) -> None:
        """Cheap housekeeping for every hour or so: let SQLite look after the statistics it plans queries by."""
        self.database.upkeep()

    def evidence(self) -> SqliteEvidence:
        """The archive as it is now, to be checked; whoever asks for it closes it. Raises `StoreError`."""
        return SqliteEvidence(self.database.path)

    def exhibits(self) -> SqliteExhibits:
        """The archive as it is now, to take evidence from; whoever asks for it closes it. Raises `StoreError`."""
        return SqliteExhibits(self.database.path)

    def close(self) -> None:
        """Close every connection; twice is no harm. End the writer before."""
        self.database.close()


def open_store(
    path: Path,
    authority: str,
    now: datetime,
    new_uuid: Callable[[], str],
    given: Mapping[FeedId, tuple[str, str]] | None = None,
    zone: str = "Europe/London",
) -> SqliteStore:
    """Open the archive at ``path``, making or migrating it where needed.

    ``authority`` (a host name) and the year of ``now`` go into the ids of feeds added from here on; those of the first
    opening are kept as the founding. ``new_uuid`` gives random UUIDs (P-10); ``given`` are UUID and tag of feeds that
    had them before. ``zone`` (IANA) is that of the site, by which months are counted.

    Raises:
        StoreError: it cannot be opened or written, is no database, belongs to another program or a newer version.
    """
    database = Database(path)
    try:
        migrated = migrate(database)
        _found(database, authority, now)
        count_again(database, zone)
        seal_the_rest(database)
    except BaseException:
        database.close()
        raise
    mint = GivenNames(authority=authority, new_uuid=new_uuid, given=given or {})
    return SqliteStore(database, mint, migrated)


def _found(database: Database, authority: str, now: datetime) -> None:
    """Write down when and under which name the archive began, once."""
    with database.reading() as reader:
        if reader.execute("SELECT 1 FROM meta WHERE name = 'founded_at'").fetchone():
            return
    facts = [("authority", authority), ("founded_at", instant_text(now))]
    with database.transaction() as writer:
        writer.executemany("INSERT OR IGNORE INTO meta (name, value) VALUES (?, ?)", facts)
