"""Every table of an archive as lines of JSON, and back into an empty file: equal rows, whatever is in them."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from aggregator.errors import StoreError
from aggregator.store.sqlite.blueprint import own_steps
from aggregator.store.sqlite.driver import FAULTS, plain_fault, sqlite3
from aggregator.store.sqlite.moment import open_to_read
from aggregator.store.sqlite.schema import APPLICATION_ID, migrations
from aggregator.store.sqlite.steps import toolbox_on

TABLES = """
SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND substr(name, 1, 7) <> 'sqlite_'
"""
BATCH = 1_000
_BLOB = "base64"
Tell = Callable[[int], None]


def dump_tables(path: Path, write: Callable[[str, Iterable[bytes]], None], tell: Tell) -> None:
    """Hand every table over, as its name and its rows as lines, in the order of its primary key.

    Raises:
        StoreError: the file cannot be read.
    """
    try:
        with closing(open_to_read(path)) as reader:
            for table in sorted(row[0] for row in reader.execute(TABLES)):
                write(table, _lines(reader, table, tell))
    except FAULTS as error:
        raise plain_fault(error, path) from error


def _lines(reader: sqlite3.Connection, table: str, tell: Tell) -> Iterator[bytes]:
    names, key = _columns(reader, table)
    statement = f'SELECT {", ".join(names)} FROM "{table}" ORDER BY {", ".join(key) or "rowid"}'  # noqa: S608
    for number, row in enumerate(reader.execute(statement), 1):
        if number % BATCH == 0:
            tell(BATCH)
        facts = dict(zip(names, map(_plain, row), strict=True))
        yield json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _columns(reader: sqlite3.Connection, table: str) -> tuple[list[str], list[str]]:
    """Columns that are stored, and those of the primary key; computed ones are left out."""
    about = [row for row in reader.execute(f'PRAGMA table_xinfo("{table}")') if not row[6]]
    return [row[1] for row in about], [row[1] for row in sorted(about, key=lambda row: int(row[5])) if row[5]]


def _plain(value: Any) -> Any:
    return {_BLOB: b64encode(value).decode()} if isinstance(value, bytes) else value


def load_tables(path: Path, steps: Sequence[str], tables: Iterable[tuple[str, Path]], tell: Tell) -> None:
    """Make the file anew, as it was after these schema steps, with the rows of the tables from files of lines.

    Raises:
        StoreError: a step or table is unknown to this version, a line is damaged, or the file cannot be written.
    """
    if unknown := [step for step in steps if step not in own_steps()]:
        raise StoreError(
            f"the export was made by a newer version of this program (step {unknown[-1]}); update it first"
        )
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as writer:
            writer.execute("PRAGMA journal_mode = WAL")
            _found(writer, steps)
            writer.execute("BEGIN")
            # Triggers fill tables that are among the files: they are put back once everything is in.
            triggers = writer.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                writer.execute(f'DROP TRIGGER "{name}"')
            for table, file in tables:
                _load(writer, table, file, tell)
            for _, statement in triggers:
                writer.execute(statement)
            writer.execute("COMMIT")
    except FAULTS as error:
        raise plain_fault(error, path) from error


def _found(writer: sqlite3.Connection, steps: Sequence[str]) -> None:
    migrations.library.apply(toolbox_on(writer), stop_before=set(own_steps()) - set(steps))
    writer.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _load(writer: sqlite3.Connection, table: str, file: Path, tell: Tell) -> None:
    names, _ = _columns(writer, table)
    if not names:
        raise StoreError(f"the export has a table {table}, which this version does not know")
    writer.execute(f'DELETE FROM "{table}"')  # noqa: S608 - a table of the schema
    marks = ", ".join("?" for _ in names)
    writer.executemany(f'INSERT INTO "{table}" ({", ".join(names)}) VALUES ({marks})', _rows(file, names, tell))  # noqa: S608


def _rows(file: Path, names: Sequence[str], tell: Tell) -> Iterator[list[Any]]:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if number % BATCH == 0:
                tell(BATCH)
            try:
                facts = json.loads(line)
                if len(facts) != len(names):
                    raise ValueError
                yield [_stored(facts[name]) for name in names]
            except (ValueError, KeyError, TypeError) as error:
                raise StoreError(f"{file.name}, line {number}: this is no row of the table") from error


def _stored(value: Any) -> Any:
    return b64decode(value[_BLOB], validate=True) if isinstance(value, dict) else value
