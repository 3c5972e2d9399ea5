"""Habits of a whole feed: midnight for "no time", GMT for local summer time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model import Precision, Stamp
from aggregator.normalise.date_habits import corrected, days_for_midnights, summer_correction
from aggregator.normalise.dates import read_date

NOW = datetime(2025, 8, 1, 12, tzinfo=UTC)
LONDON = "Europe/London"


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


def seen(texts: list[str], minutes: int) -> list[tuple[Stamp, datetime]]:
    """Stamps first seen some minutes before they claim to be published."""
    pairs = [(stamp(text), minutes) for text in texts]
    return [(one, one.instant - timedelta(minutes=early)) for one, early in pairs if one.instant]


SUMMER = [f"{day} Jul 2025 10:00:00 GMT" for day in (1, 2, 3)]
WINTER = ["1 Jan 2025 10:00:00 GMT"]


def test_summer_correction_needs_three_proofs_and_no_winter() -> None:
    """P-34: three GMT stamps up to an hour ahead of first sight in summer, none in winter, mean minus one hour."""
    assert summer_correction(seen(SUMMER, 40)) == timedelta(hours=-1)
    assert summer_correction(seen(SUMMER[:2], 40)) == timedelta(0)
    assert summer_correction(seen(SUMMER, 61)) == timedelta(0)
    assert summer_correction(seen(SUMMER, -5)) == timedelta(0)
    assert summer_correction(seen(SUMMER + WINTER, 40)) == timedelta(0)
    assert summer_correction(seen(SUMMER, 40) + seen(WINTER, -5)) == timedelta(hours=-1)
    assert summer_correction(seen([text.replace("GMT", "+0100") for text in SUMMER], 40)) == timedelta(0)


def test_correction_touches_gmt_in_summer_only() -> None:
    """P-34: the correction moves GMT stamps during BST; winter, other zones and the raw string stay."""
    hour = timedelta(hours=-1)
    moved = corrected(stamp(SUMMER[0]), hour)
    assert moved.instant == datetime(2025, 7, 1, 9, tzinfo=UTC)
    assert moved.raw == SUMMER[0]
    for text in (*WINTER, "1 Jul 2025 10:00:00 +0100", "1 Jul 2025 10:00:00", "never"):
        assert corrected(stamp(text), hour) == stamp(text)
    assert corrected(stamp(SUMMER[0]), timedelta(0)) == stamp(SUMMER[0])
