"""A page of a month as plain text, in the form in which people save such pages: the name of the site, ``Monthly
Archives``, the month, then each entry by its title and paragraphs, blank lines between all of them (R-36)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.model import File, Item, MonthPage, Precision
from aggregator.publish import entry
from aggregator.publish.dates import MONTHS, civil_day
from aggregator.publish.months import changed_at, is_alone, name_of, text_path
from aggregator.publish.pieces import backwards, lengths
from aggregator.publish.press import Prepared, Press

HEAD = "Monthly Archives"
CONTINUED = "Monthly Archives, page {}"
GAP = "\n\n"
LARGEST = 1_000_000
"""Bytes of a page of text; where whole texts would pass it, summaries stand."""


def render_month_text(page: MonthPage, press: Press) -> File:
    """``2017/07/index.txt``, or ``2017/07/page/3.txt``; each entry ends with a line on its source, date and address."""
    name = page.card.title if page.card else press.site.title
    head = HEAD if page.number is None else CONTINUED.format(page.number)
    parts = [entry.line(name), head, name_of(page.month)]
    if is_alone(page):
        own = [_told(item, press) for item in page.items]
        body = GAP.join((*parts, *own)) + "\n"
        path = f"{text_path(page, page.number)}.txt"
        return File(path=path, body=body.encode(), changed_at=changed_at(page), noted=lengths(own))
    return _whole(page, parts, press)


def pieces_of_text(body: str, noted: str) -> tuple[str, ...]:
    """What a page of ours says of each entry, in its order; ``noted`` is what its file was noted with."""
    return backwards(body.removesuffix("\n"), noted, GAP)


def _told(item: Item, press: Press) -> str:
    """What a page says of one entry, whatever else is on it."""
    if (known := entry.told(item, press, "text")) is not None:
        return known
    ready, words = entry.prepared(item, press), entry.lead(item, press)
    return GAP.join((ready.title, *words, _origin(item, ready, press)))


def _whole(page: MonthPage, parts: list[str], press: Press) -> File:
    """With whole texts, up to a size."""
    left = LARGEST
    for item in page.items:
        words = entry.paragraphs(item, press)
        if sum(len(part.encode()) for part in words) > left:
            words = entry.lead(item, press)
        ready = entry.prepared(item, press)
        own = (ready.title, *words, _origin(item, ready, press))
        left -= sum(len(part.encode()) for part in own)
        parts += own
    body = GAP.join(parts) + "\n"
    return File(path=f"{text_path(page, page.number)}.txt", body=body.encode(), changed_at=changed_at(page))


def _origin(item: Item, ready: Prepared, press: Press) -> str:
    """``Knowsley News, 22 July 2017: https://…``"""
    local = item.published_at.astimezone(ZoneInfo(press.site.timezone))
    address = f": {ready.link}" if ready.link else ""
    return f"{ready.origin.title}, {_date(item, local)}{address}"


def _date(item: Item, local: datetime) -> str:
    """The date, no finer than its publisher stated it (W-04)."""
    if item.precision is Precision.MONTH:
        return f"{MONTHS[local.month - 1]} {local.year}"
    return ("first seen " if item.published_basis == "first-seen" else "") + civil_day(local.date())
