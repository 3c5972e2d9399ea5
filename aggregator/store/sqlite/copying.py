"""A copy of a database in use, and what is in it: for backups."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from aggregator.errors import StoreError
from aggregator.model import About
from aggregator.proving import GENESIS
from aggregator.store.sqlite.blueprint import steps_of
from aggregator.store.sqlite.driver import FAULTS, plain_fault, sqlite3
from aggregator.store.sqlite.dump import TABLES
from aggregator.store.sqlite.evidence import ENDS
from aggregator.store.sqlite.moment import open_to_read

PAGES = 4_096
"""Copied between two words about progress."""
Tell = Callable[[int], None]


def copy_database(source: Path, target: Path, tell: Tell) -> None:
    """One moment of the database into a new file, whatever is written meanwhile; ``tell`` takes bytes.

    Raises:
        StoreError: it cannot be read or written.
    """
    try:
        with closing(open_to_read(source)) as reader, closing(sqlite3.connect(target)) as writer:
            # Within a transaction every page is of one moment, and the copy need not begin anew with each write.
            reader.execute("BEGIN")
            reader.execute("SELECT 1 FROM sqlite_schema").fetchone()
            size, left = reader.execute("PRAGMA page_size").fetchone()[0], 0

            def progress(_status: int, remaining: int, total: int) -> None:
                nonlocal left
                tell(size * ((left or total) - remaining))
                left = remaining

            reader.backup(writer, pages=PAGES, progress=progress)
    except FAULTS as error:
        if getattr(error, "sqlite_errorname", None) is None:  # the driver names no faults of a copy
            what = "full disk or disk fault; free some disk space"
            raise StoreError(f"{source} cannot be copied to {target.parent}: {error} ({what})") from error
        raise plain_fault(error, source) from error
    handle = os.open(target, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def describe(path: Path) -> About:
    """The archive in figures. Raises `StoreError`."""
    try:
        with closing(open_to_read(path)) as reader:
            tables = sorted(row[0] for row in reader.execute(TABLES))
            tip = reader.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone() or (0, GENESIS)
            return About(
                steps=steps_of(reader),
                counts={name: _count(reader, name) for name in tables},
                seq=tip[0],
                hash=tip[1],
            )
    except FAULTS as error:
        raise plain_fault(error, path) from error


def ends_of(path: Path) -> Mapping[str, int]:
    """Of each file of captures the byte up to which the archive refers to it. Raises `StoreError`."""
    try:
        with closing(open_to_read(path)) as reader:
            return {row[0]: int(row[1]) for row in reader.execute(ENDS)}
    except FAULTS as error:
        raise plain_fault(error, path) from error


def _count(reader: sqlite3.Connection, table: str) -> int:
    return int(reader.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608 - names of the schema
