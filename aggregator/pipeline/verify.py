"""The walk of checking: everything kept is compared with what proves it. Nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from aggregator.errors import StoreError
from aggregator.history.fixity import ChainCheck, EntryCheck, Witness
from aggregator.model import Checked, Fixity, Flaw
from aggregator.ports import Evidence
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

    def checked(self) -> Checked:
        """The sum of it."""
        return Checked(part=self._name, records=self.records, bad=self.bad)


def verify(evidence: Evidence, witnesses: Sequence[Witness], tell: Tell, public: Path | None = None) -> Fixity:
    """Check the journal, entries and versions, and what the store itself can tell of its structure, side by side; then
    the published files, where ``public`` is their folder."""
    structure, journal, entries, files = (_Part(name, tell) for name in ("database", "journal", "entries", "published"))
    chain, stories = ChainCheck(witnesses, _days(evidence)), EntryCheck(evidence.lead)
    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(structure.gather, evidence.structure())
        journal.gather(chain.flaws(journal.counted(evidence.journal())))
        rows, versions = entries.counted(evidence.entries()), entries.counted(evidence.revisions())
        entries.gather(stories.flaws(rows, evidence.told(), versions, entries.counted(evidence.events())))
        entries.gather(_keys(evidence, stories.keys) if not entries.bad else ())
        beside.result()
    if public is not None:
        published = PublishedCheck(public)
        files.gather(published.flaws(files.counted(published.noted().items())))
    parts = (journal, entries, structure, files)
    flaws = tuple(flaw for part in parts for flaw in part.flaws)[:KEPT]
    return Fixity(parts=tuple(part.checked() for part in parts), flaws=flaws, seq=chain.seq, hash=chain.hash)


def _days(evidence: Evidence) -> Sequence[tuple[int, str]]:
    try:
        return evidence.days()
    except StoreError:
        return ()  # what cannot be read here is named when the structure is checked


def _keys(evidence: Evidence, told: int) -> Iterator[Flaw]:
    """The keys of entries, counted: each of the journal must lead to its entry, and no other may."""
    stored = evidence.keys()
    if stored != told:
        yield Flaw(table="identities", record="all", text=f"there are {stored} keys, but the journal gave {told}")
