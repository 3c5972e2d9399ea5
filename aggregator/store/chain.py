"""The journal's hash chain: each row proves every row before it, from the first one on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from aggregator.model import EntryId, FeedId, JournalRow
from aggregator.proving import GENESIS, journal_day, link
from aggregator.store.nouns import json_text
from aggregator.store.stored import JournalTable
from aggregator.store.values import instant_text


def row_hash(before: str, row: JournalRow) -> str:
    """The hash of a row after the row with the hash ``before``."""
    return link(before, row.seq, row.kind, row.feed_id, row.entry_id, instant_text(row.at), row.payload)


def first_broken(rows: Iterable[JournalRow], before: tuple[int, str] = (0, GENESIS)) -> int | None:
    """The number of the first row that does not follow from those before it; ``None`` when all do.

    ``before`` is the number and hash of the row before the first one given.
    """
    seq, held = before
    for row in rows:
        if row.seq != seq + 1 or row.hash != row_hash(held, row):
            return row.seq
        seq, held = row.seq, row.hash
    return None


class Chain:
    """Appends rows to a journal table within one transaction."""

    def __init__(self, table: JournalTable) -> None:
        self._table = table
        self._seq, self._hash = table.tip()
        self._day: str | None = None

    @property
    def upcoming(self) -> int:
        """The number the next row will bear."""
        return self._seq + 1

    def append(
        self, kind: str, feed_id: FeedId, entry_id: EntryId | None, at: datetime, payload: Mapping[str, object]
    ) -> int:
        """Write the next row; returns its number."""
        facts, text, seq = json_text(payload), instant_text(at), self._seq + 1
        proof = link(self._hash, seq, kind, feed_id, entry_id, text, facts)
        self._table.append(
            JournalRow(seq=seq, kind=kind, feed_id=feed_id, entry_id=entry_id, at=at, payload=facts, hash=proof)
        )
        self._seq, self._hash = seq, proof
        self._turn_day(seq, text)
        return seq

    def _turn_day(self, seq: int, at: str) -> None:
        """Days are counted as rows are written, so that publishing their heads need not walk the journal."""
        before = self._table.day() if self._day is None else self._day
        self._day = journal_day(before, at)
        if self._day != before:
            self._table.begin_day(self._day, seq)


class Logbook:
    """Rows that tell of one poll, at one instant. Whoever writes by it is not held by it: a poll leaves no cycle of
    references behind, which would keep its whole document until the next collection."""

    def __init__(self, chain: Chain, feed_id: FeedId, at: datetime, poll_id: int) -> None:
        self._chain, self._feed, self._at, self._poll = chain, feed_id, at, poll_id

    def note(self, kind: str, entry_id: EntryId | None, facts: Mapping[str, object]) -> int:
        """Write the next row, of an entry or of none; returns its number."""
        return self._chain.append(kind, self._feed, entry_id, self._at, {"poll": self._poll, **facts})
