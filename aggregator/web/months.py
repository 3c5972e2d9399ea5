"""Addresses of months: which month a file belongs to, its life in caches, its other forms (R-36, R-43, R-45). Pure."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.model import Site

_MONTH = re.compile(r"((?:feeds/[^/]+/)?([0-9]{4})/([0-9]{2}))(?:\.html|/index\.txt|/feed\.atom|/(page/[0-9]+)\.\w+)")
_FOLDER = re.compile(r"archive|[0-9]{4}(?:/[0-9]{2}(?:/page/[0-9]+)?)?")

CURRENT = "public, max-age=900, stale-if-error=86400"
PAST = "public, max-age=86400, stale-if-error=86400"


def month_of(file: str) -> str | None:
    """``2017-07`` for any file of that month; ``None`` for every other file."""
    found = _MONTH.fullmatch(file)
    return f"{found[2]}-{found[3]}" if found else None


def is_folder(name: str) -> bool:
    """Whether an address without ending is one of a month, a year or the list of them, which end in a slash."""
    return _FOLDER.fullmatch(name) is not None


def life_of(month: str, site: Site, now: datetime | None) -> str:
    """How long caches may answer for a month by themselves. Without a clock every month counts as the current one."""
    here = f"{now.astimezone(ZoneInfo(site.timezone)):%Y-%m}" if now else ""
    return PAST if month < here else CURRENT


def forms_of(file: str) -> tuple[str, str] | None:
    """The same page as a feed and for people: paths; ``None`` outside months."""
    found = _MONTH.fullmatch(file)
    if not found:
        return None
    stem, page = found[1], found[4]
    return (f"{stem}/{page}.atom", f"{stem}/{page}/") if page else (f"{stem}/feed.atom", f"{stem}/")
