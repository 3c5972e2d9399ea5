"""Months for people: the entries of one, page by page, and the lists of all there are (W-02, W-05)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aggregator.model import Edition, File, MonthPage, Shelf
from aggregator.publish import links, month_views, months, views
from aggregator.publish.pages import fill
from aggregator.publish.press import Press

TEXTS = 200_000
"""Characters of whole texts on a page, so that it stays below 100 KB compressed (W-01); further ones are summed up."""


def render_month(page: MonthPage, edition: Edition, press: Press) -> File:
    """``2017/07.html``, served as ``/2017/07/``, or ``2017/07/page/3.html``. ``edition`` is the same page as a feed."""
    site = press.site
    body = fill(
        "month.html",
        site,
        name=month_views.page_name(page.month, page.number),
        month=months.name_of(page.month),
        owner=month_views.owner(page.card),
        crumbs=month_views.crumbs(page, site),
        count=month_views.counted(page.entries),
        newest=page.number is None,
        days=views.days(page.items, press, texts=TEXTS, told="month" if months.is_alone(page) else ""),
        turns=month_views.turns(page, site),
        earlier=month_views.month_link(page.card, page.earlier, site) if page.earlier else None,
        later=month_views.month_link(page.card, page.later, site) if page.later else None,
        feed=links.local(site, f"{edition.path}.atom"),
        feed_title=edition.title,
        text=links.local(site, f"{months.text_path(page, page.number)}.txt"),
    )
    path = months.page_path(page.card, page.month, page.number)
    return File(path=f"{path}.html", body=body, changed_at=months.changed_at(page))


def render_index(shelves: Sequence[Shelf], press: Press, changed_at: datetime) -> File:
    """``archive.html``: every month there is, by year (W-02)."""
    return _list(shelves, press, changed_at, months.INDEX, None)


def render_year(shelves: Sequence[Shelf], year: str, press: Press, changed_at: datetime) -> File:
    """``2017.html``: the months of one year."""
    return _list([shelf for shelf in shelves if shelf.month.startswith(year)], press, changed_at, year, year)


def _list(shelves: Sequence[Shelf], press: Press, changed_at: datetime, path: str, year: str | None) -> File:
    body = fill(
        "months.html",
        press.site,
        year=year,
        years=month_views.years(None, shelves, press.site),
        total=month_views.counted(sum(shelf.entries for shelf in shelves)),
    )
    return File(path=f"{path}.html", body=body, changed_at=changed_at)
