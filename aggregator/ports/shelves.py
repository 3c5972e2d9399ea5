"""What publishing reads of months (R-36)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from aggregator.model import FeedId, Item, Shelf, Shift


class Shelves(Protocol):
    """Published entries by civil month of their effective date, in the zone of the site. Safe to call from any thread.

    Without a feed all sources are meant.
    """

    def shelves(self, feed_id: FeedId | None) -> tuple[Shelf, ...]:
        """The months of a source, or of all, that have entries: newest first."""
        ...

    def page(
        self, feed_id: FeedId | None, month: str, offset: int, limit: int, at_hand: Sequence[Item] = ()
    ) -> tuple[Item, ...]:
        """Published entries of a month, from the oldest on, after the first ``offset``. Those ``at_hand``, read a
        moment before, are not read again."""
        ...

    def month_of(self, shift: Shift) -> str:
        """The month of the place in time that an entry has or left."""
        ...

    def newer(self, shift: Shift, feed_id: FeedId | None) -> int:
        """How many published entries of the same month are newer than that place: few, for what has just come."""
        ...

    def newer_each(self, shifts: Sequence[Shift], feed_id: FeedId | None) -> tuple[int, ...]:
        """The same of each of these places, all in one month, in one walk from its newest entry."""
        ...

    def shifts(self, after: int, until: int) -> tuple[Shift, ...]:
        """What the journal says of published entries after one number and up to another; a copy is told of its lead."""
        ...

    def configured(self, after: int, until: int) -> tuple[FeedId, ...]:
        """Sources whose configuration the journal says changed after one number and up to another."""
        ...
