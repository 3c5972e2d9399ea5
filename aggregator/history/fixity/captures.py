"""The table of captures against the journal: every distinct body was entered once, in order, as the chain says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from aggregator.model import Flaw
from aggregator.ports import Columns, JournalLine

CAPTURED = "captured"
FORGOTTEN = "forgotten"
KEPT = 100
_SAME = {
    "poll_id": "poll",
    "digest": "digest",
    "size": "size",
    "proof": "proof",
    "record_id": "record",
    "file": "file",
    "offset": "offset",
    "length": "length",
    "url": "url",
    "at": "at",
}
"""Columns of a capture and what the journal calls them; it says less in rows of earlier versions."""


class CaptureCheck:
    """Walks the table beside the journal. ``flaws`` are the first ones found, ``bad`` counts all."""

    def __init__(self) -> None:
        self.flaws: list[Flaw] = []
        self.bad = 0
        self._number = 0
        self._removed: set[int] = set()
        self._erased: set[int] = set()

    def beside(self, journal: Iterable[JournalLine], captures: Iterator[Columns]) -> Iterator[JournalLine]:
        """The journal as it is; on its way each row that proves a body is compared with the next capture, by ``id``."""
        ahead = next(captures, None)
        for row in journal:
            if row[1] == CAPTURED:
                self._number += 1
                while ahead is not None and ahead["id"] < self._number:
                    self._flaw(ahead["id"], "stands in no row of the journal")
                    ahead = next(captures, None)
                if ahead is None or ahead["id"] != self._number:
                    self._flaw(self._number, f"is missing: journal row {row[0]} recorded it")
                else:
                    self._compare(ahead, row)
                    ahead = next(captures, None)
            elif row[1] == FORGOTTEN:
                self._erased |= set(_facts(row[5]).get("captures", ()))
            yield row
        while ahead is not None:
            self._flaw(ahead["id"], "stands in no row of the journal")
            ahead = next(captures, None)
        for number in sorted(self._removed - self._erased):
            self._flaw(number, "is marked as taken down, but no takedown names it")
        for number in sorted(self._erased - self._removed):
            self._flaw(number, "is to be taken down, and its records still lie in the captures")

    def _compare(self, capture: Columns, row: JournalLine) -> None:
        if capture["removed_at"] is not None:
            self._removed.add(capture["id"])
        facts = _facts(row[5])
        told = {column: facts[name] for column, name in _SAME.items() if name in facts} | {"feed_id": row[2]}
        if wrong := next((name for name, fact in told.items() if capture[name] != fact), None):
            self._flaw(capture["id"], f"its {wrong} is not what journal row {row[0]} recorded")

    def _flaw(self, number: int, text: str) -> None:
        self.bad += 1
        if len(self.flaws) < KEPT:
            self.flaws.append(Flaw(table="captures", record=str(number), text=text))


def _facts(payload: str) -> dict[str, Any]:
    try:
        found = json.loads(payload)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
