"""The date an entry is filed under, and when two dates are near enough to be one (D-10 to D-12, P-36 to P-38).
Law: what is stored never moves, and no date lies after ``now``.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.model import DateStatus, Effective, Head, Precision, Stamp

FIRST_SEEN = "first-seen"
"""Basis of an entry that states no usable date."""

CAPTURE = "capture"
"""Basis of an entry that states no usable date and was read from a capture: the time of that capture (B-08)."""

UNDATED = (FIRST_SEEN, CAPTURE)
"""Every basis that is no date of the source."""

USABLE = (DateStatus.OK, DateStatus.ASSUMED)
"""What a date must be to count; bad, ancient and future ones are treated as missing (P-36)."""

_COARSE = (Precision.DAY, Precision.MONTH)
_CLOCK_SKEW = timedelta(minutes=10)
_WINDOW = timedelta(hours=36)


def usable(stamp: Stamp | None, now: datetime) -> datetime | None:
    """The instant of a stamp that may be believed at ``now``: not missing, bad, ancient or more than ten minutes ahead.

    An instant within those ten minutes is a clock that runs fast; it counts as ``now`` (P-36).
    """
    if stamp is None or stamp.instant is None or stamp.status not in USABLE or stamp.instant > now + _CLOCK_SKEW:
        return None
    return min(stamp.instant, now)


def effective(stamp: Stamp, now: datetime, timezone: str, otherwise: str = FIRST_SEEN) -> Effective:
    """The effective date at first sight (P-36, P-37); ``now`` on the basis ``otherwise`` where the stamp is of no use.
    The day is civil, in the IANA zone ``timezone`` of the source (D-10)."""
    instant = usable(stamp, now)
    if instant is None:
        return Effective(instant=now, precision=Precision.SECOND, basis=otherwise, day=_day(now, timezone))
    basis = stamp.element or "published"
    return Effective(instant=instant, precision=stamp.precision, basis=basis, day=_day(instant, timezone))


def filed(head: Head) -> Effective:
    """The effective date of a stored entry."""
    return Effective(instant=head.published_at, precision=head.precision, basis="stored", day=head.day)


def near(a: Effective, b: Effective) -> bool:
    """D-11: civil days at most one apart, and instants at most 36 hours apart unless one of them is only a day. A month
    is as near as its nearest day."""
    (first, last), (other_first, other_last) = _days(a), _days(b)
    if max(first - other_last, other_first - last) > timedelta(days=1):
        return False
    return a.precision in _COARSE or b.precision in _COARSE or abs(a.instant - b.instant) <= _WINDOW


def _days(when: Effective) -> tuple[date, date]:
    """The first and the last day that a date may mean."""
    if when.precision is not Precision.MONTH:
        return when.day, when.day
    return when.day.replace(day=1), when.day.replace(day=monthrange(when.day.year, when.day.month)[1])


def same_stated(stamp: Stamp, stored: datetime | None) -> bool:
    """Whether the source states the date it stated before, to the second (D-25, P-38)."""
    now_stated = stamp.instant
    if now_stated is None or stored is None:
        return now_stated is None and stored is None
    return now_stated.replace(microsecond=0) == stored.replace(microsecond=0)


def _day(instant: datetime, timezone: str) -> date:
    return instant.astimezone(ZoneInfo(timezone)).date()
