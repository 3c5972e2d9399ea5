"""Renders the months that changed (R-36): those that a poll brought something for, and no others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from aggregator.model import FeedId, File, Founding, Item, MonthPage, Scope, Shift, ShiftKind, SourceCard
from aggregator.pipeline.keeping import Keeping
from aggregator.ports import Shelves
from aggregator.publish.atom import render_atom
from aggregator.publish.month_pages import render_index, render_month, render_year
from aggregator.publish.month_text import render_month_text
from aggregator.publish.months import NOTHING, Due, due, last_number, month_edition, paths_of, reach, whole
from aggregator.publish.press import Press

WINDOW = 50_000
"""Rows of the journal since the last publish beyond which nobody asks what each of them changed."""


class MonthPages:
    """The months of every source and of all. ``gone`` are paths of pages that are no longer there."""

    def __init__(
        self,
        shelves: Shelves,
        press: Press,
        founding: Founding,
        cards: tuple[SourceCard, ...],
        at: datetime,
        keeping: Keeping,
    ) -> None:
        """Everything is due; ``at`` is the instant of the last change of the archive (aware, UTC)."""
        self._shelves, self._press, self._founding, self._keeping = shelves, press, founding, keeping
        self._cards, self._at = {card.id: card for card in cards}, at
        self._shifts: tuple[Shift, ...] | None = None  # nothing is known of what changed
        self._configured: frozenset[FeedId] = frozenset()
        self._by_feed: dict[FeedId, list[Shift]] = defaultdict(list)
        self._months: dict[Shift, str] = {}
        self._at_hand: Sequence[Item] = ()
        self.gone: list[str] = []

    @property
    def everything(self) -> bool:
        """Whether every page is due."""
        return self._shifts is None

    def only(self, after: int, until: int) -> None:
        """Only what the journal says changed after one number and up to another is due; where that is very much,
        everything is."""
        if until - after > WINDOW:
            return
        self._shifts = self._shelves.shifts(after, until)
        for shift in self._shifts:
            self._by_feed[shift.feed_id].append(shift)
        self._configured = frozenset(self._shelves.configured(after, until))

    def of(self, card: SourceCard | None, at_hand: Sequence[Item] = ()) -> Iterator[tuple[File, ...]]:
        """What is due of one source, or of all; the files of one page are to be written together. Entries ``at_hand``
        were read a moment before."""
        self._at_hand = at_hand
        scope = self._scope(card)
        if self._shifts is None:
            yield from self._render(scope, {shelf.month: whole(shelf.entries) for shelf in scope.shelves})
            return
        wanted = self._due(scope, self._shifts if card is None else self._by_feed[card.id])
        for feed_id in self._configured if card is None else self._configured & {card.id}:
            wanted |= self._all_of(scope, feed_id)
        yield from self._render(scope, wanted)

    def entries(self, card: SourceCard) -> int:
        """How many entries of a source its months hold."""
        return sum(shelf.entries for shelf in self._scope(card).shelves)

    def newest(self, card: SourceCard | None, month: str) -> tuple[File, ...]:
        """The newest page of one month in all its forms, whether it is due or not."""
        scope = self._scope(card)
        entries = next((shelf.entries for shelf in scope.shelves if shelf.month == month), 0)
        return self._files(self._page(scope, month, entries, None)) if entries else ()

    def _scope(self, card: SourceCard | None) -> Scope:
        return Scope(card=card, shelves=self._shelves.shelves(card.id if card else None))

    def _all_of(self, scope: Scope, feed_id: FeedId) -> dict[str, Due]:
        """Every month that names a source."""
        named = {shelf.month for shelf in self._shelves.shelves(feed_id)}
        return {shelf.month: whole(shelf.entries) for shelf in scope.shelves if shelf.month in named}

    def _due(self, scope: Scope, shifts: Iterable[Shift]) -> dict[str, Due]:
        """The pages of each month to render; a month that came or went changes what its neighbours lead to."""
        moved: dict[str, list[Shift]] = defaultdict(list)
        for shift in shifts:
            moved[self._month_of(shift)].append(shift)
        counts = {shelf.month: shelf.entries for shelf in scope.shelves}
        wanted = {month: self._due_in(scope, counts.get(month, 0), found) for month, found in moved.items()}
        for month, found in moved.items():
            if counts.get(month, 0) in (0, _count(found, ShiftKind.ADDED)):
                for near in _neighbours(list(counts), month):
                    wanted[near] = replace(wanted.get(near, NOTHING), newest=True)
        return wanted

    def _month_of(self, shift: Shift) -> str:
        """The month of a shift; it is asked for its source and for all."""
        if (known := self._months.get(shift)) is None:
            known = self._months[shift] = self._shelves.month_of(shift)
        return known

    def _due_in(self, scope: Scope, entries: int, shifts: list[Shift]) -> Due:
        """The pages of one month."""
        added, removed = _count(shifts, ShiftKind.ADDED), _count(shifts, ShiftKind.REMOVED)
        feed_id = scope.card.id if scope.card else None
        # Counted from the newest, as what has just come is new.
        newer = zip(shifts, self._shelves.newer_each(shifts, feed_id), strict=True)
        ranks = [(each.kind, max(entries - count - (each.kind is not ShiftKind.REMOVED), 0)) for each, count in newer]
        changed, moved = (
            [rank for kind, rank in ranks if (kind is ShiftKind.CHANGED) is each] for each in (True, False)
        )
        return due(entries, entries - added + removed, changed, moved)

    def _render(self, scope: Scope, wanted: Mapping[str, Due]) -> Iterator[tuple[File, ...]]:
        counts = {shelf.month: shelf.entries for shelf in scope.shelves}
        for month in sorted(wanted, reverse=True):
            one = wanted[month]
            for number in (*((None,) if one.newest else ()), *one.numbers):
                page = self._page(scope, month, counts[month], number)
                if page.items:
                    yield self._files(page)
            gone = [path for number in range(one.gone, one.until) for path in paths_of(scope.card, month, number)]
            self.gone += gone if month in counts else [*gone, *paths_of(scope.card, month, None)]
        if scope.card is None:
            yield tuple(self._lists(scope, {month[:4] for month in wanted}))

    def _lists(self, scope: Scope, years: set[str]) -> Iterator[File]:
        """Of all sources, the years that changed and the list of all; a source lists its months on its own page."""
        there = {shelf.month[:4] for shelf in scope.shelves}
        self.gone += [f"{year}.html" for year in years - there]
        for year in sorted(years & there):
            yield render_year(scope.shelves, year, self._press, self._at)
        yield render_index(scope.shelves, self._press, self._at)

    def _page(self, scope: Scope, month: str, entries: int, number: int | None) -> MonthPage:
        offset, limit = reach(entries, number)
        feed_id = scope.card.id if scope.card else None
        near = _neighbours([shelf.month for shelf in scope.shelves], month)
        return MonthPage(
            card=scope.card,
            month=month,
            entries=entries,
            number=number,
            last=last_number(entries),
            items=tuple(reversed(self._shelves.page(feed_id, month, offset, limit, self._at_hand))),
            earlier=next((each for each in near if each < month), None),
            later=next((each for each in near if each > month), None),
        )

    def _files(self, page: MonthPage) -> tuple[File, ...]:
        self._keeping.month(page)
        edition = month_edition(page, self._press.site, self._founding)
        files = (
            render_atom(edition, self._press),
            render_month_text(page, self._press),
            render_month(page, edition, self._press),
        )
        return files if page.card is None else self._keeping.noting(files, page.items)


def _count(shifts: Iterable[Shift], kind: ShiftKind) -> int:
    return sum(shift.kind is kind for shift in shifts)


def _neighbours(months: list[str], month: str) -> tuple[str, ...]:
    """The nearest months before and after, where there are some."""
    earlier = max((each for each in months if each < month), default=None)
    later = min((each for each in months if each > month), default=None)
    return tuple(each for each in (earlier, later) if each)
