"""Retry-After and HTTP dates, read as their specification says and never cut short below 31 days (H-48)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

LONGEST_WAIT = timedelta(days=31)
_CENTURIES = 10_000_000_000
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_CLOCK = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE | re.ASCII)
    for form in (
        rf"[a-z]{{3}}, (?P<day>\d\d) (?P<month>[a-z]{{3}}) (?P<year>\d{{4}}) {_CLOCK} GMT",
        rf"[a-z]{{6,9}}, (?P<day>\d\d)-(?P<month>[a-z]{{3}})-(?P<year>\d\d) {_CLOCK} GMT",
        rf"[a-z]{{3}} (?P<month>[a-z]{{3}}) (?P<day>[ \d]\d) {_CLOCK} (?P<year>\d{{4}})",
    )
)


def http_date(text: str, now: datetime) -> datetime | None:
    """The instant (UTC) of an HTTP date in any of the three forms of RFC 9110 5.6.7, or ``None``.

    ``now`` decides the century of the obsolete form with two digits: never more than 50 years ahead.
    """
    found = next((match for form in _FORMS if (match := form.fullmatch(text.strip()))), None)
    if found is None:
        return None
    year = int(found["year"])
    if len(found["year"]) == 2:
        year = _century(year, now.year)
    leap = found["second"] == "60"
    try:
        month = MONTHS.index(found["month"].lower()) + 1
        clock = (int(found["hour"]), int(found["minute"]), 59 if leap else int(found["second"]))
        instant = datetime(year, month, int(found["day"]), *clock, tzinfo=UTC)
    except ValueError:
        return None
    return instant + timedelta(seconds=1) if leap else instant


def _century(year: int, this_year: int) -> int:
    full = this_year // 100 * 100 + year
    return full - 100 if full > this_year + 50 else full


def odd_retry(value: str, now: datetime) -> str | None:
    """What is odd about a Retry-After, and what it counts as; ``None`` for a sound one (H-48)."""
    text = "".join(letter if letter.isprintable() else "�" for letter in value.strip()[:60])
    seconds = int(value.strip()[:12]) if value.strip().isascii() and value.strip().isdigit() else None
    instant = http_date(value, now) if seconds is None else now + timedelta(seconds=min(seconds, _CENTURIES))
    if instant is None:
        return f"Retry-After “{text}” is no date and no number of seconds: our own pause holds"
    if instant < now:
        return f"Retry-After “{text}” is over: our own pause holds"
    return f"Retry-After “{text}”: counts as 31 days" if instant > now + LONGEST_WAIT else None


def retry_at(value: str | None, now: datetime) -> datetime | None:
    """When a server asks us to come back (UTC): delta seconds or HTTP date, at most 31 days from ``now`` (aware).

    ``None`` for no header, an unreadable one, zero seconds or an instant that is not in the future.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        seconds = min(int(text[:12]), int(LONGEST_WAIT.total_seconds()))
        return now + timedelta(seconds=seconds) if seconds else None
    instant = http_date(text, now)
    if instant is None or instant <= now:
        return None
    return min(instant, now + LONGEST_WAIT)
