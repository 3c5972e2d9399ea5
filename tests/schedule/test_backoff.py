"""Failures by class, refusals, Retry-After: floors, steps and no silent stop."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import Blocked, FailureKind, Gone, Meaning
from tests.schedule.nouns import DAY, HOUR, NOW, WELL, due, failed, source, state

ANSWERS: list[Meaning] = [
    WELL,
    Gone(detail="gone"),
    Blocked(status=403, detail="no"),
    failed(404),
    failed(429),
    failed(503, NOW + timedelta(minutes=1)),
    failed(500),
    *(failed(kind=kind) for kind in FailureKind),
]


@settings(deadline=None, max_examples=100)
@given(
    answer=st.sampled_from(ANSWERS),
    failures=st.integers(0, 5000),
    polls=st.integers(0, 10**6),
    minutes=st.integers(60, 3000),
    interval=st.none() | st.timedeltas(timedelta(0), timedelta(days=10**6)),
)
def test_never_under_the_floor_and_never_for_ever(
    answer: Meaning, failures: int, polls: int, minutes: int, interval: timedelta | None
) -> None:
    """H-29, H-45, H-50: no answer brings the next poll under the floor, and none silences a feed for more than a month
    and its jitter, however often it came."""
    floor = timedelta(minutes=minutes)
    found = due(source(min_interval=floor), state(failures=failures, polls=polls, interval=interval), answer)
    assert NOW + floor <= found.at <= NOW + timedelta(days=34.2)


@pytest.mark.parametrize(
    ("answer", "steps"),
    [
        (failed(kind=FailureKind.TLS), 1.0),
        (failed(400), 1.0),
        (failed(500), 0.5),
        (failed(kind=FailureKind.TIMEOUT), 0.5),
        (failed(kind=FailureKind.DNS), 0.25),
    ],
)
@pytest.mark.parametrize("failures", [1, 2, 4, 8, 16, 5000])
def test_back_off_doubles_by_the_weight_of_the_failure(answer: Meaning, steps: float, failures: int) -> None:
    """H-50: uniform(0.5, 1) × min(floor × 2^n, 24 h), where DNS counts a quarter, what may pass a half."""
    longest = min(HOUR * 2.0 ** min(failures * steps, 16), DAY)
    found = [due(source(f"f-{n}"), state(failures=failures), answer) for n in range(40)]
    assert all(each.bound.startswith("back-off") or each.bound == "floor" for each in found)
    assert all(max(HOUR, longest / 2) <= each.at - NOW <= longest * 1.1 for each in found)
    assert max(each.at - NOW for each in found) > 0.9 * longest


@pytest.mark.parametrize(("failures", "low", "high"), [(1, 1, 1.1), (2, 7, 7.7), (3, 30, 33), (400, 30, 33)])
def test_gone_is_confirmed_twice_then_monthly(failures: int, low: float, high: float) -> None:
    """H-45: a 410 is confirmed once after 24 hours and once after 7 days; then only a monthly look remains."""
    found = due(source(), state(failures=failures), Gone(detail="410"))
    assert low * DAY <= found.at - NOW <= high * DAY
    assert found.bound == "gone"


def test_retry_after_is_honoured_beyond_a_day_and_bounded_by_a_month() -> None:
    """H-48: Retry-After is not clipped below 31 days."""
    ten_days = due(source(), state(failures=1), failed(503, NOW + 10 * DAY))
    assert ten_days.bound == "retry-after"
    assert 10 * DAY <= ten_days.at - NOW <= 10 * DAY + HOUR
    century = due(source(), state(failures=1), failed(503, NOW + 36500 * DAY))
    assert 31 * DAY <= century.at - NOW <= 31 * DAY + HOUR


def test_retry_after_of_a_refusal_counts_too() -> None:
    """H-48: any answer may carry it; a word shorter than our own pause changes nothing."""
    later = due(source(), state(failures=1), Blocked(status=403, detail="no", retry_at=NOW + 3 * DAY))
    assert (later.bound, later.at >= NOW + 3 * DAY) == ("retry-after", True)
    sooner = due(source(), state(failures=1), Blocked(status=403, detail="no", retry_at=NOW + HOUR))
    assert (sooner.bound, sooner.at >= NOW + DAY) == ("blocked", True)


def test_too_many_requests_without_a_date() -> None:
    """H-49: next = max(2 × current interval, 4 h), and it stops doubling at a week."""
    assert due(source(), state(failures=1), failed(429)).at - NOW >= 4 * HOUR
    assert due(source(), state(failures=1, interval=6 * HOUR), failed(429)).at - NOW >= 12 * HOUR
    assert due(source(), state(failures=9, interval=6 * DAY), failed(429)).at - NOW <= 7.7 * DAY


@pytest.mark.parametrize(("failures", "hours"), [(1, 6), (2, 12), (3, 24), (4, 48), (5, 168), (99, 168)])
def test_not_found_steps(failures: int, hours: int) -> None:
    """H-46: 404 backs off 6 h, 12 h, 24 h … 7 d."""
    found = due(source(), state(failures=failures), failed(404))
    assert hours * HOUR <= found.at - NOW <= 1.1 * hours * HOUR


def test_a_month_down_then_up_again() -> None:
    """A server down for thirty days is found up within the longest pause, and the first success ends the back-off."""
    at: datetime = NOW
    asked = failures = 0
    while at < NOW + 30 * DAY:
        asked, failures = asked + 1, failures + 1
        at = due(source(), state(failures=failures, polls=asked), failed(500), at=at).at
    assert at - (NOW + 30 * DAY) <= 26.4 * HOUR
    assert asked >= 30
    assert not due(source(), state(polls=asked), WELL, at=at).bound.startswith("back-off")
