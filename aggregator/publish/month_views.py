"""Months in the words of the pages: names, counts, where they lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from aggregator.model import MonthPage, Shelf, Site, SourceCard
from aggregator.publish import entry, links, months


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link and its words."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A year with its months, newest first; ``count`` of each in words."""

    name: str
    url: str | None
    count: str
    months: tuple[tuple[Link, str], ...]


def counted(entries: int) -> str:
    """``1 entry``, ``1,204 entries``."""
    return f"{entries:,} entr{'y' if entries == 1 else 'ies'}"


def years(card: SourceCard | None, shelves: Sequence[Shelf], site: Site) -> tuple[Year, ...]:
    """The months by year, newest first; only those of all sources have a page for each year."""
    found = []
    for name, group in groupby(shelves, key=lambda shelf: shelf.month[:4]):
        own = list(group)
        found.append(
            Year(
                name=name,
                url=None if card else page_url(site, name),
                count=counted(sum(shelf.entries for shelf in own)),
                months=tuple((month_link(card, shelf.month, site), counted(shelf.entries)) for shelf in own),
            )
        )
    return tuple(found)


def crumbs(page: MonthPage, site: Site) -> tuple[Link, ...]:
    """The way down to a page."""
    own = month_link(page.card, page.month, site)
    if page.card:
        source = page_url(site, f"feeds/{page.card.id}")
        above: tuple[Link, ...] = (Link(name=f"All months of {owner(page.card)}", url=f"{source}#months"),)
    else:
        year = page.month[:4]
        above = (Link(name="All months", url=page_url(site, months.INDEX)), Link(name=year, url=page_url(site, year)))
    return above if page.number is None else (*above, own)


def turns(page: MonthPage, site: Site) -> tuple[Link, ...]:
    """Links to other pages of the month, newest first: the neighbours, and both ends (W-05)."""
    here = page.last + 1 if page.number is None else page.number
    words = {here + 1: "Newer entries", here - 1: "Older entries", page.last + 1: "Newest entries", 1: "Oldest entries"}
    found = []
    for number in sorted({number for number in words if 0 < number <= page.last + 1 and number != here}, reverse=True):
        own = None if number > page.last else number
        name = words[number] if own is None else f"{words[number]}, page {number}"
        found.append(Link(name=name, url=page_url(site, months.page_path(page.card, page.month, own))))
    return tuple(found)


def month_link(card: SourceCard | None, month: str, site: Site) -> Link:
    """A month by its name."""
    return Link(name=months.name_of(month), url=page_url(site, months.month_path(card, month)))


def page_name(month: str, number: int | None) -> str:
    """``July 2017, page 3`` (W-05)."""
    return months.name_of(month) if number is None else f"{months.name_of(month)}, page {number}"


def owner(card: SourceCard | None) -> str:
    """The name of the source, empty for all."""
    return (entry.cut(entry.line(card.title), entry.LONGEST_NAME) or card.id) if card else ""


def page_url(site: Site, path: str) -> str:
    """The address of a page for people."""
    return links.local(site, f"{path}/")
