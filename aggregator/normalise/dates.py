"""Dates with their provenance: a string becomes an instant only where its words leave no doubt (P-30 to P-39)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from aggregator.model import DateStatus, Precision, RawDate, Stamp, ZoneSource
from aggregator.normalise.date_grammar import Reading, read_words
from aggregator.normalise.date_words import offset_of

SOON, FAR = timedelta(minutes=10), timedelta(days=400)
_NOON = timedelta(hours=12)
OLDEST = datetime(1993, 1, 1, tzinfo=UTC)
LONGEST_RAW = 200
_PUBLISHED = (
    ("pubDate", "atom:published", "date_published"),
    ("dc:date", "dcterms:issued", "dcterms:available", "dcterms:created", "dcterms:date"),
    ("atom:updated", "date_modified", "dcterms:modified"),
)
_UPDATED = _PUBLISHED[2]
_SAVED = ("manifest", "time", "page-text", "date-header")
"""Where a saved document has its date: stated by whoever brought it, in ``<time>``, beside the title, stamped on it."""
_COARSE = ("archive-heading", "archive-url")
_IN_ORDER = (*_SAVED, *(name for names in _PUBLISHED for name in names))
"""What a page of many entries says of each of them: less than a day in the entry's own address."""
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)/(0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01])(?=/|$|\?)", re.ASCII)


def read_date(text: str, element: str, zone: str, fetched_at: datetime) -> Stamp:
    """The stamp of one date string from ``element`` (P-30).

    ``zone`` is the civil zone of the source (IANA name), used where the string states none (P-33) or an unknown name
    (P-32). Over 10 minutes after ``fetched_at`` (aware): FUTURE. Over 400 days after it, before 1993, or not
    understood: BAD, without instant (P-36). ``raw`` is kept, at most 200 characters of it.
    """
    raw, plain = text[:LONGEST_RAW], text.strip()
    reading = read_words(plain) if len(text) <= LONGEST_RAW else None
    if not plain:
        return Stamp(raw=raw, element=element, status=DateStatus.MISSING)
    instant, source = _instant(reading, zone) if reading else (None, ZoneSource.ASSUMED)
    if reading is None or instant is None or instant < OLDEST or instant > fetched_at + FAR:
        return Stamp(raw=raw, element=element, status=DateStatus.BAD)
    status = DateStatus.ASSUMED if source is ZoneSource.ASSUMED else DateStatus.OK
    if instant > fetched_at + SOON:
        status = DateStatus.FUTURE
    return Stamp(raw=raw, element=element, instant=instant, zone=source, precision=reading.precision, status=status)


def best_date(dates: Sequence[RawDate], link: str | None, zone: str, fetched_at: datetime) -> Stamp:
    """The date an entry is filed under, short of first-seen (P-37): what was published, else ``dc:date``, else what
    was updated, else the day in its address, else what its archive page says; a date that cannot be read makes room for
    the next. What stands with a saved document comes first.

    Where none can be read, the first bad one is given so that its words are kept; without any, MISSING.
    """
    bad: Stamp | None = None
    stated = {date.element for date in dates}
    for element in (name for name in _IN_ORDER if name in stated):
        for stamp in _stamps(dates, element, zone, fetched_at):
            if stamp.instant is not None:
                return stamp
            bad = bad or (stamp if stamp.status is DateStatus.BAD else None)
    coarse = (stamp for element in _COARSE for stamp in _stamps(dates, element, zone, fetched_at) if stamp.instant)
    return _date_in_address(link, zone, fetched_at) or next(coarse, None) or bad or Stamp()


def updated_date(dates: Sequence[RawDate], zone: str, fetched_at: datetime) -> Stamp | None:
    """The stamp of the element that states an update, ``None`` where no such element exists (P-39)."""
    stamps = [stamp for element in _UPDATED for stamp in _stamps(dates, element, zone, fetched_at)]
    return next((stamp for stamp in stamps if stamp.instant is not None), stamps[0] if stamps else None)


def is_settled(dates: Sequence[RawDate], link: str | None, stamps: Sequence[Stamp | None]) -> bool:
    """Whether the dates of an entry read the same at any later fetch. ``stamps`` are the ones chosen of ``dates``.

    What lies ahead, or could not be read, may be read otherwise once time has passed.
    """
    chosen = [stamp for stamp in stamps if stamp is not None and stamp.status is not DateStatus.MISSING]
    sure = {DateStatus.OK, DateStatus.ASSUMED}
    if any(stamp.status not in sure or stamp.precision is Precision.MONTH for stamp in chosen):
        return False
    if not chosen and link and _IN_ADDRESS.search(link):
        return False
    return {date.text for date in dates} <= {stamp.raw for stamp in chosen}


def midnight(day: datetime, zone: str) -> datetime:
    """The instant (UTC) at which the civil day of ``day`` (naive) begins in ``zone``."""
    return _civil(day.replace(hour=0, minute=0, second=0, microsecond=0), zone)


def _stamps(dates: Iterable[RawDate], element: str, zone: str, fetched_at: datetime) -> Iterable[Stamp]:
    return (read_date(date.text, element, zone, fetched_at) for date in dates if date.element == element)


def _date_in_address(link: str | None, zone: str, fetched_at: datetime) -> Stamp | None:
    """``/2025/07/01/`` in the path of the link, exact to the day; a future one is somebody's event, not a date."""
    found = _IN_ADDRESS.search(link) if link else None
    if not found:
        return None
    stamp = read_date("/".join(found.groups()), "url", zone, fetched_at)
    return stamp if stamp.status is DateStatus.ASSUMED else None


def _instant(reading: Reading, zone: str) -> tuple[datetime | None, ZoneSource]:
    """The instant in UTC and how its zone is known. A day begins at local midnight whatever zone is named: the civil
    day is the statement (P-35). A month stands at noon of its first day, which is in that month wherever it is read."""
    named = offset_of(reading.zone_name, zone) if reading.zone_name else None
    source = ZoneSource.ASSUMED if named is None else ZoneSource.NAME
    source = ZoneSource.EXPLICIT if reading.offset is not None else source
    offset = reading.offset if reading.offset is not None else named
    if not OLDEST.year <= reading.wall.year < 9_990:
        return None, source
    if reading.precision is Precision.MONTH:
        return _civil(reading.wall + _NOON, zone), source
    if offset is None or reading.precision is Precision.DAY:
        return _civil(reading.wall, zone), source
    return (reading.wall - offset).replace(tzinfo=UTC), source


def _civil(wall: datetime, zone: str) -> datetime:
    """Civil time to UTC (P-33): the first of two in autumn; what spring leaves out moves forward."""
    return wall.replace(tzinfo=_zone(zone), fold=0).astimezone(UTC)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
