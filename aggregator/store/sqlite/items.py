"""Items with their versions, sources and copies, by number: what every reader of SQLite makes documents of."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from aggregator.model import EntryId, FeedId, Item, Member, SourceCard
from aggregator.store.rows import entry_of, revision_of
from aggregator.store.showing import MEMBERS
from aggregator.store.shown import COLUMNS, item_of, lasting_card, member_of
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.stored import StoredEntry, StoredRevision

_SHOWN = f"SELECT {COLUMNS} FROM json_each(?)"  # noqa: S608 - words of ours
_ITEMS = f"""{_SHOWN}
CROSS JOIN entries ON entries.id = json_each.value
CROSS JOIN revisions ON revisions.entry_id = entries.id AND revisions.number = entries.displayed
ORDER BY json_each.key
"""
_VERSIONS = f"""{_SHOWN}
CROSS JOIN entries ON entries.id = json_each.value ->> 0
CROSS JOIN revisions ON revisions.entry_id = entries.id AND revisions.number = json_each.value ->> 1
ORDER BY json_each.key
"""
_MEMBERS = """
SELECT copy.title, copy.url, copy.published_at, leads.value AS of_lead, coalesce(feeds.title, feeds.id) AS source_title
FROM json_each(?) AS leads
CROSS JOIN entries AS copy ON copy.id IN (
    SELECT id FROM entries INDEXED BY entries_by_lead WHERE duplicate_of = leads.value AND forgotten_at IS NULL
    ORDER BY id LIMIT 0 + ?
)
CROSS JOIN feeds ON feeds.id = copy.feed_id
ORDER BY copy.id
"""
_CARDS = """
SELECT feeds.id, source, tag, learned -> '$.profile' AS profile FROM json_each(?)
CROSS JOIN feeds ON feeds.id = json_each.value
"""
_ENTRY = "SELECT * FROM entries WHERE id = ?"
_VERSION = "SELECT * FROM revisions WHERE entry_id = ? AND number = ?"


def items_of(reader: sqlite3.Connection, numbers: Sequence[EntryId]) -> tuple[Item, ...]:
    """The entries as they are shown now, in this order."""
    if not numbers:
        return ()
    rows = reader.execute(_ITEMS, (json.dumps(numbers),)).fetchall()
    members, cards = members_of(reader, numbers), _cards(reader, {row[1] for row in rows})
    return tuple(item_of(row, cards[row[1]], members.get(row[0], ())) for row in rows)


def versions_of(
    reader: sqlite3.Connection, wanted: Sequence[tuple[EntryId, int]], cards: Mapping[FeedId, SourceCard]
) -> tuple[Item, ...]:
    """These versions of entries, in this order, with these sources and without copies."""
    rows = reader.execute(_VERSIONS, (json.dumps(wanted),)).fetchall()
    return tuple(item_of(row, cards[row[1]], ()) for row in rows)


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
        members[row["of_lead"]].append(member_of(row))
    return members


def _cards(reader: sqlite3.Connection, feeds: Collection[FeedId]) -> dict[FeedId, SourceCard]:
    """The sources as entries are published with them."""
    rows = reader.execute(_CARDS, (json.dumps(sorted(feeds)),))
    return {FeedId(row["id"]): lasting_card(row["source"], row["tag"], row["profile"]) for row in rows}
