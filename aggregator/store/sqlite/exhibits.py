"""What an evidence bundle is made of, read from SQLite: the port `Exhibits`, over a file that is never written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aggregator.errors import UnknownEntryError
from aggregator.model import DayHead
from aggregator.ports import Columns, JournalLine
from aggregator.store.sqlite.days import heads
from aggregator.store.sqlite.driver import FAULTS, plain_fault, sqlite3
from aggregator.store.sqlite.moment import one_moment

_LINE = "SELECT seq, kind, feed_id, entry_id, at, payload, hash FROM journal"
_TAKEDOWNS = f"{_LINE} WHERE seq IN (SELECT seq FROM takedowns) ORDER BY seq"  # noqa: S608 - fixed texts
_FEED = "SELECT id, url, title, site_url, category, tag FROM feeds WHERE id = ?"
_BODIES = """
SELECT DISTINCT captures.* FROM polls CROSS JOIN captures ON captures.id = polls.capture
WHERE polls.id IN (SELECT value FROM json_each(?)) AND captures.removed_at IS NULL ORDER BY captures.id
"""
_PROVING = """
SELECT payload ->> '$.proof' AS proof, seq FROM journal
WHERE kind = 'captured' AND payload ->> '$.proof' IN (SELECT value FROM json_each(?)) ORDER BY seq
"""


class SqliteExhibits:
    """Implements `Exhibits` on a connection of its own."""

    def __init__(self, path: Path) -> None:
        """Raises `StoreError` where the file cannot be read, or was written by another version of this program."""
        self._path = path
        self._reader = one_moment(path)
        self._reader.row_factory = sqlite3.Row

    def entry(self, number: int) -> Columns:
        """A row of ``entries``. Raises `UnknownEntryError`."""
        found = self._all("SELECT * FROM entries WHERE id = ?", number)
        if not found:
            raise UnknownEntryError(str(number))
        return dict(found[0])

    def feed(self, feed_id: str) -> Columns:
        """What is public of a row of ``feeds``."""
        return dict(self._all(_FEED, feed_id)[0])

    def versions(self, number: int) -> tuple[Columns, ...]:
        """The rows of ``revisions`` of one entry, by number."""
        return tuple(map(dict, self._all("SELECT * FROM revisions WHERE entry_id = ? ORDER BY number", number)))

    def story(self, number: int) -> tuple[JournalLine, ...]:
        """The journal rows of one entry, in order."""
        return tuple(map(_line, self._all(f"{_LINE} WHERE entry_id = ? ORDER BY seq", number)))

    def span(self, first: int, last: int) -> Iterator[JournalLine]:
        """The journal from one row to another, both included."""
        with self._plainly():
            for row in self._reader.execute(f"{_LINE} WHERE seq BETWEEN ? AND ? ORDER BY seq", (first, last)):
                yield _line(row)

    def takedowns(self) -> tuple[JournalLine, ...]:
        """The journal rows of takedowns, in order."""
        return tuple(map(_line, self._all(_TAKEDOWNS)))

    def tip(self) -> int:
        """The number of the last journal row."""
        return int(self._all("SELECT coalesce(max(seq), 0) FROM journal")[0][0])

    def heads(self) -> tuple[DayHead, ...]:
        """The daily heads of the journal, oldest first."""
        with self._plainly():
            return heads(self._reader)

    def bodies(self, polls: Sequence[int]) -> tuple[Columns, ...]:
        """The rows of ``captures`` that these polls brought or confirmed, by ``id``."""
        return tuple(map(dict, self._all(_BODIES, json.dumps(list(polls)))))

    def proving(self, proofs: Sequence[str]) -> Mapping[str, int]:
        """The journal row that recorded each of these proofs."""
        return {row["proof"]: row["seq"] for row in self._all(_PROVING, json.dumps(list(proofs)))}

    def close(self) -> None:
        """End the look at the file."""
        self._reader.close()

    def _all(self, statement: str, *facts: str | int) -> list[Any]:
        with self._plainly():
            return list(self._reader.execute(statement, facts))

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        try:
            yield
        except FAULTS as error:
            raise plain_fault(error, self._path) from error


def _line(row: Any) -> JournalLine:
    return row["seq"], row["kind"], row["feed_id"], row["entry_id"], row["at"], row["payload"], row["hash"]
