"""Dates as each format writes them. Names are English whatever the locale of the machine."""

from __future__ import annotations

from datetime import UTC, date, datetime

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def rfc3339(instant: datetime) -> str:
    """``2026-11-22T17:30:00Z``. A date without time is stored as midnight of its civil day and written as that."""
    utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return utc.isoformat(timespec="seconds")[:-6] + "Z"


def rfc822(instant: datetime) -> str:
    """``Sun, 22 Nov 2026 17:30:00 +0000``: four-digit year, numeric zone (R-20)."""
    utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    day, month = DAYS[utc.weekday()][:3], MONTHS[utc.month - 1][:3]
    return f"{day}, {utc.day:02} {month} {utc.year:04} {utc.hour:02}:{utc.minute:02}:{utc.second:02} +0000"


def civil_day(day: date) -> str:
    """``22 November 2026`` (W-04)."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def civil_time(local: datetime) -> str:
    """``5:30pm``, without leading zero, ``midnight`` and ``midday`` (W-04). The argument is in the zone to show."""
    if local.minute == 0 and local.hour % 12 == 0:
        return "midday" if local.hour else "midnight"
    return f"{local.hour % 12 or 12}:{local.minute:02}{'am' if local.hour < 12 else 'pm'}"
