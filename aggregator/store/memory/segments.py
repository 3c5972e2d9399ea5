"""Sealed segments in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from operator import attrgetter

from aggregator.errors import StoreError
from aggregator.model import EntryId, EventKind, PublishEvent, Sealed, Segment, SourceCard
from aggregator.store.memory.shelf import Shelf, Undo
from aggregator.store.sealed import Snapshot, Told
from aggregator.store.segments import COMBINED, Tally, chain_of
from aggregator.store.stored import StoredEntry

_facts = attrgetter(*Told._fields)


class ChainShelves:
    """The part of the tables that seals. ``copies_of`` gives the copies of an entry, by number."""

    def __init__(
        self, undo: Undo, entries: Shelf[EntryId, StoredEntry], copies_of: Callable[[EntryId], list[StoredEntry]]
    ) -> None:
        self.events: Shelf[int, PublishEvent] = Shelf(undo)
        self.tallies: Shelf[str, Tally] = Shelf(undo)
        self.segments: Shelf[tuple[str, int], tuple[Segment, Snapshot]] = Shelf(undo)
        self.cards: Shelf[str, SourceCard] = Shelf(undo)
        self.sealed: Shelf[tuple[str, int], Sealed] = Shelf(undo)
        self._entries, self._copies_of = entries, copies_of

    def tally(self, chain: str) -> Tally:
        """Where the chain stands; an empty tally for a new one."""
        return self.tallies.get(chain) or Tally()

    def set_tally(self, chain: str, tally: Tally) -> None:
        """Where the chain stands now."""
        self.tallies[chain] = tally

    def events_of(self, chain: str, after: int, limit: int) -> tuple[PublishEvent, ...]:
        """Publish events of the chain after this number, in order."""
        wanted = (each for each in self.events.values() if chain in (COMBINED, chain_of(each.feed_id)))
        return tuple(islice((each for each in wanted if each.seq > after), limit))

    def copies(self, leads: Sequence[EntryId], limit: int) -> dict[EntryId, list[StoredEntry]]:
        """Of each of these entries that has any, its copies by number, not more than ``limit``."""
        return {lead: found[:limit] for lead in leads if (found := self._copies_of(lead))}

    def told_of(self, numbers: Sequence[EntryId]) -> dict[EntryId, Told]:
        """Each of these entries. Raises `StoreError` where there is one of them not."""
        if missing := [number for number in numbers if number not in self._entries]:
            raise StoreError(f"there is no entry {missing[0]}")
        return {number: Told(*_facts(self._entries[number])) for number in numbers}

    def told(self, chain: str) -> list[StoredEntry]:
        """Announced entries of the chain, newest first."""
        found = [each for each in self._entries.values() if chain in (COMBINED, chain_of(each.feed_id))]
        found = [each for each in found if each.pub_seq is not None and each.announced]
        return sorted(found, key=lambda each: each.pub_seq or 0, reverse=True)

    def floor(self, chain: str, below: int, count: int) -> int:
        """The lowest publish number of the ``count`` newest announced entries under ``below``; 0 for none."""
        numbers = [number for each in self.told(chain) if (number := each.pub_seq or 0) < below]
        return min(numbers[:count], default=0)

    def add_segment(self, segment: Segment, snapshot: Snapshot) -> None:
        """One more sealed segment."""
        self.segments[segment.chain, segment.number] = (segment, snapshot)

    def holding(self, entry_id: EntryId) -> list[tuple[Segment, Snapshot]]:
        """Every segment with an event of this entry, with its snapshot."""
        own = [each for each in self.events.values() if each.entry_id == entry_id]
        told = [each for each in own if each.kind is not EventKind.TOMBSTONE]
        return [
            (segment, snapshot)
            for segment, snapshot in sorted(self.segments.values(), key=lambda pair: (pair[0].chain, pair[0].number))
            if any(
                segment.chain in (COMBINED, chain_of(each.feed_id)) and segment.first <= each.seq <= segment.last
                for each in told
            )
        ]

    def change_snapshot(self, segment: Segment, snapshot: Snapshot) -> None:
        """Another snapshot for a segment: only to take a copy out of it that was taken down (R-39)."""
        self.segments[segment.chain, segment.number] = (segment, snapshot)

    def keep_card(self, digest: str, card: SourceCard) -> None:
        """The card under its digest."""
        self.cards[digest] = card
