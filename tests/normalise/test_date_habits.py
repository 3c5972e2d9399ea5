"""Habits of a whole feed: midnight for "no time", GMT for local summer time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.model import ClockHabit, DateStatus, Precision, Stamp
from aggregator.normalise.date_habits import corrected, days_for_midnights, observed, summer_correction
from aggregator.normalise.dates import read_date

NOW = datetime(2025, 8, 1, 12, tzinfo=UTC)
LONDON = "Europe/London"
NEW = ClockHabit()


def stamp(text: str, zone: str = LONDON) -> Stamp:
    """A pubDate as read in a zone."""
    return read_date(text, "pubDate", zone, NOW)


def july(form: str, days: range = range(1, 6)) -> list[Stamp]:
    """One stamp a day in July 2025."""
    return [stamp(form.format(day)) for day in days]


@pytest.mark.parametrize(
    ("form", "first"),
    [
        ("2025-07-{:02}T00:00:00+01:00", 1),
        ("2025-07-{:02}T00:00:00Z", 1),
        ("{} Jul 2025 00:00:00 GMT", 1),
        ("{} Jul 2025 00:00:00", 1),
        ("2025-07-{:02}T00:00:00+02:00", 1),
        ("2025-07-{:02}T23:00:00Z", 2),
        ("2025-07-{:02}T24:00:00Z", 2),
    ],
)
def test_midnight_means_the_day(form: str, first: int) -> None:
    """P-35: stamps at 00:00 stated, local or UTC mean the civil day of the stated zone; 23:00Z is a summer midnight."""
    days = days_for_midnights(july(form), LONDON)
    assert {day.precision for day in days} == {Precision.DAY}
    assert days[0].instant == datetime(2025, 7, first, tzinfo=UTC) - timedelta(hours=1)
    assert [day.raw for day in days] == [one.raw for one in july(form)]


@pytest.mark.parametrize(
    ("form", "zone", "first"),
    [
        ("2025-07-{:02}T18:15:00Z", "Asia/Kathmandu", 2),
        ("2025-07-{:02}T14:30:00Z", "Australia/Adelaide", 2),
        ("2025-07-{:02}T00:00:00+01:07", LONDON, 1),
        ("{} Jul 2025 00:00:00 -0431", LONDON, 1),
    ],
)
def test_midnight_in_odd_zones(form: str, zone: str, first: int) -> None:
    """P-35: zones lie quarters of an hour apart, and what is stated may lie anywhere."""
    days = days_for_midnights([stamp(form.format(day), zone) for day in range(1, 6)], zone)
    assert {day.precision for day in days} == {Precision.DAY}
    assert days[0].instant is not None
    assert days[0].instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime(2025, 7, first)


def test_other_zone_keeps_its_stated_day() -> None:
    """P-35: 19:00 in New York is 00:00Z, yet the civil day is the one stated."""
    days = days_for_midnights(july("2025-07-{:02}T19:00:00-05:00"), LONDON)
    assert days[0].instant == datetime(2025, 6, 30, 23, tzinfo=UTC)


def test_the_habit_needs_five_stamps_and_four_in_five() -> None:
    """P-35: four stamps prove nothing; three real times in twenty leave the habit, and keep their time."""
    assert {one.precision for one in days_for_midnights(july("{} Jul 2025 00:00:00", range(1, 5)), LONDON)} == {
        Precision.SECOND
    }
    mixed = july("{} Jul 2025 00:00:00", range(1, 18)) + july("{} Jul 2025 10:15:00", range(18, 21))
    days = days_for_midnights(mixed, LONDON)
    assert [day.precision for day in days] == [Precision.DAY] * 17 + [Precision.SECOND] * 3
    often = july("{} Jul 2025 00:00:00", range(1, 4)) + july("{} Jul 2025 10:15:00", range(4, 6))
    assert days_for_midnights(often, LONDON) == tuple(often)


def test_only_the_newest_twenty_are_judged() -> None:
    """P-35: the last 20 stamps decide, however many older midnights a document holds."""
    old = [stamp(f"{day} Jan 2025 00:00:00") for day in range(1, 32)] * 4
    assert days_for_midnights([*old, *july("{} Jul 2025 10:15:00", range(1, 21))], LONDON)[0].precision is (
        Precision.SECOND
    )


def seen(texts: list[str], minutes: int, zone: str = LONDON, habit: ClockHabit = NEW) -> ClockHabit:
    """The habit after stamps first seen some minutes before they claim to be published, each by a look of its own."""
    for one in (stamp(text) for text in texts):
        assert one.instant is not None
        habit = observed(habit, [one], one.instant - timedelta(minutes=minutes), zone)
    return habit


SUMMER = [f"{day} Jul 2025 10:00:00 GMT" for day in (1, 2, 3)]
WINTER = ["1 Jan 2025 10:00:00 GMT"]
HOUR = timedelta(hours=1)


def test_summer_correction_needs_three_proofs_and_no_winter() -> None:
    """P-34: three GMT stamps up to an hour ahead of first sight in summer, none in winter, mean minus one hour."""
    assert summer_correction(seen(SUMMER, 40), NOW) == -HOUR
    assert summer_correction(seen(SUMMER[:2], 40), NOW) == timedelta(0)
    assert summer_correction(seen(SUMMER[:1] * 9, 40), NOW) == timedelta(0), "one instant proves once"
    assert summer_correction(seen(SUMMER, 61), NOW) == timedelta(0)
    assert summer_correction(seen(SUMMER, -5), NOW) == timedelta(0)
    assert summer_correction(seen(SUMMER + WINTER, 40), NOW) == timedelta(0)
    assert summer_correction(seen(WINTER, -5, habit=seen(SUMMER, 40)), NOW) == -HOUR
    assert summer_correction(seen([text.replace("GMT", "+0100") for text in SUMMER], 40), NOW) == timedelta(0)


def test_only_british_time_has_this_habit() -> None:
    """P-34: a fast clock in New York or Paris is no British summer; Dublin and Lisbon keep the same hours."""
    for zone in ("America/New_York", "Europe/Paris", "UTC"):
        assert seen(SUMMER, 40, zone) == NEW
    for zone in ("Europe/Dublin", "Europe/Lisbon", "Europe/Belfast"):
        assert summer_correction(seen(SUMMER, 40, zone), NOW) == -HOUR


def test_the_habit_lapses() -> None:
    """P-34: proofs of long ago say nothing of a publisher who has set the clock right since."""
    habit = seen(SUMMER, 40)
    assert summer_correction(habit, NOW + timedelta(days=365)) == -HOUR
    assert summer_correction(habit, NOW + timedelta(days=401)) == timedelta(0)
    later = replace(habit, winter=NOW - timedelta(days=500))
    assert summer_correction(later, NOW) == -HOUR, "so does what speaks against it"


def test_correction_touches_gmt_in_summer_only() -> None:
    """P-34: the correction moves GMT stamps during BST; winter, other zones and the raw string stay."""
    moved = corrected(stamp(SUMMER[0]), -HOUR, LONDON, NOW)
    assert moved.instant == datetime(2025, 7, 1, 9, tzinfo=UTC)
    assert moved.raw == SUMMER[0]
    for text in (*WINTER, "1 Jul 2025 10:00:00 +0100", "1 Jul 2025 10:00:00", "never"):
        assert corrected(stamp(text), -HOUR, LONDON, NOW) == stamp(text)
    assert corrected(stamp(SUMMER[0]), timedelta(0), LONDON, NOW) == stamp(SUMMER[0])
    assert corrected(stamp(SUMMER[0]), -HOUR, "Europe/Paris", NOW) == stamp(SUMMER[0])


def test_a_corrected_stamp_may_be_believed() -> None:
    """P-34, P-36: ahead by the hour that is taken off, it is no date of the future; ahead by more, it stays one."""
    ahead = stamp("1 Aug 2025 12:40:00 GMT")
    assert ahead.status is DateStatus.FUTURE
    assert corrected(ahead, -HOUR, LONDON, NOW).status is DateStatus.OK
    assert corrected(stamp("1 Aug 2025 14:40:00 GMT"), -HOUR, LONDON, NOW).status is DateStatus.FUTURE
