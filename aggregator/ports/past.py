"""The archive as a replay sees it: what was polled and configured, and the rows to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from aggregator.model import CaptureRow, Founding
from aggregator.model.replay import PastFeed, PastPoll
from aggregator.ports.fixity import Columns, Evidence


class Past(Evidence, Protocol):
    """One moment of the archive, in the order things happened. Raises `StoreError` like `Evidence`."""

    def founding(self) -> Founding:
        """When and under which name the archive began."""
        ...

    def feeds(self) -> tuple[PastFeed, ...]:
        """Every feed that was ever configured."""
        ...

    def count(self) -> int:
        """How many polls there are."""
        ...

    def polls(self) -> Iterator[PastPoll]:
        """Every poll in the order it was recorded."""
        ...

    def capture(self, number: int) -> CaptureRow | None:
        """The row of a distinct body."""
        ...

    def table(self, name: str) -> Iterator[Columns]:
        """``entries``, ``revisions`` or ``identities`` as stored, in the order of their keys."""
        ...

    def by_key(self, table: str) -> Iterator[Columns]:
        """``entries``, ``revisions`` or ``identities`` in the order of what names their rows whatever their numbers:
        each with ``feed_id``, ``entry_key`` and, of an entry, the keys of those it refers to."""
        ...
