"""Months for people: the entries of one, page by page, and the lists of all there are (W-02, W-05)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from aggregator.model import Edition, File, MonthPage, Scope, Shelf, SourceCard
from aggregator.publish import entry, links, months, views
from aggregator.publish.pages import fill
from aggregator.publish.press import Press

TEXTS = 200_000
"""Characters of whole texts on a page, so that it stays below 100 KB compressed (W-01); further ones are summed up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link and its words."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A year with its months, newest first; ``count`` of each in words."""

    name: str
    url: str
    count: str
    months: tuple[tuple[Link, str], ...]


def render_month(page: MonthPage, edition: Edition, press: Press) -> File:
    """``2017/07.html``, served as ``/2017/07/``, or ``2017/07/page/3.html``. ``edition`` is the same page as a feed."""
    site = press.site
    text = f"{months.text_path(page, page.number)}.txt"
    body = fill(
        "month.html",
        site,
        name=months.page_name(page.month, page.number),
        owner=_owner(page.card),
        index=_local(press, months.index_path(page.card)),
        year=Link(name=page.month[:4], url=_local(press, months.year_path(page.card, page.month))),
        month=Link(name=months.month_name(page.month), url=_local(press, months.month_path(page.card, page.month))),
        count=views.counted(page.entries),
        newest=page.number is None,
        days=views.days(page.items, press, texts=TEXTS),
        pages=_pages(page, press),
        earlier=_month(page.card, page.earlier, press),
        later=_month(page.card, page.later, press),
        feed=links.local(site, f"{edition.path}.atom"),
        feed_title=edition.title,
        text=links.local(site, text),
    )
    path = months.page_path(page.card, page.month, page.number)
    return File(path=f"{path}.html", body=body, changed_at=months.changed_at(page))


def render_index(scope: Scope, press: Press, changed_at: datetime) -> File:
    """``archive.html``: every month there is, by year (W-02)."""
    return _list(scope.card, scope.shelves, press, changed_at, months.index_path(scope.card), None)


def render_year(scope: Scope, year: str, press: Press, changed_at: datetime) -> File:
    """``2017.html``: the months of one year."""
    shelves = [shelf for shelf in scope.shelves if shelf.month.startswith(year)]
    return _list(scope.card, shelves, press, changed_at, months.year_path(scope.card, year), year)


def _list(
    card: SourceCard | None, shelves: Sequence[Shelf], press: Press, changed_at: datetime, path: str, year: str | None
) -> File:
    body = fill(
        "months.html",
        press.site,
        owner=_owner(card),
        source=Link(name=card.title, url=_local(press, f"feeds/{card.id}")) if card else None,
        index=_local(press, months.index_path(card)),
        year=year,
        years=_years(card, shelves, press),
        total=views.counted(sum(shelf.entries for shelf in shelves)),
    )
    return File(path=f"{path}.html", body=body, changed_at=changed_at)


def _years(card: SourceCard | None, shelves: Sequence[Shelf], press: Press) -> tuple[Year, ...]:
    found = []
    for name, group in groupby(shelves, key=lambda shelf: shelf.month[:4]):
        own = list(group)
        found.append(
            Year(
                name=name,
                url=_local(press, months.year_path(card, name)),
                count=views.counted(sum(shelf.entries for shelf in own)),
                months=tuple((_link(card, shelf.month, press), views.counted(shelf.entries)) for shelf in own),
            )
        )
    return tuple(found)


def _pages(page: MonthPage, press: Press) -> tuple[Link, ...]:
    """Links to other pages of the month, newest first: the neighbours, and both ends (W-05)."""
    if not page.last:
        return ()
    here = page.last + 1 if page.number is None else page.number
    wanted = {
        here + 1: "Newer entries",
        here - 1: "Older entries",
        page.last + 1: "Newest entries",
        1: "Oldest entries",
    }
    wanted = {number: words for number, words in wanted.items() if 0 < number <= page.last + 1 and number != here}
    found = []
    for number in sorted(wanted, reverse=True):
        own = None if number > page.last else number
        words = wanted[number] if own is None else f"{wanted[number]}, page {number}"
        found.append(Link(name=words, url=_local(press, months.page_path(page.card, page.month, own))))
    return tuple(found)


def _month(card: SourceCard | None, month: str | None, press: Press) -> Link | None:
    return _link(card, month, press) if month else None


def _link(card: SourceCard | None, month: str, press: Press) -> Link:
    return Link(name=months.month_name(month), url=_local(press, months.month_path(card, month)))


def _owner(card: SourceCard | None) -> str:
    """The name of the source, empty for all."""
    return (entry.cut(entry.line(card.title), entry.LONGEST_NAME) or card.id) if card else ""


def _local(press: Press, path: str) -> str:
    return links.local(press.site, f"{path}/")
