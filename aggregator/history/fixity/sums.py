"""Tables that are sums over entries: what each of them must hold is counted while the entries are walked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aggregator.history.fixity.story import Story
from aggregator.model import Flaw
from aggregator.ports import Columns

Beside = Callable[[str], Iterator[Columns] | None]
"""Gives the rows of a table by its name; ``None`` where nobody could have changed them by hand."""
COPIES = {"repeat", "duplicate"}
IMPORTED = "import"
ALL = ""
"""Stands for every source in the counts of months."""


class Sums:
    """What holds, months, polls and sources must say by the journal."""

    def __init__(self) -> None:
        self._holds: dict[int, tuple[str, str, str, str | None]] = {}
        self._months: Counter[tuple[str, str]] = Counter()
        self._polls: dict[int, tuple[int, int]] = {}
        self._feeds: Counter[str] = Counter()
        self._hours: Counter[tuple[str, str]] = Counter()

    def take(self, entry: Columns, story: Story) -> None:
        """One more entry, and what the journal says of it."""
        feed, number = story.columns["feed_id"], int(entry["id"])
        self._feeds[feed] += 1
        if entry["pub_seq"] is not None:
            self._hours[feed, str(entry["published_at"])[:13]] += 1
        if story.held is not None:
            self._holds[number] = (story.held, feed, story.columns["first_seen_at"], story.released_at)
        if story.provenance != IMPORTED:
            # Saved pages are what somebody kept: of their months nobody knows what is missing.
            self._months[feed, story.day[:7]] += 1
        new, copies = self._polls.get(story.poll, (0, 0))
        copied = story.columns["outcome"] in COPIES
        self._polls[story.poll] = (new + (not copied), copies + copied)

    def flaws(self, beside: Beside, missed: Mapping[tuple[str, str], int]) -> Iterator[Flaw]:
        """Every row of these tables that says something else. ``missed`` are entries thought missing, by source and
        month."""
        yield from self._held(beside("holds"))
        months = {key: (self._months[key], missed.get(key, 0)) for key in {*self._months, *missed}}
        yield from _compared("months", beside("months"), ("feed_id", "month"), ("entries", "missed"), months)
        polls = {(poll,): counts for poll, counts in self._polls.items() if poll}
        yield from _compared("polls", beside("polls"), ("id",), ("new", "duplicates"), polls)
        feeds = {(feed,): (count,) for feed, count in self._feeds.items()}
        yield from _compared("feeds", beside("feeds"), ("id",), ("entries",), feeds)
        yield from self._shelved(beside)

    def _held(self, rows: Iterable[Columns] | None) -> Iterator[Flaw]:
        if rows is None:
            return
        missing = dict(self._holds)
        for row in rows:
            told = missing.pop(row["entry_id"], None)
            if told is None:
                yield Flaw(table="holds", record=str(row["entry_id"]), text="this entry was never held by the journal")
                continue
            names = ("kind", "feed_id", "held_at", "released_at")
            if wrong := next((name for name, fact in zip(names, told, strict=True) if row[name] != fact), None):
                yield _contradicts("holds", row["entry_id"], wrong)
        for number in missing:
            yield Flaw(table="holds", record=str(number), text="is missing: the journal says that this entry was held")

    def _shelved(self, beside: Beside) -> Iterator[Flaw]:
        """Published entries by civil month of the site, for each source and for all (R-36)."""
        rows, facts = beside("shelves"), beside("meta")
        if rows is None or facts is None:
            return
        named = {str(row["name"]): str(row["value"]) for row in facts}
        try:
            zone = ZoneInfo(named.get("zone", ""))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            yield Flaw(table="meta", record="zone", text="names no time zone, by which months are counted")
            return
        counts: Counter[tuple[str, str]] = Counter()
        for (feed, hour), count in self._hours.items():
            for name in (feed, ALL):
                counts[name, _month(hour, zone)] += count
        expected = {key: (count,) for key, count in counts.items()}
        yield from _compared("shelves", rows, ("feed_id", "month"), ("entries",), expected)


def _compared(
    table: str,
    rows: Iterable[Columns] | None,
    keys: tuple[str, ...],
    names: tuple[str, ...],
    expected: Mapping[Any, tuple[int, ...]],
) -> Iterator[Flaw]:
    """Rows of counts against what they must be; where nothing is counted, a row may be there or not."""
    if rows is None:
        return
    left, nothing = dict(expected), (0,) * len(names)
    for row in rows:
        key = tuple(row[name] for name in keys)
        told = left.pop(key, nothing)
        held = tuple(row[name] for name in names)
        if held != told:
            wrong = next(name for name, one, other in zip(names, held, told, strict=True) if one != other)
            place = names.index(wrong)
            text = f"{wrong} is {held[place]}, but the journal makes it {told[place]}"
            yield Flaw(table=table, record=_named(key), text=text)
    for key, told in left.items():
        if told != nothing:
            yield Flaw(table=table, record=_named(key), text="is missing, or was renamed: the journal makes it")


def _named(key: tuple[object, ...]) -> str:
    return " ".join(str(part) for part in key if part != ALL) or "of all"


def _contradicts(table: str, record: object, name: str) -> Flaw:
    return Flaw(table=table, record=str(record), text=f"its {name} is not what the journal recorded")


@lru_cache(maxsize=100_000)
def _month(hour: str, zone: ZoneInfo) -> str:
    """The civil month of an hour in UTC; no zone begins a month within the hour for any instant since 1972."""
    return f"{datetime.fromisoformat(f'{hour}:00:00+00:00').astimezone(zone):%Y-%m}"
