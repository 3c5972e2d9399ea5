"""Chains in memory: the port `Chains`."""

from __future__ import annotations

from itertools import islice

from aggregator.model import (
    EntryId,
    EventKind,
    Item,
    Listing,
    PublishEvent,
    Sealed,
    Segment,
    Standing,
    Tombstone,
)
from aggregator.store.memory.readers import item_of
from aggregator.store.memory.tables import Tables
from aggregator.store.sealed import Snapshot
from aggregator.store.sealing import newest_of_each
from aggregator.store.segments import COMBINED, chain_of, open_from
from aggregator.store.showing import item, sealed_item


class MemoryChains:
    """Implements `Chains`."""

    def __init__(self, tables: Tables) -> None:
        self._tables, self._chains = tables, tables.chains

    def events(self, after: int, limit: int) -> tuple[PublishEvent, ...]:
        """Publish events after this number, in order."""
        with self._tables.undo.lock:
            later = (event for event in self._chains.events.values() if event.seq > after)
            return tuple(islice(later, max(limit, 0)))

    def listing(self, chain: str) -> Listing:
        """What the subscription document lists: the open segment and some sealed entries before it (R-32)."""
        with self._tables.undo.lock:
            floor = self._chains.tally(chain).floor
            chosen = [entry for entry in self._chains.told(chain) if (entry.pub_seq or 0) >= floor]
            own = (each for each in self._chains.events.values() if chain in (COMBINED, chain_of(each.feed_id)))
            gone = [each for each in own if each.kind is EventKind.TOMBSTONE and each.seq >= floor]
            return Listing(
                items=tuple(item_of(entry, self._tables) for entry in chosen),
                tombstones=tuple(self._tombstone(each) for each in reversed(gone)),
                standing=self.standing(chain),
            )

    def _tombstone(self, event: PublishEvent) -> Tombstone:
        return Tombstone(public_id=self._tables.entry(event.entry_id).public_id, seq=event.seq, at=event.at)

    def standing(self, chain: str) -> Standing:
        """Where a chain stands."""
        with self._tables.undo.lock:
            tally = self._chains.tally(chain)
            return Standing(
                sealed=self.segment(chain, tally.number),
                open_from=open_from(tally),
                updated_at=tally.updated_at,
            )

    def chains(self) -> tuple[str, ...]:
        """Every chain that has begun, that of all sources among them, by name."""
        with self._tables.undo.lock:
            return tuple(sorted(self._chains.tallies.names()))

    def sealed_after(self, chain: str, seq: int) -> tuple[Segment, ...]:
        """Segments sealed by an event after this number, in order."""
        return tuple(
            segment for segment in self.segments(chain, 0, len(self._chains.segments)) if segment.sealed_by > seq
        )

    def segments(self, chain: str, after: int, limit: int) -> tuple[Segment, ...]:
        """Segments with a higher number than ``after``, in order."""
        with self._tables.undo.lock:
            found = (segment for segment, _ in self._chains.segments.values() if segment.chain == chain)
            return tuple(islice((segment for segment in found if segment.number > after), limit))

    def segment(self, chain: str, number: int) -> Segment | None:
        """One segment."""
        with self._tables.undo.lock:
            found = self._chains.segments.get((chain, number))
            return found[0] if found else None

    def contents(self, segment: Segment) -> Listing:
        """What the document of a segment lists, as it was when the segment was sealed (R-33)."""
        with self._tables.undo.lock:
            _, snapshot = self._chains.segments[segment.chain, segment.number]
            items, tombstones = [], []
            for event in newest_of_each(self._chains.events_of(segment.chain, segment.first - 1, segment.events)):
                latest = self._latest(event.entry_id)
                if latest.kind is EventKind.TOMBSTONE:
                    tombstones.append(self._tombstone(latest))
                elif event.kind is not EventKind.TOMBSTONE:
                    items.append(self._item(event, snapshot))
            return Listing(items=tuple(items), tombstones=tuple(tombstones))

    def _latest(self, entry_id: EntryId) -> PublishEvent:
        return next(event for event in reversed(self._chains.events.values()) if event.entry_id == entry_id)

    def _item(self, event: PublishEvent, snapshot: Snapshot) -> Item:
        entry = self._tables.entry(event.entry_id)
        shown = self._tables.revision(event.entry_id, snapshot.version_of(event))
        own = self._chains.cards[snapshot.cards[event.feed_id]]
        return sealed_item(event, item(entry, shown, own, ()), snapshot)

    def holding(self, entry_id: EntryId) -> tuple[Segment, ...]:
        """Every segment that lists this entry, or an entry that it repeats or duplicates."""
        with self._tables.undo.lock:
            numbers = (entry_id, self._tables.entry(entry_id).lead)
            found = [segment for number in numbers if number for segment, _ in self._chains.holding(number)]
            return tuple(dict.fromkeys(found))

    def kept(self, segment: Segment) -> Sealed | None:
        """The documents of a segment as first rendered; ``None`` before that."""
        with self._tables.undo.lock:
            return self._chains.sealed.get((segment.chain, segment.number))

    def keep(self, segment: Segment, sealed: Sealed) -> None:
        """Keep the documents of a segment; again only to take an entry out of them (R-39)."""
        with self._tables.undo.transaction():
            self._chains.sealed[segment.chain, segment.number] = sealed
