"""What proves the archive to others, and what was found wrong with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHead:
    """The journal as it stood when a day was over: ``seq`` is the last row that counts to ``day`` (UTC,
    ``2026-07-01``), ``hash`` proves that row and all before it."""

    day: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One bad record: where it is (``journal``, ``revisions``, a file …), which one it is, and what differs."""

    table: str
    record: str
    text: str

    def __str__(self) -> str:
        return f"{self.table} {self.record}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One part of the archive after checking: how many records were looked at, and how many are bad."""

    part: str
    records: int
    bad: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixity:
    """The whole archive after checking. ``flaws`` begins with the first bad record and is cut where there are many;
    ``bad`` counts all. ``seq`` and ``hash`` are the head of the journal: a witness may note them."""

    parts: tuple[Checked, ...]
    flaws: tuple[Flaw, ...]
    seq: int
    hash: str

    @property
    def bad(self) -> int:
        """How many bad records were found in all parts."""
        return sum(part.bad for part in self.parts)
