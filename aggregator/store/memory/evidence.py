"""The archive in memory as those who check it read it: the port `Evidence`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aggregator.model import EntryId, Flaw, JournalRow
from aggregator.ports import Columns, JournalLine, VersionLine
from aggregator.store.captures import capture_row, place_of
from aggregator.store.events import event_row
from aggregator.store.evidence import version_line
from aggregator.store.forgetting import FORGOTTEN
from aggregator.store.memory.tables import Tables
from aggregator.store.rows import entry_row, revision_row
from aggregator.store.values import instant_text


class MemoryEvidence:
    """Implements `Evidence`. Nobody may write meanwhile."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def rows(self) -> int:
        """How many rows the streams will give."""
        return len(self._tables.rows) + 3 * len(self._tables.entries)

    def journal(self) -> Iterator[JournalLine]:
        """The journal in order."""
        return map(line, self._tables.rows.values())

    def takedowns(self) -> Iterator[JournalLine]:
        """The journal rows of takedowns, in order."""
        return (line(row) for row in self._tables.rows.values() if row.kind == FORGOTTEN)

    def told(self) -> Iterator[JournalLine]:
        """The journal rows that tell of an entry, by entry and number."""
        rows = [row for row in self._tables.rows.values() if row.entry_id is not None]
        return map(line, sorted(rows, key=lambda row: (row.entry_id or 0, row.seq)))

    def entries(self) -> Iterator[Columns]:
        """``entries`` by ``id``."""
        return map(entry_row, sorted(self._tables.entries.values(), key=lambda entry: entry.entry_id))

    def revisions(self) -> Iterator[VersionLine]:
        """``revisions`` by ``entry_id`` and ``number``."""
        shelf = self._tables.revisions
        return (version_line(revision_row(each)) for number in sorted(shelf.names()) for each in shelf[number])

    def events(self) -> Iterator[Columns]:
        """``events`` by ``entry_id`` and ``seq``."""
        events = sorted(self._tables.chains.events.values(), key=lambda event: (event.entry_id, event.seq))
        return map(event_row, events)

    def captures(self) -> Iterator[Columns]:
        """``captures`` by ``id``."""
        return map(capture_row, self._tables.captures.rows.values())

    def ends(self) -> Mapping[str, int]:
        """Of each file of captures the byte up to which polls and captures refer to it."""
        ends: dict[str, int] = {}
        places = [place for row in self._tables.polls.values() if (place := place_of(row))]
        for place in [*places, *(row.place for row in self._tables.captures.rows.values())]:
            ends[place.file] = max(ends.get(place.file, 0), place.offset + place.length)
        return ends

    def lead(self, entry_id: int) -> int | None:
        """The entry that stands for this one."""
        entry = self._tables.entries.get(EntryId(entry_id))
        return None if entry is None else entry.lead or entry.entry_id

    def days(self) -> tuple[tuple[int, str], ...]:
        """Where each day of the journal begins."""
        return tuple((seq, self._tables.days[seq]) for seq in self._tables.days.names())

    def keys(self) -> int:
        """How many keys lead to entries."""
        return len(self._tables.keys)

    def beside(self, table: str) -> Iterator[Columns] | None:  # noqa: ARG002 - of the port
        """Nobody can change tables in memory by hand."""
        return None

    def structure(self, *, thorough: bool = False) -> Iterator[Flaw]:  # noqa: ARG002 - of the port
        """Keys that lead astray; there is nothing else that could be damaged."""
        for entry in self._tables.entries.values():
            if self._tables.owner(entry.feed_id, entry.key) != entry.entry_id:
                text = f"the key {entry.key!r} of this entry leads elsewhere"
                yield Flaw(table="identities", record=str(entry.entry_id), text=text)

    def close(self) -> None:
        """Nothing to close."""


def line(row: JournalRow) -> JournalLine:
    """A row of the journal as it would be stored."""
    return row.seq, row.kind, row.feed_id, row.entry_id, instant_text(row.at), row.payload, row.hash
