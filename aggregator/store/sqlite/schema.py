"""The tables and how they came to be: migrations are append-only, each in a transaction, none is ever changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.errors import StoreError
from aggregator.store.sqlite.backfills import BACKFILLS
from aggregator.store.sqlite.captures import CAPTURES
from aggregator.store.sqlite.connection import Database
from aggregator.store.sqlite.days import add_days
from aggregator.store.sqlite.driver import plain_fault, sqlite3
from aggregator.store.sqlite.edits import EDITS
from aggregator.store.sqlite.events import EVENTS
from aggregator.store.sqlite.founding import FOUNDING
from aggregator.store.sqlite.memories import MEMORIES
from aggregator.store.sqlite.pending import VOLATILE
from aggregator.store.sqlite.politeness import add_politeness
from aggregator.store.sqlite.presence import PRESENCE
from aggregator.store.sqlite.provenance import PROVENANCE
from aggregator.store.sqlite.segments import SEGMENTS
from aggregator.store.sqlite.shelves import SHELVES
from aggregator.store.sqlite.steps import Steps, toolbox_on
from aggregator.store.sqlite.subscriptions import SUBSCRIPTIONS
from aggregator.store.sqlite.takedown_schema import PLACES, TAKEDOWNS
from aggregator.store.sqlite.watching import WATCHING

if TYPE_CHECKING:
    from sqlite_utils import Database as Toolbox

APPLICATION_ID = 0x46454544
"""Stands in the header of the file and says whose database it is."""

migrations = Steps("aggregator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """What opening did to the schema: the steps applied now, and all steps there are."""

    applied: tuple[str, ...]
    steps: tuple[str, ...]


@migrations()
def m0001_founding(db: Toolbox) -> None:
    """The archive as first published."""
    for statement in FOUNDING:
        db.execute(statement)


@migrations()
def m0002_politeness(db: Toolbox) -> None:
    """Pauses and buckets of hosts, what each request carried (H-70, H-73)."""
    add_politeness(db)


@migrations()
def m0003_watching(db: Toolbox) -> None:
    """Gaps, completeness by month, held entries."""
    for statement in WATCHING:
        db.execute(statement)


@migrations()
def m0004_subscriptions(db: Toolbox) -> None:
    """Subscriptions at hubs (H-81)."""
    for statement in SUBSCRIPTIONS:
        db.execute(statement)


@migrations()
def m0005_days(db: Toolbox) -> None:
    """Where each day of the journal begins, for its daily heads."""
    add_days(db)


@migrations()
def m0005_events(db: Toolbox) -> None:
    """Publish events, and entries that are published without being announced (R-02, R-35)."""
    for statement in EVENTS:
        db.execute(statement)


@migrations()
def m0006_provenance(db: Toolbox) -> None:
    """Where each version came from, versions brought later (B-08)."""
    for statement in PROVENANCE:
        db.execute(statement)


@migrations()
def m0007_segments(db: Toolbox) -> None:
    """What publish events are sealed into (R-31)."""
    for statement in SEGMENTS:
        db.execute(statement)


@migrations()
def m0008_volatile(db: Toolbox) -> None:
    """Entries that change to and fro, versions that wait (D-23)."""
    for statement in VOLATILE:
        db.execute(statement)


@migrations()
def m0009_captures(db: Toolbox) -> None:
    """Distinct bodies and where each poll's answer lies (R-66)."""
    for statement in CAPTURES:
        db.execute(statement)


@migrations()
def m0010_edits(db: Toolbox) -> None:
    """Where the journal tells of revisions, for the feed of edits."""
    for statement in EDITS:
        db.execute(statement)


@migrations()
def m0011_backfills(db: Toolbox) -> None:
    """Jobs that fetch the past (B-03)."""
    for statement in BACKFILLS:
        db.execute(statement)


@migrations()
def m0012_presence(db: Toolbox) -> None:
    """Entries that feeds list no more, and those withdrawn at their source (D-26)."""
    for statement in PRESENCE:
        db.execute(statement)


@migrations()
def m0013_memories(db: Toolbox) -> None:
    """What reading left behind of last documents, to read less of the next ones."""
    for statement in MEMORIES:
        db.execute(statement)


@migrations()
def m0014_shelves(db: Toolbox) -> None:
    """What is published by month (R-36)."""
    for statement in SHELVES:
        db.execute(statement)


@migrations()
def m0015_takedowns(db: Toolbox) -> None:
    """What was taken down, and what must not come back (R-39)."""
    for statement in TAKEDOWNS:
        db.execute(statement)


@migrations()
def m0016_places(db: Toolbox) -> None:
    """Where the captures of what was taken down lie (R-39)."""
    db.execute(PLACES)


def migrate(database: Database) -> Migrated:
    """Bring the schema up to date; a sound and current one is only read.

    Raises:
        StoreError: the file belongs to another program or to a newer version of this one.
    """
    try:
        return _migrate(database)
    except sqlite3.Error as error:
        raise plain_fault(error, database.path) from error


def _migrate(database: Database) -> Migrated:
    _refuse_strangers(database)
    applied = migrations.applied(database.writer)
    _refuse_newer(database, applied)
    pending = tuple(name for name in migrations.names if name not in applied)
    steps = applied + pending
    if not pending:
        return Migrated(applied=(), steps=steps)
    with database.transaction() as writer:
        migrations.library.apply(toolbox_on(writer))
        writer.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    return Migrated(applied=pending, steps=steps)


def _refuse_strangers(database: Database) -> None:
    owner = database.writer.execute("PRAGMA application_id").fetchone()[0]
    tables = database.writer.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables and owner != APPLICATION_ID:
        raise StoreError(f"{database.path} is the database of another program; choose another [storage] path")


def _refuse_newer(database: Database, applied: tuple[str, ...]) -> None:
    unknown = [name for name in applied if name not in migrations.names]
    if unknown:
        raise StoreError(
            f"{database.path} was written by a newer version of this program (schema step {unknown[-1]}); "
            "update the program, or choose another [storage] path"
        )
