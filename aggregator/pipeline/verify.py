"""The walk of checking: everything kept is compared with what proves it. Nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from aggregator.captures.checking import CaptureLine, CapturesCheck
from aggregator.errors import StoreError
from aggregator.history.fixity import CaptureCheck, ChainCheck, EntryCheck, NoteCheck, Witness, segment_flaws
from aggregator.model import Checked, Fixity, Flaw, Place
from aggregator.ports import Columns, Evidence, JournalLine
from aggregator.publish.checking import PublishedCheck

T = TypeVar("T")

KEPT = 100
"""So many flaws are named; further ones are counted."""
STEP = 5_000
"""Rows between two words about progress."""

Tell = Callable[[int], None]
"""Takes how many rows were read since the last word."""


class _Part:
    """Gathers what one part of the archive comes to."""

    def __init__(self, name: str, tell: Tell) -> None:
        self._name, self._tell = name, tell
        self.records = self.bad = 0
        self.flaws: list[Flaw] = []

    def counted(self, rows: Iterable[T]) -> Iterator[T]:
        """The rows as they are, counted."""
        number = 0
        for number, row in enumerate(rows, 1):
            if number % STEP == 0:
                self._tell(STEP)
            yield row
        self.records += number

    def gather(self, flaws: Iterable[Flaw]) -> None:
        """Take all flaws; where the store cannot be read any further, that is one, too."""
        try:
            for flaw in flaws:
                self.bad += 1
                if len(self.flaws) < KEPT:
                    self.flaws.append(flaw)
        except StoreError as fault:
            self.bad += 1
            self.flaws.append(Flaw(table=self._name, record=f"after {self.records} rows", text=str(fault)))

    def take(self, flaws: Sequence[Flaw], bad: int) -> None:
        """Flaws that were gathered elsewhere, the first ones of so many."""
        self.bad += bad
        self.flaws += flaws[: KEPT - len(self.flaws)]

    def checked(self) -> Checked:
        """The sum of it."""
        return Checked(part=self._name, records=self.records, bad=self.bad)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """What lies beside the database, as far as it is to be checked."""

    public: Path | None = None
    captures: Path | None = None


def verify(
    evidence: Evidence,
    witnesses: Sequence[Witness],
    tell: Tell,
    folders: Folders | None = None,
    *,
    thorough: bool = False,
) -> Fixity:
    """Check the journal, captures and entries, and beside them what the store itself can tell of its structure; then
    the published files."""
    run = _Run(evidence, tell, folders or Folders())
    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(run.database.gather, evidence.structure(thorough=thorough))
        seq, head = run.check_journal(witnesses)
        run.check_entries()
        run.check_captures()
        beside.result()
    run.check_published()
    parts = (run.journal, run.entries, run.captures, run.database, run.published)
    flaws = tuple(flaw for part in parts for flaw in part.flaws)[:KEPT]
    return Fixity(parts=tuple(part.checked() for part in parts), flaws=flaws, seq=seq, hash=head)


class _Run:
    """One run over one moment of the archive, part by part."""

    def __init__(self, evidence: Evidence, tell: Tell, folders: Folders) -> None:
        self._evidence, self._folders = evidence, folders
        self.journal, self.entries = _Part("journal", tell), _Part("entries", tell)
        self.captures, self.database = _Part("captures", tell), _Part("database", tell)
        self.published, self._notes = _Part("published", tell), NoteCheck()

    def check_journal(self, witnesses: Sequence[Witness]) -> tuple[int, str]:
        """The chain, and beside it the table of captures; returns the head."""
        evidence = self._evidence
        chain, bodies = ChainCheck(witnesses, _days(evidence), _takedowns(evidence)), CaptureCheck()
        rows = bodies.beside(self._notes.beside(self.journal.counted(evidence.journal())), iter(evidence.captures()))
        self.journal.gather(chain.flaws(rows))
        self.captures.take(bodies.flaws, bodies.bad)
        return chain.seq, chain.hash

    def check_entries(self) -> None:
        """Entries, versions, publish events and keys."""
        evidence, part = self._evidence, self.entries
        stories = EntryCheck(evidence.lead)
        rows, versions = part.counted(evidence.entries()), part.counted(evidence.revisions())
        part.gather(stories.flaws(rows, evidence.told(), versions, part.counted(evidence.events())))
        if not part.bad:
            part.gather(_keys(evidence, stories.keys))
            part.gather(stories.sums.flaws(evidence.beside, self._notes.missed))
        part.gather(self._notes.flaws(evidence.beside))
        part.gather(segment_flaws(evidence.beside))

    def check_captures(self) -> None:
        """The files of captures, byte by byte."""
        if self._folders.captures is not None:
            lines = map(_capture, self.captures.counted(self._evidence.captures()))
            self.captures.gather(CapturesCheck(self._folders.captures).flaws(lines, self._evidence.ends()))

    def check_published(self) -> None:
        """What readers see."""
        if self._folders.public is not None:
            check = PublishedCheck(self._folders.public)
            self.published.gather(check.flaws(self.published.counted(check.noted().items())))


def _capture(row: Columns) -> CaptureLine:
    place = Place(file=row["file"], offset=row["offset"], length=row["length"])
    removed = row["removed_at"] is not None
    return CaptureLine(number=row["id"], place=place, digest=row["digest"], proof=row["proof"], removed=removed)


def _days(evidence: Evidence) -> Sequence[tuple[int, str]]:
    try:
        return evidence.days()
    except StoreError:
        return ()  # what cannot be read here is named when the structure is checked


def _takedowns(evidence: Evidence) -> Sequence[JournalLine]:
    try:
        return tuple(evidence.takedowns())
    except StoreError:
        return ()  # rows that are redacted without one are named anyway


def _keys(evidence: Evidence, told: int) -> Iterator[Flaw]:
    """The keys of entries, counted: each of the journal must lead to its entry, and no other may."""
    stored = evidence.keys()
    if stored != told:
        yield Flaw(table="identities", record="all", text=f"there are {stored} keys, but the journal gave {told}")
