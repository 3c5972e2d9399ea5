"""Months of what is published (R-36): where their pages lie, which of them a change concerns, their feeds. Pure.

A page holds `PAGE` entries, counted from the oldest, so that a full page keeps its address and its entries. The newest
page, under the address of the month, holds the full page before it, too: it is never nearly empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from aggregator.model import Edition, Founding, MonthPage, Republish, Site, SourceCard
from aggregator.publish.dates import MONTHS
from aggregator.publish.edition import stem

PAGE = 100
"""Entries of a numbered page."""
INDEX = "archive"
"""The path, without ending, of the list of all months. A source lists its own on its page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What to render of a month: its newest page, and numbered ones. Pages from ``gone`` on are no longer there, up to
    the number before ``until``."""

    newest: bool
    numbers: tuple[int, ...]
    gone: int
    until: int


NOTHING = Due(newest=False, numbers=(), gone=1, until=1)
"""No page at all."""


def base(card: SourceCard | None) -> str:
    """The folder that the months of a source lie in, with its slash; empty for all sources."""
    return f"feeds/{card.id}/" if card else ""


def month_path(card: SourceCard | None, month: str) -> str:
    """``2017/07``: the path of a month, without ending."""
    return f"{base(card)}{month.replace('-', '/')}"


def page_path(card: SourceCard | None, month: str, number: int | None) -> str:
    """The path of a page for people, without ending."""
    own = month_path(card, month)
    return own if number is None else f"{own}/page/{number}"


def feed_path(page: MonthPage, number: int | None) -> str:
    """The path of a page as a feed, without ending."""
    return f"{month_path(page.card, page.month)}/{'feed' if number is None else f'page/{number}'}"


def text_path(page: MonthPage, number: int | None) -> str:
    """The path of a page as text, without ending."""
    return f"{month_path(page.card, page.month)}/{'index' if number is None else f'page/{number}'}"


def paths_of(card: SourceCard | None, month: str, number: int | None) -> tuple[str, ...]:
    """Every file of a page."""
    own = month_path(card, month)
    if number is None:
        return (f"{own}.html", f"{own}/index.txt", f"{own}/feed.atom")
    return tuple(f"{own}/page/{number}.{ending}" for ending in ("html", "txt", "atom"))


def last_number(entries: int) -> int:
    """The highest number of a page in a month of so many entries."""
    return max(-(-entries // PAGE) - 2, 0)


def reach(entries: int, number: int | None) -> tuple[int, int]:
    """Which entries a page holds, counted from the oldest: how many come before it, and how many it holds at most."""
    if number is None:
        return last_number(entries) * PAGE, 2 * PAGE
    return (number - 1) * PAGE, PAGE


def due(entries: int, before: int, changed: Iterable[int], moved: Sequence[int]) -> Due:
    """What to render of a month that has so many entries now and had ``before`` so many.

    ``changed`` are the ranks of entries, counted from the oldest, ``moved`` those of places where an entry came or
    went: all that is newer has moved there.
    """
    last, led = last_number(entries), last_number(before)
    pages = {rank // PAGE + 1 for rank in changed}
    if moved:
        # The last numbered page led to the newest one, and may lead to another numbered page now.
        pages |= set(range(min(min(moved) // PAGE + 1, max(led, 1)), last + 1))
    newest = bool(moved) or any(page > last for page in pages)
    numbers = tuple(sorted(page for page in pages if page <= last))
    return Due(newest=newest and entries > 0, numbers=numbers, gone=last + 1, until=led + 1)


def whole(entries: int, before: int = 0) -> Due:
    """Everything of a month."""
    last = last_number(entries)
    numbers = tuple(range(1, last + 1))
    return Due(newest=entries > 0, numbers=numbers, gone=last + 1, until=last_number(before) + 1)


def is_alone(page: MonthPage) -> bool:
    """Whether what a page tells of an entry depends on no other entry: that of a single source, without whole texts,
    which stand there only up to a size."""
    return page.card is not None and not any(item.source.republish is Republish.FULL for item in page.items)


def name_of(month: str) -> str:
    """``July 2017``."""
    return f"{MONTHS[int(month[5:]) - 1]} {month[:4]}"


def changed_at(page: MonthPage) -> datetime:
    """When the page changed last, as far as its entries tell (R-42)."""
    return max(max(item.updated_at, item.first_seen_at) for item in page.items)


def month_edition(page: MonthPage, site: Site, founding: Founding) -> Edition:
    """A page of a month as a plain feed with an id of its own: it may change, and stands in no chain (R-36). Further
    pages are linked as those of a paged feed (RFC 5005, 3)."""
    own = f"feeds/{quote(page.card.tag.rpartition(':')[2], safe='')}/" if page.card else ""
    name = page.card.title if page.card else site.title
    paging = (("next", _older(page)), ("previous", _newer(page)))
    return Edition(
        path=feed_path(page, page.number),
        id=f"{stem(founding)}:{own}{page.month}",
        title=f"{name}: {name_of(page.month)}",
        subtitle=f"Entries of {name_of(page.month)}, by the dates they bear, newest first",
        language=(page.card and page.card.language) or site.language,
        updated=max(item.updated_at for item in page.items),
        items=page.items,
        formats=("atom",),
        page=f"{page_path(page.card, page.month, page.number)}/",
        paging=tuple((rel, path) for rel, path in paging if path),
    )


def _older(page: MonthPage) -> str | None:
    number = page.last if page.number is None else page.number - 1
    return feed_path(page, number) if number else None


def _newer(page: MonthPage) -> str | None:
    if page.number is None:
        return None
    return feed_path(page, page.number + 1 if page.number < page.last else None)
