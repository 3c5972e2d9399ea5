"""The archive at one moment as publishing reads it, from a file that is never written: what is published is rendered
again from it, to be compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Never

from aggregator.errors import StoreError
from aggregator.model import Sealed, Segment
from aggregator.store.sqlite.archive import SqliteArchive
from aggregator.store.sqlite.chains import SqliteChains
from aggregator.store.sqlite.connection import Database, teach
from aggregator.store.sqlite.driver import FAULTS, plain_fault, sqlite3
from aggregator.store.sqlite.moment import one_moment
from aggregator.store.sqlite.shelves import SqliteShelves
from aggregator.store.sqlite.takedowns import SqliteTakedowns


class _OneMoment(Database):
    """One reading transaction that everybody shares; nothing can be written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._reader = one_moment(path, current=False)
        self._reader.row_factory = sqlite3.Row
        teach(self._reader)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The one moment. Raises `StoreError`."""
        try:
            yield self._reader
        except FAULTS as error:
            raise plain_fault(error, self.path) from error

    def transaction(self) -> Never:
        """Always raises `StoreError`."""
        raise StoreError(f"{self.path} is only read here")

    def close(self) -> None:
        """End the look."""
        self._reader.close()


class _Kept(SqliteChains):
    """Chains whose documents are rendered and not kept."""

    def keep(self, segment: Segment, sealed: Sealed) -> None:
        """Nothing: whoever publishes keeps them."""


class FrozenLibrary:
    """Implements `Library` over one moment of the file; for one thread."""

    def __init__(self, path: Path) -> None:
        """Raises `StoreError` where the file cannot be read."""
        self._moment = _OneMoment(path)
        self.archive, self.shelves = SqliteArchive(self._moment), SqliteShelves(self._moment)
        self.chains, self.takedowns = _Kept(self._moment), SqliteTakedowns(self._moment)

    def close(self) -> None:
        """End the look at the file."""
        self._moment.close()
