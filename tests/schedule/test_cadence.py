"""The adaptive rule: what wins, what is weighed, and the laws that hold for every feed and every hint."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import Climate, Hints, Response, Rhythm
from aggregator.schedule.cadence import next_poll
from aggregator.schedule.rhythm import Publication, observe
from tests.schedule.nouns import DAY, HOUR, NOW, WELL, due, response, source, state

LONDON = ZoneInfo("Europe/London")


def busy(every: timedelta, count: int = 200, window: int = 20, until: datetime = NOW) -> Rhythm:
    """A feed that published regularly up to ``until``, with an even week."""
    found = (Publication(at=until - every * n, exact=False) for n in range(count))
    return replace(observe(Rhythm(), found, until, LONDON), window=window)


def interval(rhythm: Rhythm, **kwargs: object) -> timedelta:
    """Without jitter: from what was weighed."""
    found = due(source(), state(rhythm=rhythm), **kwargs)  # type: ignore[arg-type]
    return next(bound.at for bound in found.considered if bound.name in ("expected-entries", "longest", "silent")) - NOW


def test_constant_rate_is_polled_by_the_square_root() -> None:
    """A-01, proof in 2.2: for constant L the rule is T = √(2μ / L), within the integration of the profile."""
    climate = Climate(mu=2000.0, fair=False)
    slow, fast = interval(busy(timedelta(hours=48)), climate=climate), interval(busy(12 * HOUR), climate=climate)
    assert fast < slow
    assert slow / fast == pytest.approx(2.0, rel=0.2)


def test_quiet_feeds_get_more_than_their_share() -> None:
    """A-08: with fairness the interval grows with the fourth root of the quiet, not with the square root."""
    weekly, hourly = busy(7 * DAY, 40), busy(timedelta(hours=6), 400)
    plain, fair = Climate(mu=3000.0, fair=False), Climate(mu=3000.0)
    without = interval(weekly, climate=plain) / interval(hourly, climate=plain)
    assert 1 < interval(weekly, climate=fair) / interval(hourly, climate=fair) < without


def test_office_hours_are_polled_more_densely() -> None:
    """A-04: a feed that publishes on weekday mornings is asked sooner then than on a Saturday evening."""
    mornings = [
        datetime(2026, 1, 5, 10, tzinfo=UTC) + timedelta(days=7 * week + day) for week in range(21) for day in range(5)
    ]
    rhythm = observe(Rhythm(), (Publication(at=at) for at in mornings), NOW, LONDON)
    monday, saturday = datetime(2026, 6, 1, 8, tzinfo=UTC), datetime(2026, 6, 6, 19, tzinfo=UTC)
    first = due(source(), state(rhythm=rhythm), at=monday)
    second = due(source(), state(rhythm=rhythm), at=saturday)
    assert first.bound == "expected-entries"
    assert first.interval * 2 < second.interval


def test_priority_shortens_the_interval() -> None:
    """A-01: a priority of two halves the interval of a feed with an even week."""
    rhythm = busy(timedelta(hours=17), 300)
    climate = Climate(mu=3000.0)
    usual = due(source(), state(rhythm=rhythm), climate=climate).interval
    preferred = due(source(priority=2), state(rhythm=rhythm), climate=climate).interval
    assert preferred / usual == pytest.approx(0.5, abs=0.1)


def test_a_new_feed_is_asked_again_after_an_hour() -> None:
    """A-09: one hour after subscribing, then the rule."""
    found = due(source(), state(polls=1))
    assert found.bound in ("new-feed", "floor")
    assert HOUR <= found.interval <= 1.1 * HOUR
    assert due(source(), state(polls=2)).bound == "expected-entries"


@pytest.mark.parametrize(
    ("quiet", "low", "high", "name"),
    [(100, 0, 24, "expected-entries"), (200, 24, 72, None), (400, 48, 168, None), (9000, 168, 168, "silent")],
)
def test_silent_feeds(quiet: int, low: int, high: int, name: str | None) -> None:
    """A-07: silent for 180 days at most every 72 h, for a year at most every 7 d; normal again on the first entry."""
    asleep = busy(DAY, 30, until=NOW - quiet * DAY)
    found = due(source(), state(rhythm=asleep), climate=Climate(mu=500.0))
    assert low * HOUR <= found.interval <= 1.1 * high * HOUR
    assert name is None or found.bound == name
    awake = observe(asleep, [Publication(at=NOW)], NOW, LONDON)
    assert due(source(), state(rhythm=awake), climate=Climate(mu=500.0)).interval < 24 * HOUR


def test_the_servers_word_wins_and_everything_weighed_is_shown() -> None:
    """A-10, H-20: max-age of a 304 wins over the rule; floor, rule and hint are there for ``explain``."""
    found = due(source(), state(rhythm=busy(8 * HOUR)), WELL, ("cache-control", "max-age=172800"))
    assert found.bound == "max-age"
    assert 2 * DAY <= found.interval <= 2.2 * DAY + timedelta(seconds=2)
    assert {"floor", "expected-entries", "max-age"} <= {bound.name for bound in found.considered}
    assert list(found.considered) == sorted(found.considered, key=lambda bound: bound.at)


def test_a_hint_never_lets_the_window_scroll_past() -> None:
    """A 7-day max-age on a 10-entry feed with 20 entries a day: asked while the entries still fit, not in a week."""
    rhythm = busy(timedelta(minutes=72), 400, window=10)
    found = due(source(), state(rhythm=rhythm), WELL, ("cache-control", "max-age=604800"))
    assert found.bound == "window"
    assert found.interval <= 5.5 * HOUR
    assert due(source(), state(rhythm=replace(rhythm, window=0)), WELL, ("cache-control", "max-age=604800")).bound == (
        "max-age"
    )


def test_the_window_never_beats_the_floor() -> None:
    """H-29: even a feed that turns over every half hour is not asked under the floor."""
    frantic = busy(timedelta(minutes=31), 2000, window=1)
    found = due(source(), state(rhythm=frantic), WELL, ("cache-control", "max-age=86400"))
    assert (found.bound, found.interval >= HOUR) == ("floor", True)


def test_skip_hours_move_the_poll_to_the_first_allowed_minute() -> None:
    """H-26: from 22 to 6 GMT nothing is asked; the poll moves to 6 o'clock plus at most six minutes of jitter."""
    hints = Hints(skip_hours=(22, 23, 24, 1, 2, 3, 4, 5))
    evening = datetime(2026, 6, 1, 21, 50, tzinfo=UTC)
    found = due(source(), state(hints=hints, rhythm=busy(4 * HOUR)), at=evening)
    morning = datetime(2026, 6, 2, 6, tzinfo=UTC)
    assert found.bound == "skip-hours"
    assert timedelta(0) <= found.at - morning <= timedelta(minutes=6)


def test_skip_hours_that_the_feed_defies_are_ignored() -> None:
    """H-26: three entries inside the skipped hours in 28 days, and the list no longer counts; two do not suffice."""
    hints = Hints(skip_hours=tuple(range(10, 24)))
    inside = tuple(NOW.replace(hour=12) - n * DAY for n in (3, 2, 1))
    rhythm = busy(4 * HOUR)
    assert due(source(), state(hints=hints, rhythm=rhythm)).bound == "skip-hours"
    assert due(source(), state(hints=hints, rhythm=replace(rhythm, defied=inside[1:]))).bound == "skip-hours"
    assert due(source(), state(hints=hints, rhythm=replace(rhythm, defied=inside))).bound != "skip-hours"
    old = tuple(instant - 28 * DAY for instant in inside)
    assert due(source(), state(hints=hints, rhythm=replace(rhythm, defied=old))).bound == "skip-hours"


def test_skip_days_give_way_to_the_window() -> None:
    """A weekend of skipDays does not let a busy feed scroll past; a quiet one is left in peace until Monday."""
    hints = Hints(skip_days=("Saturday", "Sunday"))
    friday = datetime(2026, 6, 5, 23, 30, tzinfo=UTC)
    quiet = due(source(), state(hints=hints, rhythm=busy(3 * DAY, 60, until=friday)), at=friday)
    assert quiet.at.date() == datetime(2026, 6, 8, tzinfo=UTC).date()
    crowded = due(source(), state(hints=hints, rhythm=busy(HOUR, 900, until=friday)), at=friday)
    assert (crowded.bound, crowded.at < friday + DAY) == ("window", True)


def test_an_ended_feed_is_asked_monthly() -> None:
    """H-28: JSON Feed ``expired: true``."""
    found = due(source(), state(hints=Hints(expired=True), rhythm=busy(HOUR)))
    assert found.bound == "expired"
    assert 30 * DAY <= found.interval <= 33 * DAY


def test_the_floor_falls_only_for_servers_that_say_so_or_are_ours() -> None:
    """H-29: an operator's quarter of an hour counts only with a declared lifetime or ttl of 15 minutes, or at home."""
    eager, rhythm = source(min_interval=timedelta(minutes=15)), busy(timedelta(minutes=31), 3000)
    hurried = Climate(mu=1.0)
    assert due(eager, state(rhythm=rhythm), climate=hurried).interval >= HOUR
    zero = due(eager, state(rhythm=rhythm), WELL, ("cache-control", "no-cache, max-age=60"), climate=hurried)
    assert zero.interval >= HOUR
    declared = due(eager, state(rhythm=rhythm), WELL, ("cache-control", "max-age=600"), climate=hurried)
    assert timedelta(minutes=15) <= declared.interval < timedelta(minutes=30)
    by_ttl = due(eager, state(rhythm=rhythm, hints=Hints(ttl=15)), climate=hurried)
    assert timedelta(minutes=15) <= by_ttl.interval < timedelta(minutes=30)
    own = due(source(min_interval=timedelta(seconds=2)), state())
    assert (own.bound, own.interval < timedelta(seconds=2.3)) == ("own-server", True)


def test_a_clock_set_back_during_the_exchange() -> None:
    """An answer "received" a week before it was asked for brings nothing forward."""
    odd = replace(response(("cache-control", "max-age=7200")), finished_at=NOW - 7 * DAY)
    assert next_poll(source(), state(), odd, WELL, Climate()).at >= NOW + 2 * HOUR


DATES = st.sampled_from(
    ["Mon, 01 Jun 2026 09:30:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "0", "banana", "Thu, 01 Jan 1970 00:00:00 +9999"]
)
NUMBERS = st.sampled_from(["-1", "0", "60", "3600", "1e9", "99999999999999999999", "٣", " 7 ", ""])
LINES = st.lists(
    st.tuples(st.sampled_from(["expires", "date"]), DATES)
    | st.tuples(st.just("age"), NUMBERS)
    | st.tuples(st.just("cache-control"), st.builds("max-age={}".format, NUMBERS) | st.just("no-store,,=;max-age")),
    max_size=5,
)
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
ANY_HINTS = st.builds(
    Hints,
    ttl=st.none() | st.integers(-5, 10**12),
    skip_hours=st.lists(st.integers(-3, 30), max_size=26).map(tuple),
    skip_days=st.lists(st.sampled_from(["Monday", "saturday", "Caturday", " Sunday "]), max_size=8).map(tuple),
    update_period=st.none() | st.sampled_from(["hourly", "weekly", "YEARLY", "never"]),
    update_frequency=st.none() | st.integers(-9, 10**12),
    update_base=st.none() | st.sampled_from(["2000-01-01T12:00+00:00", "0001-01-01T00:00+14:00", "monday"]),
    expired=st.booleans(),
)


@settings(deadline=None, max_examples=150)
@given(
    lines=LINES,
    hints=ANY_HINTS,
    events=st.lists(INSTANTS, max_size=12),
    at=INSTANTS,
    minutes=st.integers(1, 3000),
    polls=st.integers(1, 5),
    window=st.integers(-1, 1000),
)
def test_no_hint_no_date_no_clock_brings_a_poll_forward(
    lines: list[tuple[str, str]],
    hints: Hints,
    events: list[datetime],
    at: datetime,
    minutes: int,
    polls: int,
    window: int,
) -> None:
    """Hints that contradict each other, dates centuries off, clocks that jump: a named decision each time, never under
    the floor, never beyond a month and its jitter, no exception."""
    feed = source(min_interval=timedelta(minutes=minutes), max_interval=timedelta(minutes=max(minutes, 1440)))
    rhythm = replace(observe(Rhythm(), (Publication(at=event) for event in events), at, LONDON), window=window)
    answer: Response = response(*lines, at=at - timedelta(days=window))
    found = next_poll(feed, state(hints=hints, rhythm=rhythm, polls=polls), answer, WELL, Climate())
    assert answer.started_at + timedelta(minutes=minutes) <= found.at <= answer.started_at + timedelta(days=41)
    assert found.bound in {bound.name for bound in found.considered}
