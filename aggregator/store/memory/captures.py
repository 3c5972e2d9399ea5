"""Captures in memory: the table that recording writes, and the port `Holdings`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from aggregator.errors import StoreError
from aggregator.model import CaptureRow, Place
from aggregator.store.captures import place_of
from aggregator.store.memory.shelf import Shelf, Undo

if TYPE_CHECKING:
    from aggregator.store.memory.tables import Tables


class Bodies:
    """The part of the tables that knows captures."""

    def __init__(self, undo: Undo) -> None:
        self.rows: Shelf[int, CaptureRow] = Shelf(undo)
        self.by_digest: Shelf[str, int] = Shelf(undo)

    def holding(self, digest: str) -> CaptureRow | None:
        """The capture that holds the body of this digest, unless it was taken down."""
        number = self.by_digest.get(digest)
        row = None if number is None else self.rows[number]
        return None if row is None or row.removed_at is not None else row

    def upcoming(self) -> int:
        """The number the next one gets."""
        return len(self.rows) + 1

    def add(self, row: CaptureRow) -> None:
        """One more."""
        if self.holding(row.digest) is not None:
            raise StoreError(f"the body of capture {row.number} is kept already")
        self.rows[row.number] = row
        self.by_digest[row.digest] = row.number


class MemoryHoldings:
    """Implements `Holdings`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def last(self) -> Place | None:
        """The place that a poll referred to last."""
        with self._tables.undo.lock:
            places = (place_of(row) for row in reversed(self._tables.polls.values()))
            return next((place for place in places if place is not None), None)

    def bodies(self, after: int, limit: int) -> tuple[CaptureRow, ...]:
        """Distinct bodies in the order they came, those taken down included."""
        with self._tables.undo.lock:
            later = [row for row in self._tables.captures.rows.values() if row.number > after]
        return tuple(later[: max(limit, 0)])

    def take_down(self, number: int, at: datetime) -> None:
        """Note that the records of a body were erased. Raises `StoreError` where there is none to erase."""
        with self._tables.undo.transaction():
            row = self._tables.captures.rows.get(number)
            if row is None or row.removed_at is not None:
                raise StoreError(f"there is no capture {number}, or it was taken down before")
            self._tables.captures.rows[number] = replace(row, removed_at=at)
