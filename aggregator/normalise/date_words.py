"""Words of dates in English, Welsh and French (P-31, W-08) and the names of time zones (P-32)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_MONTHS = (
    "january jan ionawr ionor ion janvier janv",
    "february feb chwefror chwef chw février fevrier févr fevr fév fev",
    "march mar mawrth fawrth maw faw mars",
    "april apr ebrill ebr avril avr",
    "may mai fai",
    "june jun mehefin fehefin meh feh juin",
    "july jul gorffennaf orffennaf gorff orff gor juillet juil",
    "august aug awst aws août aout aoû",
    "september sept sep medi fedi med septembre",
    "october oct hydref hyd octobre",
    "november nov tachwedd dachwedd tach dach novembre",
    "december dec rhagfyr ragfyr rhag rag décembre decembre déc",
)
_DAYS = (
    "monday mon llun lun lundi",
    "tuesday tues tue mawrth maw mardi mar",
    "wednesday weds wed mercher mer mercredi",
    "thursday thurs thur thu iau jeudi jeu",
    "friday fri gwener gwe vendredi ven",
    "saturday sat sadwrn sad samedi sam",
    "sunday sun sul dimanche dim",
)


def _numbered(rows: Iterable[str]) -> dict[str, int]:
    return {word: number for number, row in enumerate(rows, start=1) for word in row.split()}


MONTHS = _numbered(_MONTHS)
"""Month number by lower-case name after a day number. ``mawrth`` and ``maw`` are March only there (W-08)."""
FIRST_MONTHS = {word: number for word, number in MONTHS.items() if word not in {"maw", "mawrth", "faw", "fawrth"}}
"""Month names that may open a date: in first place ``maw`` is a Tuesday."""
WEEKDAYS = _numbered(_DAYS)
"""Names that may stand before a date; which day it is, the date itself says better."""

_OFFSETS = {
    "ut": 0,
    "utc": 0,
    "gmt": 0,
    "wet": 0,
    "bst": 60,
    "west": 60,
    "cet": 60,
    "met": 60,
    "cest": 120,
    "mest": 120,
    "eet": 120,
    "eest": 180,
    "msk": 180,
    "est": -300,
    "edt": -240,
    "cst": -360,
    "cdt": -300,
    "mst": -420,
    "mdt": -360,
    "pst": -480,
    "pdt": -420,
    "akst": -540,
    "akdt": -480,
    "hst": -600,
    "jst": 540,
    "aest": 600,
    "aedt": 660,
    "nzst": 720,
    "nzdt": 780,
}
_IRISH = timedelta(hours=1)
_ISLANDS = ("Europe/", "GB", "Eire")


def offset_of(name: str, zone: str) -> timedelta | None:
    """What a zone name means in a source that lives in ``zone``; ``None`` for a name nobody knows (P-32).

    The names of the source's own zone come first, so ``IST`` is Indian in Asia/Kolkata and Israeli in Jerusalem; in
    Europe it is Irish. Military letters but Z are unknown on purpose: RFC 822 had their signs wrong.
    """
    own = _names_of(zone).get(name.lower())
    if own is not None:
        return own
    if name.lower() == "ist":
        return _IRISH if zone.startswith(_ISLANDS) else None
    minutes = _OFFSETS.get(name.lower())
    return None if minutes is None else timedelta(minutes=minutes)


@lru_cache(maxsize=64)
def _names_of(zone: str) -> dict[str, timedelta]:
    """The abbreviations of a zone with their offsets, as used in a recent winter and summer."""
    samples = (datetime(2025, month, 1, tzinfo=ZoneInfo(zone)) for month in (1, 7))
    pairs = ((moment.tzname(), moment.utcoffset()) for moment in samples)
    return {name.lower(): offset for name, offset in pairs if name and name.isalpha() and offset is not None}
