"""Connections to one database file: a single writer behind a lock, and a pool of read-only readers (WAL)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, RLock, get_ident

from aggregator.errors import StoreError
from aggregator.store.sqlite.driver import plain_fault, sqlite3

WAIT = 10.0
"""Seconds to wait for another process that is writing."""
_SHARED = ("PRAGMA foreign_keys = ON", "PRAGMA mmap_size = 0", "PRAGMA trusted_schema = OFF", "PRAGMA temp_store = 2")
_SECURE = "PRAGMA secure_delete = ON"
_WRITER = (
    *_SHARED,
    _SECURE,
    "PRAGMA synchronous = FULL",
    "PRAGMA cache_size = -16000",
    "PRAGMA journal_size_limit = 67108864",
)
_READER = (*_SHARED, "PRAGMA query_only = ON", "PRAGMA cache_size = -4000")
COPIES = 2
"""How many times its size compacting a file may need: a copy, and the log it is written by."""
IN_MEMORY = 256 * 1024 * 1024
"""A file up to this size is compacted in memory, a larger one in a temporary file."""
IDLE_READERS = 4
"""So many readers are kept open between uses."""
STATEMENTS = 1024
"""Prepared statements a connection keeps: more than there are. When it keeps too many, the driver lets go of the newest
of those used least, so the statements of making the schema, each used once, would push out every poll's.

With a bare ``LIMIT ?`` SQLite prepares a statement anew whenever it is bound, as its plan may depend on the value; ours
do not, hence ``LIMIT 0 + ?``."""


class Database:
    """One file. Any thread may call; writes happen one after another."""

    def __init__(self, path: Path) -> None:
        """Open or make the file. Raises `StoreError`."""
        self.path = path
        self._lock, self._owner = RLock(), 0
        self._depth = 0
        self._levels: list[tuple[int, int]] = []
        self._pool: list[sqlite3.Connection] = []
        self._pool_lock = Lock()
        self._closed = False
        self.writer = self._open_writer()

    def _open_writer(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{self.path.parent} cannot be made: {error.strerror}; check [storage] path") from error
        writer = None
        try:
            writer = self._connect("rwc", _WRITER)
            if writer.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                writer.execute("PRAGMA journal_mode = WAL")
            return writer
        except sqlite3.Error as error:
            if writer is not None:
                writer.close()
            raise plain_fault(error, self.path) from error

    def _connect(self, mode: str, pragmas: tuple[str, ...]) -> sqlite3.Connection:
        address = f"{self.path.absolute().as_uri()}?mode={mode}"
        connection = sqlite3.connect(
            address,
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=WAIT,
            cached_statements=STATEMENTS,
        )
        connection.row_factory = sqlite3.Row
        try:
            for pragma in pragmas:
                connection.execute(pragma)
        except sqlite3.Error:
            connection.close()
            raise
        teach(connection)
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything inside is committed together or not at all; nested ones are savepoints.

        Raises:
            StoreError: the database refused something, or could not commit; nothing inside was stored.
        """
        with self._lock:
            self._check_open()
            self._begin()
            try:
                yield self.writer
                self._commit()
            except sqlite3.Error as error:
                self._roll_back()
                raise plain_fault(error, self.path) from error
            except BaseException:
                self._roll_back()
                raise

    def _begin(self) -> None:
        try:
            if self._depth:
                self._check_alive()
            self._levels.append(self._mark())
        except sqlite3.Error as error:
            raise plain_fault(error, self.path) from error
        self._depth += 1
        self._owner = get_ident()

    def _mark(self) -> tuple[int, int]:
        """The savepoint that the level now begun goes back to, and how many rows had been changed when it was set.

        Where no row was changed since the savepoint around it, that one serves: a poll nests three levels before it
        writes its first row. Statements that change the schema count no rows; none of ours nests after one.
        """
        if not self._depth:
            self.writer.execute("BEGIN IMMEDIATE")
            return 0, -1
        changes = self.writer.total_changes
        if self._levels[-1][1] == changes:
            return self._levels[-1]
        self.writer.execute(f"SAVEPOINT level_{self._depth}")
        return self._depth, changes

    def _commit(self) -> None:
        self._check_alive()
        level = self._depth - 1
        if not level:
            self.writer.execute("COMMIT")
        elif self._levels[-1][0] == level:
            self.writer.execute(f"RELEASE level_{level}")
        self._leave()

    def _roll_back(self) -> None:
        level, savepoint = self._depth - 1, self._levels[-1][0]
        self._leave()
        if not self.writer.in_transaction:
            return
        if not level:
            self.writer.execute("ROLLBACK")
            return
        self.writer.execute(f"ROLLBACK TO level_{savepoint}")
        if savepoint == level:
            self.writer.execute(f"RELEASE level_{level}")

    def _leave(self) -> None:
        self._levels.pop()
        self._depth -= 1
        if not self._depth:
            self._owner = 0

    def _check_alive(self) -> None:
        """A full disk may end the whole transaction from below: then nothing more may be written under its name."""
        if not self.writer.in_transaction:
            raise StoreError(f"the transaction on {self.path} was undone by a fault; nothing of it was stored")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One moment of the archive, to read; inside a transaction of this thread, what that has written so far.

        Raises:
            StoreError: the file cannot be read.
        """
        try:
            if self._owner == get_ident():
                yield self.writer
                return
            reader = self._borrow()
            try:
                reader.execute("BEGIN")
                yield reader
            finally:
                self._give_back(reader)
        except sqlite3.Error as error:
            raise plain_fault(error, self.path) from error

    @contextmanager
    def glancing(self) -> Iterator[sqlite3.Connection]:
        """The same for a single statement, whose rows are taken before the next one: it needs no transaction to see
        one moment."""
        try:
            if self._owner == get_ident():
                yield self.writer
                return
            reader = self._borrow()
            try:
                yield reader
            finally:
                self._give_back(reader)
        except sqlite3.Error as error:
            raise plain_fault(error, self.path) from error

    def _borrow(self) -> sqlite3.Connection:
        with self._pool_lock:
            self._check_open()
            if self._pool:
                return self._pool.pop()
        return self._connect("ro", _READER)

    def _give_back(self, reader: sqlite3.Connection) -> None:
        if reader.in_transaction:
            reader.execute("ROLLBACK")
        with self._pool_lock:
            if not self._closed and len(self._pool) < IDLE_READERS:
                self._pool.append(reader)
                return
        reader.close()

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError(f"{self.path} was closed already")

    def upkeep(self) -> None:
        """Renew the statistics that SQLite plans queries by, where they are out of date; bounded work."""
        with self.transaction() as writer:
            writer.execute("PRAGMA analysis_limit = 400")
            writer.execute("PRAGMA optimize")

    def compact(self) -> None:
        """Write the file anew, so that neither free pages nor the log beside it hold what was deleted or changed. Takes
        as long as copying it, and as much room again; nothing can be written meanwhile.

        Raises:
            StoreError: there is no room, or somebody is still reading; the file is as it was, and sound.
        """
        with self._lock:
            self._check_open()
            if self._depth:
                raise StoreError(f"{self.path} cannot be compacted inside a transaction")
            self._drop_readers()
            size = self.path.stat().st_size
            if shutil.disk_usage(self.path.parent).free < COPIES * size:
                raise StoreError(
                    f"{self.path} needs {COPIES * size:,} bytes of room to be compacted; free some disk space"
                )
            try:
                self.writer.execute(f"PRAGMA temp_store = {1 if size > IN_MEMORY else 2}")
                self.writer.execute("VACUUM")
                busy = self.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                self.writer.execute("PRAGMA temp_store = 2")
            except sqlite3.Error as error:
                raise plain_fault(error, self.path) from error
        if busy:
            raise StoreError(f"somebody is still reading {self.path}; compacting it is tried again later")

    def _drop_readers(self) -> None:
        with self._pool_lock:
            for reader in self._pool:
                reader.close()
            self._pool.clear()

    def check(self) -> str | None:
        """What SQLite's own quick check finds wrong with the file; ``None`` where it is sound. Reads all of it."""
        with self.reading() as reader:
            verdict = str(reader.execute("PRAGMA quick_check(1)").fetchone()[0])
        return None if verdict == "ok" else verdict

    def close(self) -> None:
        """Close every connection; twice is no harm."""
        with self._lock, self._pool_lock:
            if self._closed:
                return
            self._closed = True
            for reader in self._pool:
                reader.close()
            self._pool.clear()
            self.writer.close()


def teach(connection: sqlite3.Connection) -> None:
    """The functions that our statements call."""
    connection.create_function("fold", 1, str.casefold, deterministic=True)
    # SQLite's own `unhex` is younger than some of the libraries this runs on.
    connection.create_function("bytes_of", 1, bytes.fromhex, deterministic=True)
