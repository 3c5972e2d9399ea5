"""What only many dates of one feed together show: midnight for "no time" (P-35), GMT for "our summer time" (P-34)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aggregator.model import ClockHabit, DateStatus, Precision, Stamp
from aggregator.normalise.date_grammar import read_words
from aggregator.normalise.dates import midnight

NEWEST, FEWEST, SHARE_PERCENT = 20, 5, 80
EVIDENCE = 3
LASTING = timedelta(days=400)
_HOUR = timedelta(hours=1)
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


def observed(habit: ClockHabit, stamps: Iterable[Stamp], seen: datetime, zone: str) -> ClockHabit:
    """The habit after these stamps of entries first seen at ``seen`` (aware), by a feed of this zone (P-34).

    Stamps labelled GMT that lie up to an hour after first sight count: in summer for the habit, in winter against it.
    A feed outside British time proves nothing.
    """
    ahead = (stamp for stamp in stamps if stamp.instant is not None and timedelta(0) < stamp.instant - seen <= _HOUR)
    instants = (stamp.instant for stamp in ahead if stamp.instant is not None and _says_gmt(stamp))
    early = {instant for instant in instants if _is_british(instant, zone)}
    summer = {instant for instant in early if _is_summer(instant, zone)}
    return ClockHabit(
        summer=tuple(sorted({*habit.summer, *summer})[-EVIDENCE:]), winter=max(early - summer, default=habit.winter)
    )


def summer_correction(habit: ClockHabit, now: datetime) -> timedelta:
    """What to add to this feed's GMT stamps while British Summer Time is in force: minus one hour, or nothing (P-34).

    The proof: three stamps ahead of their first sight in summer and none in winter, all of the last 400 days, so that a
    publisher who sets the clock right is believed again.
    """
    proofs = sum(now - instant <= LASTING for instant in habit.summer)
    against = habit.winter is not None and now - habit.winter <= LASTING
    return -_HOUR if proofs >= EVIDENCE and not against else timedelta(0)


def corrected(stamp: Stamp, correction: timedelta, zone: str, seen: datetime) -> Stamp:
    """The stamp with the feed's summer correction, where it says GMT during British Summer Time; raw stays (P-34). One
    that thereby is not ahead of ``seen`` (aware) any more may be believed."""
    if not correction or stamp.instant is None or not _says_gmt(stamp) or not _is_british(stamp.instant, zone):
        return stamp
    if not _is_summer(stamp.instant, zone):
        return stamp
    instant = stamp.instant + correction
    passed = stamp.status is DateStatus.FUTURE and instant <= seen
    return replace(stamp, instant=instant, status=DateStatus.OK if passed else stamp.status)


def _as_day(stamp: Stamp, zone: str) -> Stamp:
    day = _civil_day(stamp, zone) if stamp.precision in _EXACT else None
    if day is None:
        return stamp
    return replace(stamp, instant=midnight(datetime.combine(day, time()), zone), precision=Precision.DAY)


def _civil_day(stamp: Stamp, zone: str) -> date | None:
    """The civil day a stamp at midnight means, ``None`` for any other time: midnight as stated, else in the zone of
    the source (23:00Z is a British summer midnight), else the stated day of 00:00Z."""
    if stamp.instant is None or stamp.instant.second:
        # Whatever is stated of a zone is in minutes.
        return None
    reading = read_words(stamp.raw.strip()) if stamp.raw and stamp.element != "url" else None
    if reading and reading.wall.time() == time():
        return reading.wall.date()
    if stamp.instant.minute % 15:
        # Since 1993, before which no date is believed, all zones are whole quarters of an hour from Greenwich.
        return None
    local = stamp.instant.astimezone(ZoneInfo(zone))
    stated = reading.wall if reading else local.replace(tzinfo=None)
    if local.time() == time():
        return local.date()
    return stated.date() if stamp.instant.astimezone(UTC).time() == time() else None


def _says_gmt(stamp: Stamp) -> bool:
    reading = read_words(stamp.raw.strip()) if stamp.raw else None
    return reading is not None and (reading.zone_name in {"gmt", "utc", "ut"} or reading.offset == timedelta(0))


def _is_summer(instant: datetime, zone: str) -> bool:
    return instant.astimezone(ZoneInfo(zone)).utcoffset() == _HOUR


def _is_british(instant: datetime, zone: str) -> bool:
    """Whether the zone has GMT in winter and an hour more in summer that year."""
    place = ZoneInfo(zone)
    offsets = [datetime(instant.year, month, 15, 12, tzinfo=place).utcoffset() for month in (1, 7)]
    return offsets == [timedelta(0), _HOUR]
