"""Entries and their versions against the journal: three streams in the order of entries, walked side by side."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from aggregator.history.fixity.story import LIVE, Event, Story, tell
from aggregator.history.fixity.sums import Sums
from aggregator.model import Flaw
from aggregator.ports import Columns, JournalLine, VersionLine

T = TypeVar("T")

_UNTOLD = "stands in no row of the journal"


class EntryCheck:
    """Walks all entries once, holding one at a time. After the walk ``keys`` says how many keys lead to entries,
    ``sums`` what other tables must hold.

    ``lead`` gives the entry that stands for another one: its lead, else itself.
    """

    def __init__(self, lead: Callable[[int], int | None]) -> None:
        self._lead = lead
        self.keys = 0
        self.sums = Sums()

    def flaws(
        self,
        entries: Iterable[Columns],
        told: Iterable[JournalLine],
        revisions: Iterable[VersionLine],
        events: Iterable[Columns],
    ) -> Iterator[Flaw]:
        """Every entry, version and publish event that is not what the journal says, or of which it says nothing."""
        stories, versions, published = _Groups(told, _third), _Groups(revisions, _first), _Groups(events, _owner)
        last = 0
        for entry in entries:
            last = int(entry["id"])
            yield from _orphans(last, stories, versions, published)
            yield from self._entry(entry, tell(stories.of(last)), versions.of(last), published.of(last))
        yield from _orphans(None, stories, versions, published)

    def _entry(
        self, entry: Columns, story: Story, revisions: list[VersionLine], events: list[Columns]
    ) -> Iterator[Flaw]:
        number = int(entry["id"])
        for seq, text in story.faults:
            yield _flaw("journal", seq, text)
        if not story.columns:
            # Nothing can be told of an entry whose first row is damaged.
            yield from () if story.faults else (_flaw("entries", number, _UNTOLD),)
            return
        yield from _versions(number, story, revisions)
        yield from _events(entry, story, events)
        self.sums.take(entry, story)
        self.keys += len(story.keys)
        expected = story.columns
        expected["duplicate_of"] = None if story.lead is None else self._lead(story.lead)
        expected |= _words({row.number: row for row in revisions}, expected)
        if wrong := next((name for name, value in expected.items() if entry[name] != value), None):
            text = f"{wrong} is {_short(entry[wrong])}, but should be {_short(expected[wrong])}"
            yield _flaw("entries", number, text)


def _versions(number: int, story: Story, revisions: Iterable[VersionLine]) -> Iterator[Flaw]:
    """Each version against its digest, and none too many or too few."""
    missing = dict(story.versions)
    for row in revisions:
        seq, digest = missing.pop(row.number, (0, ""))
        if row.digest != digest:
            text = f"is not what journal row {seq} recorded: its digest differs" if seq else _UNTOLD
            yield Flaw(table="revisions", record=f"{number} version {row.number}", text=text)
    for version, (seq, _) in missing.items():
        text = f"is missing: journal row {seq} recorded it"
        yield Flaw(table="revisions", record=f"{number} version {version}", text=text)


def _events(entry: Columns, story: Story, rows: Iterable[Columns]) -> Iterator[Flaw]:
    """Each publish event against the journal row of its number. Of old ones only the latest must be there."""
    number, missing = int(entry["id"]), dict(story.events)
    for row in rows:
        event = missing.pop(row["seq"], None)
        if event is None:
            yield _flaw("events", row["seq"], f"is no publish event of entry {number} by the journal")
        elif wrong := next((name for name, value in _facts(event, story, entry) if row[name] != value), None):
            yield _flaw("events", row["seq"], f"{wrong} is {_short(row[wrong])}, which the journal contradicts")
    for seq, event in missing.items():
        if event.sure or seq == story.columns["pub_seq"]:
            yield _flaw("events", seq, f"is missing: the journal published entry {number} there")


def _facts(event: Event, story: Story, entry: Columns) -> Iterator[tuple[str, object]]:
    yield "feed_id", story.columns["feed_id"]
    yield "at", event.at
    if event.sure:
        yield "revision", event.revision
        yield "updated_at", event.updated_at
        yield "batch", event.batch
        # Of an entry that was held the journal does not say how it was announced later; its own row does.
        yield "kind", event.kind or (LIVE if entry["announced"] == 1 else "backfill")


def _words(revisions: dict[int, VersionLine], columns: dict[str, Any]) -> dict[str, Any]:
    """Columns of the entry that repeat its versions, which are proved by their digests. What is missing there has been
    told of already."""
    words: dict[str, Any] = {}
    if shown := revisions.get(columns["displayed"]):
        words |= {"title": shown.title, "url": shown.url}
    if current := revisions.get(columns["current"]):
        words |= {"link": current.link, "language": current.language}
        words |= {"title_hash": current.title_hash, "strong": current.strong}
    if "source_published_at" not in columns and (first := revisions.get(1)):
        words["source_published_at"] = first.stated
    return words


def _short(value: object) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _flaw(table: str, record: int, text: str) -> Flaw:
    return Flaw(table=table, record=str(record), text=text)


def _third(row: JournalLine) -> int:
    return row[3] or 0


def _first(row: VersionLine) -> int:
    return row[0]


def _owner(row: Columns) -> int:
    return int(row["entry_id"])


def _orphans(before: int | None, stories: _Groups, versions: _Groups, events: _Groups) -> Iterator[Flaw]:
    """What tells of entries before this one that are not there; of all that are left where there is no further one."""
    for missing, rows in stories.before(before):
        yield _flaw("entries", missing, f"is missing: journal row {rows[0][0]} tells of it")
    for table, groups in (("revisions", versions), ("events", events)):
        for missing, _ in groups.before(before):
            yield _flaw(table, missing, "belongs to an entry that is missing")


class _Groups:
    """A stream in the order of entries, cut into the rows of each."""

    def __init__(self, rows: Iterable[Any], number: Callable[[Any], int]) -> None:
        self._rows, self._number = iter(rows), number
        self._next = next(self._rows, None)
        self._at = 0 if self._next is None else number(self._next)

    def before(self, number: int | None) -> Iterator[tuple[int, list[Any]]]:
        """The rows of every entry that comes before this one; of every further one where there is none."""
        while self._next is not None and (number is None or self._at < number):
            yield self._at, self._take()

    def of(self, number: int) -> list[Any]:
        """The rows of this entry."""
        return self._take() if self._next is not None and self._at == number else []

    def _take(self) -> list[Any]:
        group, at = [], self._at
        while self._next is not None and self._at == at:
            group.append(self._next)
            self._next = next(self._rows, None)
            if self._next is not None:
                self._at = self._number(self._next)
        return group
