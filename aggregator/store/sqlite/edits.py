"""The latest edits in SQLite: a schema step, and the walk over its index."""

from __future__ import annotations

from aggregator.model import Edit, EntryId
from aggregator.store.edits import WALK, edit_of, is_told
from aggregator.store.feed_rows import feed_of
from aggregator.store.showing import card
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.sqlite.items import entry_in, version_in

EDITS = ("CREATE INDEX journal_revised ON journal (seq) WHERE kind = 'revised'",)
"""Every statement of the step, in order."""

_REVISED = """
SELECT seq, entry_id, payload ->> '$.revision' AS number FROM journal INDEXED BY journal_revised
WHERE kind = 'revised' ORDER BY seq DESC LIMIT 0 + ?
"""
_SHOWN_BEFORE = """
SELECT number FROM revisions WHERE entry_id = ? AND number < ? AND displayed ORDER BY number DESC LIMIT 1
"""


def edits(reader: sqlite3.Connection, limit: int) -> tuple[Edit, ...]:
    """The latest edits, newest first."""
    found: list[Edit] = []
    for seq, number, version in reader.execute(_REVISED, (WALK,)):
        if len(found) >= limit:
            break
        if edit := _edit(reader, seq, EntryId(number), version):
            found.append(edit)
    return tuple(found)


def _edit(reader: sqlite3.Connection, seq: int, number: EntryId, version: int) -> Edit | None:
    entry = entry_in(reader, number)
    shown = reader.execute(_SHOWN_BEFORE, (number, version)).fetchone() if is_told(entry) else None
    if shown is None:
        return None
    source = card(feed_of(reader.execute("SELECT * FROM feeds WHERE id = ?", (entry.feed_id,)).fetchone()))
    return edit_of(seq, entry, source, version_in(reader, number, shown["number"]), version_in(reader, number, version))
