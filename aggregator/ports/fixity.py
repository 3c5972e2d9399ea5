"""The archive as those who check it see it: rows as stored, nothing made of them, nothing trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from aggregator.model import Flaw

JournalLine = tuple[int, str, str, int | None, str, str, str]
"""A row of ``journal`` as stored: ``(seq, kind, feed_id, entry_id, at, payload, hash)``."""
Columns = Mapping[str, Any]
"""A row of another table as stored, by column."""


class VersionLine(NamedTuple):
    """A row of ``revisions``: the digest of the whole row (`proving.row_digest`), and what ``entries`` repeats of it.

    ``title_hash``, ``strong`` and ``stated`` (the instant the source stated) stand in its details; ``None`` where those
    are damaged.
    """

    entry_id: int
    number: int
    digest: str
    title: str
    url: str | None
    link: str | None
    language: str | None
    title_hash: str | None
    strong: int | None
    stated: str | None


class Evidence(Protocol):
    """One moment of the archive, read row by row. Each method raises `StoreError` while it is read where the store
    cannot be read any further; what was given before that stands."""

    def rows(self) -> int:
        """About how many rows the five methods below will give, for a progress bar."""
        ...

    def journal(self) -> Iterator[JournalLine]:
        """The journal in order."""
        ...

    def takedowns(self) -> Iterator[JournalLine]:
        """The journal rows of takedowns, in order."""
        ...

    def told(self) -> Iterator[JournalLine]:
        """The journal rows that tell of an entry, by entry and number."""
        ...

    def entries(self) -> Iterator[Columns]:
        """``entries`` by ``id``."""
        ...

    def revisions(self) -> Iterator[VersionLine]:
        """``revisions`` by ``entry_id`` and ``number``."""
        ...

    def events(self) -> Iterator[Columns]:
        """``events`` by ``entry_id`` and ``seq``."""
        ...

    def captures(self) -> Iterator[Columns]:
        """``captures`` by ``id``."""
        ...

    def ends(self) -> Mapping[str, int]:
        """Of each file of captures, by its name without ending, the byte up to which polls and captures refer to it."""
        ...

    def lead(self, entry_id: int) -> int | None:
        """The entry that stands for this one: its lead, else itself; ``None`` where there is no such entry."""
        ...

    def days(self) -> tuple[tuple[int, str], ...]:
        """Where each day of the journal begins, as stored: first row and day."""
        ...

    def keys(self) -> int:
        """How many keys lead to entries."""
        ...

    def beside(self, table: str) -> Iterator[Columns] | None:
        """The rows of a table that others vouch for, with what they are compared with; ``None`` in a store whose tables
        nobody can change by hand. See `history.fixity` for the tables there are."""
        ...

    def structure(self, *, thorough: bool = False) -> Iterator[Flaw]:
        """What the store itself finds wrong: damaged pages, rows that refer to missing ones, guards taken away;
        ``thorough``: every index, too, against its table. Any thread may call it beside the others."""
        ...
