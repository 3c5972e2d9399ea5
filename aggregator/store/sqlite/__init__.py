"""The door to SQLite: everything that touches the database file is in this folder."""

from aggregator.store.sqlite.copying import copy_database, describe, ends_of
from aggregator.store.sqlite.driver import wal_reset_bug
from aggregator.store.sqlite.dump import dump_tables, load_tables
from aggregator.store.sqlite.evidence import SqliteEvidence
from aggregator.store.sqlite.exhibits import SqliteExhibits
from aggregator.store.sqlite.past import SqlitePast
from aggregator.store.sqlite.schema import Migrated
from aggregator.store.sqlite.store import SqliteStore, open_store
from aggregator.store.sqlite.writer import GroupWriter, InlineWriter

__all__ = [
    "GroupWriter",
    "InlineWriter",
    "Migrated",
    "SqliteEvidence",
    "SqliteExhibits",
    "SqlitePast",
    "SqliteStore",
    "copy_database",
    "describe",
    "dump_tables",
    "ends_of",
    "load_tables",
    "open_store",
    "wal_reset_bug",
]
