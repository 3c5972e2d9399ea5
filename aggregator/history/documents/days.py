"""Dates as the lines of a page state them. Reading the words of a date is another room's; it is handed in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from aggregator.model import Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Civil:
    """A civil date that some words state: the first day of it, and how exact it is."""

    day: date
    precision: Precision

    @property
    def month(self) -> tuple[int, int]:
        """Year and month."""
        return self.day.year, self.day.month


ReadDay = Callable[[str], Civil | None]
"""What date a whole string states, ``None`` where it is none or leaves doubt."""

_STAMP = re.compile(r"\s*date[ \t\u00a0]+(\d{4}-\d{2}(?:-\d{2})?)(?=\s|$)[ \t\u00a0]*")
_MONTH_IN_PATH = re.compile(
    r"/(?P<year>(?:19|20)\d\d)(?:/(?P<month>0?[1-9]|1[0-2])(?=[/.?#]|$)|_(?P<blogger>0[1-9]|1[0-2])_\d\d_archive)"
)
_MONTH_IN_QUERY = re.compile(r"[?&]m=(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?:\d\d)?(?=&|#|$)")
_PAGE = re.compile(r"(?:/page/\d+)?/?(?:index\.[a-z]{3,5})?$", re.IGNORECASE)


def take_stamp(text: str, read: ReadDay) -> tuple[str | None, str]:
    """The date header that an archive put before a document, and the document without it: ``date 2017-06-15``, also
    ``date 2021-03``. It is no word of the publisher, so it must not reach a hash."""
    found = _STAMP.match(text)
    if not found or read(found[1]) is None:
        return None, text
    return found[1], text[found.end() :]


def month_of_address(url: str | None) -> str | None:
    """``2017-07`` where the address has it: ``/2017/07/``, ``/2017_07_01_archive.html``, ``?m=201707``."""
    found = (_MONTH_IN_PATH.search(url) or _MONTH_IN_QUERY.search(url)) if url else None
    if not found:
        return None
    parts = found.groupdict()
    return f"{parts['year']}-{int(parts.get('month') or parts.get('blogger') or 0):02d}"


def archive_address(url: str) -> str:
    """The address of an archive page without the number of its sheet: ``/2017/07/page/2/`` is ``/2017/07``."""
    address, mark, query = url.partition("#")[0].partition("?")
    return _PAGE.sub("", address, count=1) + mark + query
