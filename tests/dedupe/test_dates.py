"""D-10 to D-12 and P-36 to P-38: one release, however its date is written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.dedupe.dates import effective, near, same_stated, usable
from aggregator.model import DateStatus, Effective, Precision, Stamp, ZoneSource
from tests.dedupe.archive import stamp

LONDON = "Europe/London"
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
BST = timezone(timedelta(hours=1))
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC))


def dated(instant: datetime, precision: Precision = Precision.SECOND, **other: object) -> Effective:
    """The effective date of a stamp, seen much later."""
    given_stamp = Stamp(
        instant=instant.astimezone(UTC), status=DateStatus.OK, precision=precision, element="pubDate", **other
    )  # type: ignore[arg-type]
    return effective(given_stamp, NOW, LONDON)


RELEASE = {
    "00:00 BST": dated(datetime(2026, 7, 1, tzinfo=BST)),
    "23:00Z the day before": dated(datetime(2026, 6, 30, 23, tzinfo=UTC)),
    "date only": dated(datetime(2026, 7, 1, tzinfo=ZoneInfo(LONDON)), Precision.DAY),
    "zone-less": dated(datetime(2026, 7, 1, tzinfo=ZoneInfo(LONDON)), zone=ZoneSource.ASSUMED),
    "BST labelled GMT": dated(datetime(2026, 7, 1, 0, tzinfo=UTC)),
}


@pytest.mark.parametrize(("a", "b"), list(combinations(RELEASE, 2)))
def test_one_release_in_five_spellings(a: str, b: str) -> None:
    """D-12: midnight in every spelling is one date."""
    assert near(RELEASE[a], RELEASE[b])
    assert near(RELEASE[b], RELEASE[a])


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 3, 12, tzinfo=UTC), False),
        (datetime(2026, 7, 1, 1, tzinfo=UTC), datetime(2026, 7, 2, 22, tzinfo=UTC), False),
        (datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 3, 0, tzinfo=UTC), False),
        (datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 2, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC), True),
        (datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo(LONDON)), datetime(2026, 3, 29, 1, 30, tzinfo=UTC), True),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, 1, tzinfo=UTC), True),
    ],
)
def test_window(a: datetime, b: datetime, expected: bool) -> None:
    """D-11, D-12: a civil day and 36 hours; the doubled and the missing hour are no gap."""
    assert near(dated(a), dated(b)) is expected


def test_days_match_within_one_civil_day() -> None:
    """D-11: where one date is only a day, the civil days alone decide."""
    day = dated(datetime(2026, 7, 1, tzinfo=ZoneInfo(LONDON)), Precision.DAY)
    assert near(day, dated(datetime(2026, 7, 2, 22, tzinfo=UTC)))
    assert not near(day, dated(datetime(2026, 7, 2, 23, tzinfo=UTC)))


def test_day_is_civil() -> None:
    """D-10: 23:00Z in July is the next day in London, and the same day in Reykjavik."""
    late = stamp(datetime(2026, 6, 30, 23, tzinfo=UTC))
    assert effective(late, NOW, LONDON).day == date(2026, 7, 1)
    assert effective(late, NOW, "Atlantic/Reykjavik").day == date(2026, 6, 30)


@pytest.mark.parametrize("status", [DateStatus.FUTURE, DateStatus.ANCIENT, DateStatus.MISSING, DateStatus.BAD])
def test_useless_dates_are_first_seen(status: DateStatus) -> None:
    """P-36, P-37: future, ancient and bad dates file an entry under its first sight."""
    found = effective(Stamp(instant=NOW - timedelta(days=1), status=status), NOW, LONDON)
    assert (found.instant, found.basis, found.precision) == (NOW, "first-seen", Precision.SECOND)


@pytest.mark.parametrize(("minutes", "basis"), [(-1, "pubDate"), (10, "pubDate"), (11, "first-seen")])
def test_fast_clocks_are_forgiven_ten_minutes(minutes: int, basis: str) -> None:
    """P-36: up to ten minutes ahead is a fast clock, and still no stamp lies after now."""
    found = effective(stamp(NOW + timedelta(minutes=minutes)), NOW, LONDON)
    assert found.basis == basis
    assert found.instant == min(NOW, NOW + timedelta(minutes=minutes))
    assert usable(None, NOW) is None


def test_same_stated_date_to_the_second() -> None:
    """D-25: fractions of a second and absent dates are no change."""
    assert same_stated(stamp(NOW.replace(microsecond=7)), NOW)
    assert same_stated(Stamp(), None)
    assert not same_stated(stamp(NOW), None)
    assert not same_stated(Stamp(), NOW)


@settings(max_examples=60, deadline=None)
@given(INSTANTS, st.integers(-72, 72), st.sampled_from(list(Precision)))
def test_near_is_symmetric_and_bounded(instant: datetime, hours: int, precision: Precision) -> None:
    """D-11: nearness has no direction, and never spans 48 hours, unless only a month is known."""
    a, b = dated(instant, precision), dated(instant + timedelta(hours=hours))
    assert near(a, b) is near(b, a)
    assert near(a, a)
    assert not (abs(hours) >= 48 and precision is not Precision.MONTH and near(a, b))


@pytest.mark.parametrize(
    ("day", "is_near"), [("2017-06-29", False), ("2017-06-30", True), ("2017-07-18", True), ("2017-08-01", True),
                         ("2017-08-02", False)]
)  # fmt: skip
def test_a_month_is_near_each_of_its_days(day: str, is_near: bool) -> None:
    """D-11: “July 2017” contradicts no day of July, nor, with the usual day of grace, the days beside it."""
    month = effective(stamp(datetime(2017, 7, 1, 11, tzinfo=UTC), precision=Precision.MONTH), NOW, LONDON)
    exact = effective(stamp(datetime.fromisoformat(f"{day}T12:00:00+00:00")), NOW, LONDON)
    assert near(month, exact) is near(exact, month) is is_near
