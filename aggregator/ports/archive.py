"""What is read of the archive: by publishing, and by people who look things up."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from aggregator.model import (
    DayHead,
    Edit,
    EntryFilter,
    EntryRow,
    FeedId,
    FeedRow,
    Founding,
    Gap,
    HeldEntry,
    Item,
    JournalRow,
    Month,
    PollLine,
    Revision,
    Selection,
    SourceCard,
    Touched,
)
from aggregator.sparing import Traces


class Archive(Traces, Protocol):
    """What publishing reads. Safe to call from any thread."""

    def founding(self) -> Founding:
        """When and under which name the archive began."""
        ...

    def items(self, selection: Selection) -> tuple[Item, ...]:
        """The newest announced items by ``pub_seq``, newest first."""
        ...

    def edits(self, limit: int) -> tuple[Edit, ...]:
        """The latest edits of announced entries that readers could see, newest first."""
        ...

    def withdrawals(self, limit: int) -> tuple[Item, ...]:
        """Announced entries that their publishers took down, the latest noticed first (D-26)."""
        ...

    def cards(self) -> tuple[SourceCard, ...]:
        """Every feed that is or was configured, by id."""
        ...

    def cards_mark(self) -> str:
        """A digest that changes whenever `cards` would tell something else; much cheaper than they are."""
        ...

    def incomplete(self, feed_id: FeedId) -> tuple[Month, ...]:
        """The months of a feed in which entries may be missing, oldest first."""
        ...

    def heads(self) -> tuple[DayHead, ...]:
        """The last journal row of every day that is over, oldest first: a day is over once a row counts to a later one.
        What was given once is given ever after."""
        ...

    def touched(self, after: int) -> Touched:
        """Which feeds and categories the journal changed after this sequence number."""
        ...


class Catalogue(Protocol):
    """What people look up: feeds, entries and all their versions. Safe to call from any thread."""

    def feeds(self, *, asked_after: datetime | None = None, due_before: datetime | None = None) -> tuple[FeedRow, ...]:
        """Every feed with its state, by id; or only those last asked after, or due before an instant (aware, UTC)."""
        ...

    def entries(self, wanted: EntryFilter) -> tuple[EntryRow, ...]:
        """Stored entries, newest effective date first."""
        ...

    def entry(self, name: str) -> EntryRow:
        """One entry by number or public id. Raises `UnknownEntryError`."""
        ...

    def revisions(self, name: str) -> tuple[Revision, ...]:
        """Every version of one entry, by the time it was there to be read. Raises `UnknownEntryError`."""
        ...

    def journal(self, after: int, limit: int) -> tuple[JournalRow, ...]:
        """Journal rows in order."""
        ...

    def about(self, name: str) -> tuple[JournalRow, ...]:
        """Every journal row of one entry, in order. Raises `UnknownEntryError`."""
        ...

    def gaps(self, feed_id: FeedId) -> tuple[Gap, ...]:
        """Every gap of a feed, oldest first."""
        ...

    def months(self, feed_id: FeedId) -> tuple[Month, ...]:
        """How complete the archive of a feed is, by month, oldest first."""
        ...

    def held(self, feed_id: FeedId) -> tuple[HeldEntry, ...]:
        """Every entry of a feed that is or was held back, by number."""
        ...

    def polls(self, feed_id: FeedId, limit: int) -> tuple[PollLine, ...]:
        """The latest polls of a feed, newest first."""
        ...
