"""What a date string says, word for word: civil date, time and zone as stated, nothing assumed (P-31)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from aggregator.model import Precision
from aggregator.normalise.date_words import FIRST_MONTHS, MONTHS, WEEKDAYS

LONGEST = 120
_NO_TOMORROW = 9_990


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A date as its words have it. ``wall`` is naive, in the stated zone; ``offset`` of that zone where it is a number
    or Z, ``zone_name`` where it is a name, both ``None`` where none is stated."""

    wall: datetime
    precision: Precision
    offset: timedelta | None = None
    zone_name: str | None = None


_YEAR = r"(?P<year>\d{4}|\d{2})"
_DAY = r"(?P<day>\d{1,2})"
_WORD = r"(?P<month>[^\W\d_]{3,10})\.?"
_ORDINAL = r"(?:st|nd|rd|th|af|il|ail|ydd|fed|ed|eg|ain|er|º)?"
_CLOCK = (
    r"(?P<hour>\d{1,2})(?:(?:[:.]|h ?)(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?|\.(?P<point>\d{2}))?"
    r"|(?= ?[ap]\.?m\b)|h\b)(?: ?(?P<half>[ap])\.?m\b\.?)?"
)
_ZONE = (
    r"(?: ?(?P<utc>z)\b| ?(?:gmt|utc|ut)? ?(?P<offset>[+\-−]\d{1,2}(?::?\d{2})?)(?: ?[a-z]{1,5})?"
    r"| ?(?P<name>[a-z]{1,5}))"
)
_TIME = rf"(?:(?:t|,? |,? ?[-–—|@] ?|,? (?:at|am|à|a|@) )(?P<clock>{_CLOCK}{_ZONE}?))?"
_DATE_ZONE = rf"(?P<datezone>{_ZONE.replace('?P<', '?P<d')})?"
_BEFORE_MONTH = r"(?: ?[-./,] ?| (?:of |o |de |d')?)?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<year>\d{{4}})([-/.])(?P<number>\d{{1,2}})(?:\2(?P<day>\d{{1,2}})(?:{_TIME}|{_DATE_ZONE}))?",
        rf"(?P<year>\d{{4}})(?P<number>\d\d)(?P<day>\d\d)(?:t?(?P<clock>(?P<hour>\d\d)(?P<minute>\d\d)"
        rf"(?P<second>\d\d)?(?P<half>)(?P<point>)(?:\.\d+)?{_ZONE}?))?",
        rf"{_DAY}([-/.])(?P<number>\d{{1,2}})\2{_YEAR}{_TIME}",
        rf"{_DAY} ?{_ORDINAL}{_BEFORE_MONTH}{_WORD}(?: ?[-/.,] ?| )?{_YEAR}(?:{_TIME}|{_DATE_ZONE})",
        rf"(?P<first>{_WORD}) ?{_DAY}{_ORDINAL},? {_YEAR}{_TIME}",
        rf"(?P<first>{_WORD}) ?{_DAY} (?P<clock>{_CLOCK}(?: (?P<name>[a-z]{{1,5}}))?) {_YEAR}"
        r"(?P<utc>)(?P<offset>)",
        rf"(?P<first>{_WORD}),? (?P<year>\d{{4}})",
    )
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# How nearly all software writes dates (RFC 822 and RFC 3339); the forms above read these alike, and slower.
_RFC_822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|([+-]\d{4}))",
    re.ASCII,
)
_RFC_3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|([+-]\d\d:\d\d))", re.ASCII)
_UNIX = re.compile(r"(\d{9,10})(?:\.\d{1,6})?|(\d{12,13})")
_COMMENT = re.compile(r"(?P<before>.*?\d.*?)\s*[(\[](?P<word>[^()\[\]]*)[)\]]")
_ZONE_WORD = re.compile(r"[a-z]{2,5}|z")
_STATED = re.compile(r"(?:z|[a-z]{1,5}|[+\-−]\d[\d:]*)$")
_FIRST_WORD = re.compile(r"(?:(?:dydd|nos|le) )?([^\W\d_]{2,10})(?:\.,|[.,])? ?(?=\S)")


@lru_cache(maxsize=512)
def read_words(text: str) -> Reading | None:
    """The date that ``text`` states, or ``None`` where it states none for certain. UK order: 3/4/2025 is 3 April.

    Anything over 120 characters is no date. A day that no calendar has (29 February 2023) is none either.
    """
    if len(text) > LONGEST:
        return None
    return _by_standard(text) or _by_words(text)


def _by_words(text: str) -> Reading | None:
    plain = _without_comment(" ".join(text.lower().split()))
    found = _UNIX.fullmatch(plain)
    if found:
        return _unix(found)
    word = _FIRST_WORD.match(plain)
    rest = plain[word.end() :] if word and word[1] in WEEKDAYS else None
    return (_by_forms(rest) if rest else None) or _by_forms(plain)


def _by_standard(text: str) -> Reading | None:
    """A date that keeps to its standard in every letter; ``None`` for any that needs a second look."""
    if found := _RFC_3339.fullmatch(text):
        year, month, day, hour, minute, second, digits = found.groups()
        named = None
    elif (found := _RFC_822.fullmatch(text)) and found[2].lower() in _MONTHS:
        day, name, year, hour, minute, second, digits = found.groups()
        month, named = str(_MONTHS.index(name.lower()) + 1), None if digits else "gmt"
    else:
        return None
    offset, known = _offset(digits, None if digits or named else "z")
    try:
        day_of_year, moment = date(int(year), int(month), int(day)), time(int(hour), int(minute), int(second))
    except ValueError:
        return None
    if not known or day_of_year.year >= _NO_TOMORROW:
        return None
    wall = datetime.combine(day_of_year, moment)
    return Reading(wall=wall, precision=Precision.SECOND, offset=offset, zone_name=named)


def _without_comment(text: str) -> str:
    """RFC 822 comments go, but a zone that stands only in one is stated all the same: ``10:00 (BST)``."""
    found = _COMMENT.fullmatch(text) if text.endswith((")", "]")) else None
    if not found:
        return text
    before, word = found["before"], found["word"]
    return f"{before} {word}" if _ZONE_WORD.fullmatch(word) and not _STATED.search(before) else before


def _unix(found: re.Match[str]) -> Reading | None:
    """Seconds or milliseconds since 1970, believed only within 2000..2100 (P-31)."""
    seconds = int(found[1]) if found[1] else int(found[2]) // 1000
    wall = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    if not 2000 <= wall.year < 2100:
        return None
    return Reading(wall=wall, precision=Precision.SECOND, offset=timedelta(0))


def _by_forms(text: str) -> Reading | None:
    for form in _FORMS:
        found = form.fullmatch(text)
        if found:
            return _assembled(found.groupdict())
    return None


def _assembled(parts: dict[str, str | None]) -> Reading | None:
    day = _civil_day(parts)
    if day is None:
        return None
    clock = _clock(parts) if parts.get("clock") else (time(), timedelta(0), _day_precision(parts))
    offset, known = _offset(parts.get("offset") or parts.get("doffset"), parts.get("utc") or parts.get("dutc"))
    if clock is None or not known:
        return None
    moment, extra, precision = clock
    return Reading(
        wall=datetime.combine(day, moment) + extra,
        precision=precision,
        offset=offset,
        zone_name=parts.get("name") or parts.get("dname"),
    )


def _day_precision(parts: dict[str, str | None]) -> Precision:
    return Precision.DAY if parts.get("day") else Precision.MONTH


def _civil_day(parts: dict[str, str | None]) -> date | None:
    year, names = _year(parts["year"] or ""), FIRST_MONTHS if parts.get("first") else MONTHS
    month = int(parts["number"] or 0) if parts.get("number") else names.get(parts.get("month") or "", 0)
    try:
        return date(year, month, int(parts.get("day") or 1))
    except ValueError:
        return None


def _year(digits: str) -> int:
    """Two digits by RFC 2822, 4.3: 00 to 49 are of this century. The last years of the calendar have no tomorrow."""
    year = int(digits)
    if len(digits) == 2:
        year += 2000 if year < 50 else 1900
    return year if year < _NO_TOMORROW else 0


def _clock(parts: dict[str, str | None]) -> tuple[time, timedelta, Precision] | None:
    """Time of day, the day to add for 24:00, and how exact it is. Second 60 is read as 59 (P-31)."""
    hour, half = int(parts["hour"] or 0), parts.get("half")
    minute, stated = int(parts.get("minute") or 0), parts.get("second") or parts.get("point")
    second = int(stated or 0)
    if half and (hour == 0 or (half == "a" and hour > 12)):
        return None
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    midnight = hour == 24 and minute == second == 0
    if minute > 59 or second > 60 or (hour > 23 and not midnight):
        return None
    moment = time(0 if midnight else hour, minute, min(second, 59))
    return moment, timedelta(days=midnight), Precision.SECOND if stated else Precision.MINUTE


def _offset(digits: str | None, utc: str | None) -> tuple[timedelta | None, bool]:
    """The stated offset, and whether it can be one: no place on Earth is 15 hours from Greenwich."""
    if utc:
        return timedelta(0), True
    if not digits:
        return None, True
    plain = digits[1:].replace(":", "")
    hours, minutes = (int(plain), 0) if len(plain) <= 2 else (int(plain[:-2]), int(plain[-2:]))
    amount = timedelta(hours=hours, minutes=minutes)
    return (amount if digits[0] == "+" else -amount), hours <= 14 and minutes <= 59
