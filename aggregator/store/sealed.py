"""What is kept of a sealed segment besides its events: what was said of entries and sources at that moment."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, Protocol

from aggregator.model import (
    EntryId,
    EventKind,
    FeedId,
    FeedStatus,
    Member,
    Precision,
    PublishEvent,
    Segment,
    SourceCard,
)
from aggregator.proving import sha256
from aggregator.store.nouns import json_text, noun
from aggregator.store.segments import Tally
from aggregator.store.stored import StoredEntry
from aggregator.store.values import Row, SqlValue, instant, instant_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What was true when a segment was sealed and may change later.

    ``shown`` maps entries to the version displayed and the ``updated`` published, where those are not the ones of
    their event; ``members`` to the copies known; ``withdrawn`` to when and how their publishers took them back;
    ``filed`` to date, precision and basis, which may change of entries that nobody was told of. ``cards`` maps the
    sources to the digests of their cards.
    """

    shown: Mapping[EntryId, tuple[int, datetime]] = field(default_factory=dict)
    members: Mapping[EntryId, tuple[Member, ...]] = field(default_factory=dict)
    withdrawn: Mapping[EntryId, tuple[datetime, str | None]] = field(default_factory=dict)
    filed: Mapping[EntryId, tuple[datetime, Precision, str]] = field(default_factory=dict)
    cards: Mapping[FeedId, str] = field(default_factory=dict)

    def version_of(self, event: PublishEvent) -> int:
        """Which version of an entry was displayed."""
        return self.shown.get(event.entry_id, (event.revision, event.updated_at))[0]


class Told(NamedTuple):
    """What sealing asks of a published entry; fields as in `StoredEntry`."""

    pub_seq: int | None
    displayed: int
    updated_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    published_at: datetime
    precision: Precision
    basis: str


class ChainTables(Protocol):
    """What sealing reads and writes, inside a transaction of the caller."""

    def tally(self, chain: str) -> Tally:
        """Where the chain stands; an empty tally for a new one."""
        ...

    def set_tally(self, chain: str, tally: Tally) -> None:
        """Where the chain stands now."""
        ...

    def events_of(self, chain: str, after: int, limit: int) -> Sequence[PublishEvent]:
        """Publish events of the chain after this number, in order."""
        ...

    def copies(self, leads: Sequence[EntryId], limit: int) -> Mapping[EntryId, Sequence[StoredEntry]]:
        """Of each of these entries that has any, its copies by number, not more than ``limit``."""
        ...

    def told_of(self, numbers: Sequence[EntryId]) -> Mapping[EntryId, Told]:
        """Each of these entries. Raises `StoreError` where there is one of them not."""
        ...

    def floor(self, chain: str, below: int, count: int) -> int:
        """The lowest publish number of the ``count`` newest announced entries under ``below``; 0 for none."""
        ...

    def add_segment(self, segment: Segment, snapshot: Snapshot) -> None:
        """One more sealed segment."""
        ...

    def holding(self, entry_id: EntryId) -> Sequence[tuple[Segment, Snapshot]]:
        """Every segment with an event of this entry, with its snapshot."""
        ...

    def change_snapshot(self, segment: Segment, snapshot: Snapshot) -> None:
        """Another snapshot for a segment: only to take a copy out of it that was taken down (R-39)."""
        ...

    def keep_card(self, digest: str, card: SourceCard) -> None:
        """The card under its digest; one that is kept already is no conflict."""
        ...


def unnamed(snapshot: Snapshot, lead: EntryId, titles: frozenset[str], urls: frozenset[str | None]) -> Snapshot:
    """The snapshot without the copies of ``lead`` that bore one of these titles and stood at one of these addresses."""
    members = dict(snapshot.members)
    kept = tuple(one for one in members.pop(lead, ()) if one.title not in titles or one.url not in urls)
    return replace(snapshot, members=members | ({lead: kept} if kept else {}))


def lasting(card: SourceCard) -> SourceCard:
    """The card without what changes with every poll: entries are published with it, so that what is published of one
    does not change with each new one of its source, and few cards need to be kept."""
    return replace(card, status=FeedStatus.NEW, status_text="", updated=None, entries=0)


def card_text(card: SourceCard) -> str:
    """A card as canonical JSON."""
    return json_text(card)


def card_digest(card: SourceCard) -> str:
    """The name a card is kept under."""
    return sha256(card_text(card))


def card_of(text: str) -> SourceCard:
    """The way back from `card_text`."""
    return noun(SourceCard, json.loads(text))


def tally_text(tally: Tally) -> str:
    """A tally as canonical JSON."""
    return json_text(tally)


def tally_of(text: str) -> Tally:
    """The way back from `tally_text`."""
    return noun(Tally, json.loads(text))


def segment_row(segment: Segment, snapshot: Snapshot) -> dict[str, SqlValue]:
    """A whole row of ``segments``."""
    same = ("chain", "number", "month", "part", "first", "last", "events", "size", "sealed_by")
    return {
        **{name: getattr(segment, name) for name in same},
        "kind": str(segment.kind),
        "updated_at": instant_text(segment.updated_at),
        "sealed_at": instant_text(segment.sealed_at),
        "snapshot": json_text(snapshot),
    }


def segment_of(row: Row) -> Segment:
    """The segment of such a row."""
    same = ("chain", "number", "month", "part", "first", "last", "events", "size", "sealed_by")
    return Segment(
        **{name: row[name] for name in same},
        kind=EventKind(row["kind"]),
        updated_at=instant(row["updated_at"]),
        sealed_at=instant(row["sealed_at"]),
    )


def snapshot_of(row: Row) -> Snapshot:
    """The snapshot of such a row."""
    return noun(Snapshot, json.loads(row["snapshot"]))
