"""The fixed cadence: floors, back-off, jitter and the publisher's own word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import (
    Blocked,
    Failed,
    FailureKind,
    FeedId,
    FeedRow,
    FeedState,
    Gone,
    Meaning,
    NotModified,
    Source,
)
from aggregator.schedule.cadence import next_poll, spread, unit

NOW = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def source(name: str = "knowsmere-news", **kwargs: object) -> Source:
    return Source(id=FeedId(name), url=f"https://{name}.example/feed/", **kwargs)  # type: ignore[arg-type]


def state(**kwargs: object) -> FeedState:
    return FeedState(feed_id=FeedId("knowsmere-news"), uuid="u", tag="tag:x,2026:u", added_at=NOW, **kwargs)  # type: ignore[arg-type]


def failed(status: int | None = None, retry_at: datetime | None = None) -> Failed:
    return Failed(kind=FailureKind.HTTP, detail="the server answered", status=status, retry_at=retry_at)


ANSWERS: list[Meaning] = [
    NotModified(url="https://x.example/", validators=None),
    Gone(detail="gone"),
    Blocked(status=403, detail="no"),
    failed(404),
    failed(429),
    failed(503, NOW + timedelta(minutes=1)),
    failed(500),
]


@settings(deadline=None, max_examples=60)
@given(
    answer=st.sampled_from(ANSWERS),
    failures=st.integers(0, 5000),
    polls=st.integers(0, 10**6),
    minutes=st.integers(15, 3000),
)
def test_never_under_the_floor(answer: Meaning, failures: int, polls: int, minutes: int) -> None:
    """H-29, H-50: no answer brings the next poll under the floor, start to start, however often it came."""
    floor = timedelta(minutes=minutes)
    due = next_poll(source(min_interval=floor), state(failures=failures, polls=polls), answer, NOW)
    assert due.at >= NOW + floor
    assert due.at <= NOW + timedelta(days=4100)


def test_jitter_only_stretches_and_differs_between_feeds() -> None:
    """H-71: jitter is uniform(0, 0.1 × interval), upwards only, and no two feeds fall into step."""
    answer = NotModified(url="https://x.example/", validators=None)
    delays = {next_poll(source(f"feed-{n}"), state(polls=3), answer, NOW).at - NOW for n in range(200)}
    assert len(delays) == 200
    assert min(delays) >= HOUR
    assert max(delays) <= 1.1 * HOUR


def test_back_off_doubles_up_to_the_longest() -> None:
    """H-50: uniform(0.5, 1) × min(floor × 2^n, 24 h), never under the floor."""
    for failures, longest in [(1, 2), (2, 4), (3, 8), (4, 16), (5, 24), (500, 24)]:
        due = next_poll(source(), state(failures=failures), failed(500), NOW)
        assert due.bound == "back-off"
        assert max(HOUR, longest * HOUR / 2) <= due.at - NOW <= longest * HOUR * 1.1


@pytest.mark.parametrize(
    ("failures", "low", "high"),
    [(1, timedelta(hours=24), timedelta(hours=27)), (2, timedelta(days=7), timedelta(days=8))],
)
def test_gone_is_confirmed_twice(failures: int, low: timedelta, high: timedelta) -> None:
    """H-45: a 410 is confirmed once after 24 hours and once after 7 days."""
    assert low <= next_poll(source(), state(failures=failures), Gone(detail="410"), NOW).at - NOW <= high


def test_gone_stops_after_the_confirmations() -> None:
    """H-45: then nothing is asked until an operator acts."""
    assert next_poll(source(), state(failures=3), Gone(detail="410"), NOW).at - NOW > timedelta(days=3000)


def test_retry_after_is_honoured_beyond_a_day_and_bounded_by_a_month() -> None:
    """H-48: Retry-After is not clipped below 31 days."""
    ten_days = next_poll(source(), state(failures=1), failed(503, NOW + timedelta(days=10)), NOW)
    assert ten_days.bound == "retry-after"
    assert timedelta(days=10) <= ten_days.at - NOW <= timedelta(days=10, hours=1)
    century = next_poll(source(), state(failures=1), failed(503, NOW + timedelta(days=36500)), NOW)
    assert century.at - NOW <= timedelta(days=31, hours=1)


def test_too_many_requests_without_a_date() -> None:
    """H-49: next = max(2 × current interval, 4 h)."""
    assert next_poll(source(), state(failures=1), failed(429), NOW).at - NOW >= 4 * HOUR
    slow = state(failures=1, interval=6 * HOUR)
    assert next_poll(source(), slow, failed(429), NOW).at - NOW >= 12 * HOUR


def test_restart_spreads_the_overdue_and_leaves_the_rest() -> None:
    """H-71: overdue feeds are spread over 30 minutes; new feeds and feeds not yet due are not touched."""
    rows = [FeedRow(source=source(f"f-{n}"), state=state(next_poll_at=NOW - HOUR), entries=0) for n in range(300)]
    fresh = FeedRow(source=source("fresh"), state=state(), entries=0)
    later = FeedRow(source=source("later"), state=state(next_poll_at=NOW + HOUR), entries=0)
    delays = spread([*rows, fresh, later], NOW)
    assert set(delays) == {row.source.id for row in rows}
    assert timedelta(0) <= min(delays.values()) < timedelta(minutes=3)
    assert timedelta(minutes=27) < max(delays.values()) <= timedelta(minutes=30)


def test_unit_is_stable() -> None:
    """Jitter is a hash: the same parts give the same number in every process."""
    assert unit("knowsmere-news", 7) == unit("knowsmere-news", 7) == pytest.approx(0.09170931786346911)
    assert 0 <= unit("a") < 1
