"""What publishing reads of publish events, and the documents they are sealed into."""

from __future__ import annotations

from typing import Protocol

from aggregator.model import EntryId, Listing, PublishEvent, Sealed, Segment, Standing


class Chains(Protocol):
    """The publish events and the RFC 5005 chains made of them. Safe to call from any thread.

    A chain is named by the path of its subscription document without ending.
    """

    def events(self, after: int, limit: int) -> tuple[PublishEvent, ...]:
        """Publish events after this number, in order (R-02)."""
        ...

    def listing(self, chain: str) -> Listing:
        """What the subscription document lists: the open segment and some sealed entries before it (R-32); one moment
        of the archive."""
        ...

    def standing(self, chain: str) -> Standing:
        """Where a chain stands."""
        ...

    def chains(self) -> tuple[str, ...]:
        """Every chain that has begun, that of all sources among them, by name."""
        ...

    def sealed_after(self, chain: str, seq: int) -> tuple[Segment, ...]:
        """Segments sealed by an event after this number, in order."""
        ...

    def segments(self, chain: str, after: int, limit: int) -> tuple[Segment, ...]:
        """Segments with a higher number than ``after``, in order."""
        ...

    def segment(self, chain: str, number: int) -> Segment | None:
        """One segment."""
        ...

    def contents(self, segment: Segment) -> Listing:
        """What the document of a segment lists: each entry once, as it was when the segment was sealed (R-33); a
        tombstone in place of what was taken down since (R-39)."""
        ...

    def holding(self, entry_id: EntryId) -> tuple[Segment, ...]:
        """Every segment that lists this entry, or an entry that it repeats or duplicates."""
        ...

    def kept(self, segment: Segment) -> Sealed | None:
        """The documents of a segment as first rendered; ``None`` before that."""
        ...

    def keep(self, segment: Segment, sealed: Sealed) -> None:
        """Keep the documents of a segment for ever; again only to take an entry out of them (R-39)."""
        ...
