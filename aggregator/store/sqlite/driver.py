"""Which SQLite this runs on, and its faults in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aggregator.errors import StoreError

try:
    # The same choice as sqlite-utils makes, which works on our connections; made here, as it is slow to load.
    import pysqlite3 as sqlite3
except ImportError:
    import sqlite3

FIXED = (3, 51, 3)
"""The first version without the WAL-reset bug, which can corrupt a database with two connections."""

_FAULTS = {
    "SQLITE_FULL": "there is no room left to write {path}; nothing of this was stored; free some disk space",
    "SQLITE_IOERR": "{path} cannot be read or written (disk fault or full disk); nothing of this was stored",
    "SQLITE_READONLY": "{path} cannot be written; check the rights of the file and of its folder",
    "SQLITE_CANTOPEN": "{path} cannot be opened; check that its folder exists and can be written",
    "SQLITE_NOTADB": "{path} is not a database; move it away, or choose another [storage] path",
    "SQLITE_CORRUPT": "{path} is damaged; restore it from a backup",
    "SQLITE_BUSY": "another process is writing to {path}; try again when it has ended",
    "SQLITE_LOCKED": "another process is writing to {path}; try again when it has ended",
    "SQLITE_CONSTRAINT": "{path} refuses this: {error}; nothing of this was stored",
}


def values_of(connection: sqlite3.Connection, statement: str, facts: Sequence[str | int]) -> sqlite3.Cursor:
    """The rows of a statement without the names of their columns, which cost as much as the rows: for those that are
    taken apart at once."""
    cursor = connection.cursor()
    cursor.row_factory = None
    return cursor.execute(statement, facts)


def wal_reset_bug(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str | None:
    """A warning in plain words where the SQLite library has the WAL-reset bug; ``None`` where it is sound."""
    if version >= FIXED:
        return None
    found, wanted = (".".join(map(str, each)) for each in (version, FIXED))
    return (
        f"SQLite {found} can damage a database that two connections write to; install pysqlite3 with SQLite {wanted} "
        "or newer, and let no second process write meanwhile"
    )


FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What reading a damaged file may raise: words about it can be damaged, too."""


def plain_fault(error: Exception, path: Path) -> StoreError:
    """The same fault as the user can understand and mend it."""
    name = "SQLITE_CORRUPT" if isinstance(error, UnicodeDecodeError) else getattr(error, "sqlite_errorname", None) or ""
    for prefix, text in _FAULTS.items():
        if name.startswith(prefix):
            return StoreError(text.format(path=path, error=error))
    return StoreError(f"{path}: {error}")


__all__ = ["FAULTS", "FIXED", "plain_fault", "sqlite3", "values_of", "wal_reset_bug"]
