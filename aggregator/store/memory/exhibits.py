"""What an evidence bundle is made of, read from memory: the port `Exhibits`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from aggregator.errors import UnknownEntryError
from aggregator.model import DayHead, EntryId, FeedId
from aggregator.ports import Columns, JournalLine
from aggregator.store.captures import CAPTURED, capture_row
from aggregator.store.memory.evidence import MemoryEvidence, line
from aggregator.store.memory.readers import MemoryArchive
from aggregator.store.memory.tables import Tables
from aggregator.store.rows import entry_row, revision_row
from aggregator.store.showing import feed_title


class MemoryExhibits:
    """Implements `Exhibits`. Nobody may write meanwhile."""

    def __init__(self, tables: Tables, archive: MemoryArchive) -> None:
        self._tables, self._archive = tables, archive

    def entry(self, number: int) -> Columns:
        """A row of ``entries``. Raises `UnknownEntryError`."""
        found = self._tables.entries.get(EntryId(number))
        if found is None:
            raise UnknownEntryError(str(number))
        return entry_row(found)

    def feed(self, feed_id: str) -> Columns:
        """What is public of a row of ``feeds``."""
        feed = self._tables.feed(FeedId(feed_id))
        return {
            "id": feed_id,
            "url": feed.source.url,
            "title": feed_title(feed),
            "site_url": feed.source.site or feed.state.profile.site_url,
            "category": feed.source.category,
            "tag": feed.state.tag,
        }

    def versions(self, number: int) -> tuple[Columns, ...]:
        """The rows of ``revisions`` of one entry, by number."""
        return tuple(map(revision_row, self._tables.revisions.get(EntryId(number)) or ()))

    def story(self, number: int) -> tuple[JournalLine, ...]:
        """The journal rows of one entry, in order."""
        return tuple(line(row) for row in self._tables.rows.values() if row.entry_id == number)

    def span(self, first: int, last: int) -> Iterator[JournalLine]:
        """The journal from one row to another, both included."""
        return (line(row) for row in self._tables.rows.values() if first <= row.seq <= last)

    def takedowns(self) -> tuple[JournalLine, ...]:
        """The journal rows of takedowns, in order."""
        return tuple(MemoryEvidence(self._tables).takedowns())

    def tip(self) -> int:
        """The number of the last journal row."""
        return self._tables.tip()[0]

    def heads(self) -> tuple[DayHead, ...]:
        """The daily heads of the journal, oldest first."""
        return self._archive.heads()

    def bodies(self, polls: Sequence[int]) -> tuple[Columns, ...]:
        """The rows of ``captures`` that these polls brought or confirmed, by ``id``."""
        wanted = {self._tables.polls[poll]["capture"] for poll in polls}
        rows = self._tables.captures.rows.values()
        return tuple(capture_row(row) for row in rows if row.number in wanted and row.removed_at is None)

    def proving(self, proofs: Sequence[str]) -> Mapping[str, int]:
        """The journal row that recorded each of these proofs."""
        rows = [row for row in self._tables.rows.values() if row.kind == CAPTURED]
        found = {str(json.loads(row.payload)["proof"]): row.seq for row in rows}
        return {proof: found[proof] for proof in proofs if proof in found}

    def close(self) -> None:
        """Nothing to close."""
