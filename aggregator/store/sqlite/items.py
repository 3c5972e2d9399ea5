"""Items with their versions, sources and copies, by number: what every reader of SQLite makes documents of."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence

from aggregator.model import EntryId, FeedId, Item, Member, SourceCard
from aggregator.store.rows import entry_of, feed_of, revision_of
from aggregator.store.sealed import lasting
from aggregator.store.showing import MEMBERS, card, item, member
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.stored import StoredEntry, StoredRevision

_MEMBERS = """
SELECT copy.*, leads.value AS of_lead, coalesce(feeds.title, feeds.id) AS source_title
FROM json_each(?) AS leads
CROSS JOIN entries AS copy ON copy.id IN (
    SELECT id FROM entries INDEXED BY entries_by_lead WHERE duplicate_of = leads.value AND forgotten_at IS NULL
    ORDER BY id LIMIT ?
)
CROSS JOIN feeds ON feeds.id = copy.feed_id
ORDER BY copy.id
"""
_ENTRY = "SELECT * FROM entries WHERE id = ?"
_VERSION = "SELECT * FROM revisions WHERE entry_id = ? AND number = ?"


def items_of(reader: sqlite3.Connection, numbers: Sequence[EntryId]) -> tuple[Item, ...]:
    """The entries as they are shown now, in this order."""
    members = members_of(reader, numbers)
    cards: dict[FeedId, SourceCard] = {}
    found = []
    for number in numbers:
        entry = entry_in(reader, number)
        if entry.feed_id not in cards:
            feed = reader.execute("SELECT * FROM feeds WHERE id = ?", (entry.feed_id,)).fetchone()
            cards[entry.feed_id] = lasting(card(feed_of(feed)))
        shown = version_in(reader, number, entry.displayed)
        found.append(item(entry, shown, cards[entry.feed_id], members[number]))
    return tuple(found)


def entry_in(reader: sqlite3.Connection, number: EntryId) -> StoredEntry:
    """One entry that is there."""
    return entry_of(reader.execute(_ENTRY, (number,)).fetchone())


def version_in(reader: sqlite3.Connection, number: EntryId, version: int) -> StoredRevision:
    """One version that is there."""
    return revision_of(reader.execute(_VERSION, (number, version)).fetchone())


def members_of(reader: sqlite3.Connection, leads: Sequence[EntryId]) -> dict[EntryId, list[Member]]:
    """The copies of all these entries in one walk."""
    members: dict[EntryId, list[Member]] = defaultdict(list)
    for row in reader.execute(_MEMBERS, (json.dumps(leads), MEMBERS)):
        members[row["of_lead"]].append(member(entry_of(row), row["source_title"]))
    return members
