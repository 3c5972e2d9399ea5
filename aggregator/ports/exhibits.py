"""What an evidence bundle is made of: rows as stored, of one moment of the archive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from aggregator.model import DayHead
from aggregator.ports.fixity import Columns, JournalLine


class Exhibits(Protocol):
    """One moment of the archive. Each method raises `StoreError` where the store cannot be read."""

    def entry(self, number: int) -> Columns:
        """A row of ``entries``. Raises `UnknownEntryError`."""
        ...

    def feed(self, feed_id: str) -> Columns:
        """Of a row of ``feeds`` what is public: ``id``, ``url``, ``title``, ``site_url``, ``category``, ``tag``."""
        ...

    def versions(self, number: int) -> tuple[Columns, ...]:
        """The rows of ``revisions`` of one entry, by number."""
        ...

    def story(self, number: int) -> tuple[JournalLine, ...]:
        """The journal rows of one entry, in order."""
        ...

    def span(self, first: int, last: int) -> Iterator[JournalLine]:
        """The journal from one row to another, both included."""
        ...

    def takedowns(self) -> tuple[JournalLine, ...]:
        """The journal rows of takedowns, in order: they vouch for rows that were redacted."""
        ...

    def tip(self) -> int:
        """The number of the last journal row."""
        ...

    def heads(self) -> tuple[DayHead, ...]:
        """The daily heads of the journal, oldest first."""
        ...

    def bodies(self, polls: Sequence[int]) -> tuple[Columns, ...]:
        """The rows of ``captures`` that these polls brought or confirmed, by ``id``; those taken down are left out."""
        ...

    def proving(self, proofs: Sequence[str]) -> Mapping[str, int]:
        """The journal row that recorded each of these proofs. Walks the whole journal."""
        ...
