"""The journal against itself and against its witnesses: every row follows from the one before, none is missing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from aggregator.model import Flaw
from aggregator.ports import JournalLine
from aggregator.proving import GENESIS, journal_day, link, rest_digest

FORGOTTEN = "forgotten"
"""The kind of the row of a takedown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A head that somebody noted: the journal must have row ``seq``, with this hash where it is known. ``origin`` names
    who says so."""

    seq: int
    hash: str | None
    origin: str


class ChainCheck:
    """Walks the journal once, in constant memory. After the walk ``seq`` and ``hash`` are its head."""

    def __init__(
        self,
        witnesses: Iterable[Witness] = (),
        days: Sequence[tuple[int, str]] = (),
        takedowns: Iterable[JournalLine] = (),
    ) -> None:
        """``takedowns`` are the rows that tell of redacted ones."""
        self.seq, self.hash = 0, GENESIS
        self._day, self._days = "", dict(days)
        self._vouched = {seq: (rest, row[0]) for row in takedowns for seq, rest in _listed(row[5], "rows")}
        self._relied: dict[int, list[int]] = defaultdict(list)
        self._witnesses: dict[int, list[Witness]] = defaultdict(list)
        for witness in witnesses:
            self._witnesses[witness.seq].append(witness)

    def flaws(self, rows: Iterable[JournalLine]) -> Iterator[Flaw]:
        """Every row that does not follow, every gap, every witness who noted something else."""
        for row in rows:
            seq, at, held = row[0], row[4], row[6]
            if seq != self.seq + 1:
                yield self._gap(seq)
            elif _broken(self.hash, row):
                if not self._is_vouched(row):
                    yield _flaw(
                        seq, f"its hash does not follow from row {self.seq}: it was changed, or put in its place"
                    )
            elif row[1] == FORGOTTEN:
                self._relied.pop(seq, None)
            if at[:10] != self._day or seq in self._days:
                yield from self._turn_day(seq, at)
            self.seq, self.hash = seq, held
            if seq in self._witnesses:
                yield from self._heard(seq)
        for voucher, seqs in sorted(self._relied.items()):
            for seq in seqs:
                yield _flaw(
                    seq, f"it was redacted, but row {voucher}, which should vouch for that, is not sound itself"
                )
        yield from self._unheard()

    def _is_vouched(self, row: JournalLine) -> bool:
        """Whether a takedown says that this row was redacted, and to what (R-39). Its own row comes later, and must be
        sound: until then it is only relied on."""
        rest, voucher = self._vouched.get(row[0], ("", 0))
        if not voucher or rest != _rest(row):
            return False
        self._relied[voucher].append(row[0])
        return True

    def _gap(self, seq: int) -> Flaw:
        if seq <= self.seq + 1:
            return _flaw(seq, "numbers begin with 1")
        first, last = self.seq + 1, seq - 1
        what = "is missing" if first == last else f"to {last} are missing"
        before = f"row {self.seq}" if self.seq else "nothing"
        return _flaw(first, f"{what}: {before} is followed by row {seq}")

    def _turn_day(self, seq: int, at: str) -> Iterator[Flaw]:
        """The list of days is made from the journal, and must say the same."""
        try:
            day = journal_day(self._day, at)
        except ValueError:
            yield _flaw(seq, f"its instant is none: {at[:40]!r}")
            return
        noted = self._days.pop(seq, None)
        if noted != (day if day != self._day else None):
            says = f"says {noted}" if noted else "does not begin a day there"
            yield Flaw(table="days", record=str(seq), text=f"row {seq} counts to {day}, but the table {says}")
        self._day = day

    def _heard(self, seq: int) -> Iterator[Flaw]:
        for witness in self._witnesses.pop(seq):
            if witness.hash not in (None, self.hash):
                yield _flaw(seq, f"{witness.origin} noted another hash for it: {witness.hash}")

    def _unheard(self) -> Iterator[Flaw]:
        """What is left was noted of rows that are not there."""
        for seq, witnesses in sorted(self._witnesses.items()):
            yield _flaw(seq, f"is missing: {witnesses[0].origin} noted it, but the journal ends with row {self.seq}")
        for seq, day in sorted(self._days.items()):
            yield Flaw(table="days", record=str(seq), text=f"{day} begins with a row that the journal does not have")


def _listed(payload: str, name: str) -> list[tuple[int, str]]:
    """The numbers and digests that the row of a takedown lists under this name."""
    try:
        return [(int(number), str(digest)) for number, digest in json.loads(payload)[name]]
    except (KeyError, TypeError, ValueError):
        return []


def _rest(row: JournalLine) -> str:
    try:
        return rest_digest(row)
    except (TypeError, ValueError):
        return ""


def _broken(before: str, row: JournalLine) -> bool:
    seq, kind, feed_id, entry_id, at, payload, held = row
    try:
        return link(before, seq, kind, feed_id, entry_id, at, payload) != held
    except (TypeError, ValueError):
        return True


def _flaw(seq: int, text: str) -> Flaw:
    return Flaw(table="journal", record=str(seq), text=text)
