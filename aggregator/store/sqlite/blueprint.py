"""What this version makes of an empty file, to compare a stored one with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from aggregator.errors import StoreError
from aggregator.model import Flaw
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.sqlite.schema import APPLICATION_ID, migrations
from aggregator.store.sqlite.steps import toolbox_on

_SCHEMA = "SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL"


def steps_of(reader: sqlite3.Connection) -> tuple[str, ...]:
    """The schema steps a file has been through; none where it is not an archive."""
    return migrations.applied(reader)


def own_steps() -> tuple[str, ...]:
    """All schema steps this version knows, in order."""
    return migrations.names


def require_current(reader: sqlite3.Connection, path: Path) -> None:
    """Raises `StoreError` where the file belongs to another program or to another version of this one."""
    found, own = set(steps_of(reader)), set(own_steps())
    if not found or reader.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise StoreError(f"{path} is not an archive of this program")
    if unknown := sorted(found - own):
        raise StoreError(f"{path} was written by a newer version of this program (step {unknown[-1]}); update it first")
    if missing := sorted(own - found):
        raise StoreError(f"{path} was written by an earlier version (without {missing[0]}); run `aggregator migrate`")


def altered(reader: sqlite3.Connection) -> Iterator[Flaw]:
    """Tables, indices and triggers that are not as this version makes them. Tables and indices of others do no harm;
    a trigger of theirs could rewrite what we store."""
    wanted, found = _objects(sqlite3.connect(":memory:"), fresh=True), _objects(reader)
    for name, (kind, statement) in wanted.items():
        if name not in found:
            yield Flaw(table="database", record=name, text=f"this {kind} is missing: somebody took it away")
        elif kind == "trigger" and found[name][1] != statement:
            yield Flaw(table="database", record=name, text="this trigger was changed by somebody")
    for name, (kind, _) in found.items():
        if kind == "trigger" and name not in wanted:
            yield Flaw(table="database", record=name, text="this trigger is not ours")


def _objects(connection: sqlite3.Connection, *, fresh: bool = False) -> Mapping[str, tuple[str, str]]:
    if fresh:
        migrations.library.apply(toolbox_on(connection))
    return {row[0]: (row[1], row[2]) for row in connection.execute(_SCHEMA)}
