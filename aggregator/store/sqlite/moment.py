"""Opens the archive to read it and nothing else: the one way for those who check it, show it or copy it."""

from __future__ import annotations

from pathlib import Path

from aggregator.store.sqlite.blueprint import require_current
from aggregator.store.sqlite.driver import FAULTS, plain_fault, sqlite3

_PRAGMAS = ("PRAGMA query_only = ON", "PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON")


def one_moment(path: Path, *, current: bool = True) -> sqlite3.Connection:
    """A connection on which nothing moves any more, whatever others write.

    Raises:
        StoreError: the file cannot be read, or, where it must be ``current``, another version of this program wrote it.
    """
    try:
        connection = open_to_read(path)
    except FAULTS as error:
        raise plain_fault(error, path) from error
    try:
        if current:
            require_current(connection, path)
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except BaseException as error:
        connection.close()
        if isinstance(error, FAULTS):
            raise plain_fault(error, path) from error
        raise
    return connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; also to a copy on a medium that cannot be written. Raises `sqlite3.Error`."""
    address = path.absolute().as_uri()
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(f"{address}?{mode}", uri=True, isolation_level=None, check_same_thread=False)
        try:
            for pragma in _PRAGMAS:
                connection.execute(pragma)
            connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
        except FAULTS as error:
            connection.close()
            if mode != "mode=ro" or not _unwritable(path, error):
                raise
        else:
            return connection
    raise AssertionError("unreachable")


def _unwritable(path: Path, error: Exception) -> bool:
    """Whether SQLite stumbles only over the helper files it wants to make beside the database."""
    name = getattr(error, "sqlite_errorname", "") or ""
    log = path.with_name(f"{path.name}-wal")
    return name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")) and path.is_file() and not log.exists()
