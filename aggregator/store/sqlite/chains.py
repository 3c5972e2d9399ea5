"""Chains in SQLite: the port `Chains`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256

from aggregator.model import EntryId, EventKind, Listing, PublishEvent, Sealed, Segment, SourceCard, Standing, Tombstone
from aggregator.store.events import event_of
from aggregator.store.packing import pack, unpack
from aggregator.store.sealed import card_of, segment_of, snapshot_of
from aggregator.store.sealing import newest_of_each
from aggregator.store.segments import COMBINED, OLDER, WHOLE, chain_of, open_from
from aggregator.store.showing import sealed_item
from aggregator.store.sqlite.connection import Database
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.sqlite.events import events
from aggregator.store.sqlite.items import entry_in, items_of, versions_of
from aggregator.store.sqlite.segments import events_of, rows_holding, tally_in

_LISTED = {
    True: """SELECT id FROM entries INDEXED BY entries_announced
    WHERE pub_seq IS NOT NULL AND announced = 1 AND pub_seq >= :floor ORDER BY pub_seq DESC LIMIT 0 + :most""",
    False: """SELECT id FROM entries INDEXED BY entries_announced_by_feed
    WHERE feed_id = :feed AND pub_seq IS NOT NULL AND announced = 1 AND pub_seq >= :floor
    ORDER BY pub_seq DESC LIMIT 0 + :most""",
}
_NUMBERED = "SELECT * FROM segments WHERE chain = ? AND number = ?"
_SEALED_AFTER = "SELECT * FROM segments WHERE chain = ? AND sealed_by > ?"
_FROM_NUMBER = "SELECT * FROM segments WHERE chain = ? AND number > ? ORDER BY number LIMIT 0 + ?"
_LATEST_EVENTS = """
SELECT latest.* FROM json_each(?) CROSS JOIN events AS latest ON latest.seq = (
    SELECT max(seq) FROM events INDEXED BY events_by_entry WHERE entry_id = json_each.value
)
"""
_TOMBSTONES = """
SELECT events.* FROM events INDEXED BY events_tombstones
WHERE kind = 'tombstone' AND seq >= ? ORDER BY seq DESC LIMIT 0 + ?
"""
_KEEP = """
INSERT INTO sealed (chain, number, site_url, atom_digest, rss_digest, documents) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (chain, number) DO UPDATE SET site_url = excluded.site_url, atom_digest = excluded.atom_digest,
rss_digest = excluded.rss_digest, documents = excluded.documents
"""


MOST = WHOLE.events + OLDER
"""No subscription document lists more: some readers look no further than 300 (R-15)."""
MOST_TOMBSTONES = 1_000
"""So many tombstones are looked at for one subscription document."""


class SqliteChains:
    """Implements `Chains`. Any thread may call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def events(self, after: int, limit: int) -> tuple[PublishEvent, ...]:
        """Publish events after this number, in order."""
        with self._database.reading() as reader:
            return events(reader, after, limit)

    def listing(self, chain: str) -> Listing:
        """What the subscription document lists: the open segment and some sealed entries before it (R-32); one moment
        of the archive."""
        with self._database.reading() as reader:
            floor = tally_in(reader, chain).floor
            facts = {"feed": chain.removeprefix("feeds/"), "floor": floor, "most": MOST}
            rows = reader.execute(_LISTED[chain == COMBINED], facts).fetchall()
            return Listing(
                items=items_of(reader, [row["id"] for row in rows]),
                tombstones=_tombstones(reader, chain, floor),
                standing=_standing(reader, chain),
            )

    def standing(self, chain: str) -> Standing:
        """Where a chain stands."""
        with self._database.reading() as reader:
            return _standing(reader, chain)

    def chains(self) -> tuple[str, ...]:
        """Every chain that has begun, that of all sources among them, by name."""
        with self._database.reading() as reader:
            return tuple(row[0] for row in reader.execute("SELECT chain FROM chains ORDER BY chain"))

    def sealed_after(self, chain: str, seq: int) -> tuple[Segment, ...]:
        """Segments sealed by an event after this number, in order."""
        with self._database.reading() as reader:
            found = [segment_of(row) for row in reader.execute(_SEALED_AFTER, (chain, seq))]
        return tuple(sorted(found, key=lambda segment: segment.number))

    def segments(self, chain: str, after: int, limit: int) -> tuple[Segment, ...]:
        """Segments with a higher number than ``after``, in order."""
        with self._database.reading() as reader:
            return tuple(segment_of(row) for row in reader.execute(_FROM_NUMBER, (chain, after, limit)))

    def segment(self, chain: str, number: int) -> Segment | None:
        """One segment."""
        with self._database.reading() as reader:
            row = reader.execute(_NUMBERED, (chain, number)).fetchone()
            return segment_of(row) if row else None

    def contents(self, segment: Segment) -> Listing:
        """What the document of a segment lists: each entry once, as it was when the segment was sealed (R-33); a
        tombstone in place of what was taken down since (R-39)."""
        with self._database.reading() as reader:
            row = reader.execute(_NUMBERED, (segment.chain, segment.number)).fetchone()
            snapshot = snapshot_of(row)
            cards = {feed: _card(reader, digest) for feed, digest in snapshot.cards.items()}
            told = newest_of_each(events_of(reader, segment.chain, segment.first - 1, segment.events))
            gone = _gone(reader, told)
            shown = [each for each in told if each.entry_id not in gone and each.kind is not EventKind.TOMBSTONE]
            versions = [(each.entry_id, snapshot.version_of(each)) for each in shown]
            items = versions_of(reader, versions, cards)
            return Listing(
                items=tuple(sealed_item(*pair, snapshot) for pair in zip(shown, items, strict=True)),
                tombstones=tuple(gone[each.entry_id] for each in told if each.entry_id in gone),
            )

    def holding(self, entry_id: EntryId) -> tuple[Segment, ...]:
        """Every segment that lists this entry, or an entry that it repeats or duplicates."""
        with self._database.reading() as reader:
            lead = entry_in(reader, entry_id).lead
            rows = [row for number in (entry_id, lead) if number for row in rows_holding(reader, number)]
            return tuple(dict.fromkeys(segment_of(row) for row in rows))

    def kept(self, segment: Segment) -> Sealed | None:
        """The documents of a segment as first rendered; ``None`` before that."""
        facts = (segment.chain, segment.number)
        with self._database.reading() as reader:
            row = reader.execute("SELECT * FROM sealed WHERE chain = ? AND number = ?", facts).fetchone()
        if row is None:
            return None
        atom, rss = unpack(row["documents"])
        return Sealed(atom=atom, rss=rss, site_url=row["site_url"])

    def keep(self, segment: Segment, sealed: Sealed) -> None:
        """Keep the documents of a segment for ever; again only to take an entry out of them (R-39)."""
        digests = (sha256(sealed.atom).hexdigest(), sha256(sealed.rss).hexdigest())
        packed = pack(sealed.atom, sealed.rss)
        with self._database.transaction() as writer:
            writer.execute(_KEEP, (segment.chain, segment.number, sealed.site_url, *digests, packed))


def _standing(reader: sqlite3.Connection, chain: str) -> Standing:
    tally = tally_in(reader, chain)
    row = reader.execute(_NUMBERED, (chain, tally.number)).fetchone()
    return Standing(
        sealed=segment_of(row) if row else None,
        open_from=open_from(tally),
        updated_at=tally.updated_at,
    )


def _tombstones(reader: sqlite3.Connection, chain: str, floor: int) -> tuple[Tombstone, ...]:
    found = (event_of(row) for row in reader.execute(_TOMBSTONES, (floor, MOST_TOMBSTONES)))
    return tuple(
        Tombstone(public_id=entry_in(reader, event.entry_id).public_id, seq=event.seq, at=event.at)
        for event in found
        if chain in (COMBINED, chain_of(event.feed_id))
    )


def _gone(reader: sqlite3.Connection, told: Sequence[PublishEvent]) -> dict[EntryId, Tombstone]:
    """Which of these entries were taken down since."""
    rows = reader.execute(_LATEST_EVENTS, (json.dumps([each.entry_id for each in told]),))
    latest = (event_of(row) for row in rows)
    return {
        each.entry_id: Tombstone(public_id=entry_in(reader, each.entry_id).public_id, seq=each.seq, at=each.at)
        for each in latest
        if each.kind is EventKind.TOMBSTONE
    }


def _card(reader: sqlite3.Connection, digest: str) -> SourceCard:
    return card_of(reader.execute("SELECT card FROM cards WHERE digest = ?", (digest,)).fetchone()["card"])
