"""The latest edits in memory."""

from __future__ import annotations

import json
from itertools import islice

from aggregator.model import Edit, JournalRow
from aggregator.store.edits import WALK, edit_of, is_told
from aggregator.store.memory.tables import Tables
from aggregator.store.showing import card


def edits(tables: Tables, limit: int) -> tuple[Edit, ...]:
    """The latest edits, newest first."""
    revised = (row for row in reversed(tables.rows.values()) if row.kind == "revised")
    found = (edit for row in islice(revised, WALK) if (edit := _edit(tables, row)))
    return tuple(islice(found, max(limit, 0)))


def _edit(tables: Tables, row: JournalRow) -> Edit | None:
    assert row.entry_id is not None
    entry, versions = tables.entries[row.entry_id], tables.revisions[row.entry_id]
    if not is_told(entry):
        return None
    number = int(json.loads(row.payload)["revision"])
    before = next((each for each in reversed(versions[: number - 1]) if each.displayed), None)
    return edit_of(row.seq, entry, card(tables.feeds[entry.feed_id]), before, versions[number - 1])
