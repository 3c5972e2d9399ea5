"""What only many dates of one feed together show: midnight for "no time" (P-35), GMT for "our summer time" (P-34)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aggregator.model import Precision, Stamp
from aggregator.normalise.date_grammar import read_words
from aggregator.normalise.dates import midnight

NEWEST, FEWEST, SHARE_PERCENT = 20, 5, 80
EVIDENCE = 3
_SUMMER_CORRECTION = timedelta(hours=-1)
_UK = ZoneInfo("Europe/London")
_EXACT = frozenset({Precision.SECOND, Precision.MINUTE})


def days_for_midnights(stamps: Sequence[Stamp], zone: str) -> tuple[Stamp, ...]:
    """The stamps of one document, with those at midnight made exact to the day only, if that is its habit (P-35).

    The habit: of the 20 newest stamps, and at least 5, 80 percent are at 00:00 as stated, in ``zone`` or in UTC. Such
    a stamp then means the civil day of the stated zone, and its instant is where that day begins in ``zone``.
    """
    dated = [(stamp.instant, stamp) for stamp in stamps if stamp.instant and stamp.precision is not Precision.MONTH]
    newest = [stamp for _, stamp in sorted(dated, key=lambda pair: pair[0], reverse=True)[:NEWEST]]
    nights = sum(_civil_day(stamp, zone) is not None for stamp in newest)
    if len(newest) < FEWEST or nights * 100 < SHARE_PERCENT * len(newest):
        return tuple(stamps)
    return tuple(_as_day(stamp, zone) for stamp in stamps)


def summer_correction(pairs: Sequence[tuple[Stamp, datetime]]) -> timedelta:
    """What to add to this feed's GMT stamps while British Summer Time is in force: minus one hour, or nothing (P-34).

    ``pairs`` are stamps with the instants (aware) their entries were first seen. The proof: at least three stamps
    labelled GMT lie up to an hour after first sight in summer, and none in winter.
    """
    early = [
        stamp.instant
        for stamp, seen in pairs
        if stamp.instant and _says_gmt(stamp) and timedelta(0) < stamp.instant - seen <= timedelta(hours=1)
    ]
    summer = sum(_is_summer(instant) for instant in early)
    return _SUMMER_CORRECTION if summer >= EVIDENCE and summer == len(early) else timedelta(0)


def corrected(stamp: Stamp, correction: timedelta) -> Stamp:
    """The stamp with the feed's summer correction, where it says GMT during British Summer Time; raw stays (P-34)."""
    if not correction or stamp.instant is None or not _says_gmt(stamp) or not _is_summer(stamp.instant):
        return stamp
    return replace(stamp, instant=stamp.instant + correction)


def _as_day(stamp: Stamp, zone: str) -> Stamp:
    day = _civil_day(stamp, zone) if stamp.precision in _EXACT else None
    if day is None:
        return stamp
    return replace(stamp, instant=midnight(datetime.combine(day, time()), zone), precision=Precision.DAY)


def _civil_day(stamp: Stamp, zone: str) -> date | None:
    """The civil day a stamp at midnight means, ``None`` for any other time: midnight as stated, else in the zone of
    the source (23:00Z is a British summer midnight), else the stated day of 00:00Z."""
    reading = read_words(stamp.raw.strip()) if stamp.raw and stamp.element != "url" else None
    if stamp.instant is None:
        return None
    local = stamp.instant.astimezone(ZoneInfo(zone))
    stated = reading.wall if reading else local.replace(tzinfo=None)
    if stated.time() == time():
        return stated.date()
    if local.time() == time():
        return local.date()
    return stated.date() if stamp.instant.astimezone(UTC).time() == time() else None


def _says_gmt(stamp: Stamp) -> bool:
    reading = read_words(stamp.raw.strip()) if stamp.raw else None
    return reading is not None and (reading.zone_name in {"gmt", "utc", "ut"} or reading.offset == timedelta(0))


def _is_summer(instant: datetime) -> bool:
    return bool(instant.astimezone(_UK).dst())
