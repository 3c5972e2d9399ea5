"""What servers and documents say about coming back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.fetch.asking import offered
from aggregator.fetch.meaning import interpret
from aggregator.fetch.memory import remember_success
from aggregator.model import Climate, Hints, Modified, Rhythm, Validators
from aggregator.schedule.cadence import next_poll
from aggregator.schedule.hints import (
    believed,
    brisk,
    closed,
    defied,
    inside,
    outside,
    phase,
    prior_rate,
    remaining,
    server_bounds,
)
from tests.schedule.nouns import DAY, response, source, state

NOW = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
DATE = ("date", "Mon, 01 Jun 2026 09:30:00 GMT")
NONE = Hints()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ((("cache-control", "max-age=3600"),), 3600),
        ((("cache-control", "public, Max-Age=3600"),), 3600),
        ((("cache-control", 'max-age="3600"'),), 3600),
        ((("cache-control", "max-age=3600"), ("age", "3500")), 100),
        ((("cache-control", "max-age=3600"), ("age", "9999")), 0),
        ((("cache-control", "max-age=3600"), ("age", "-40")), 3600),
        ((("cache-control", "max-age=3600"), ("age", "10"), ("age", "600")), 3000),
        ((("cache-control", "max-age=3600"), ("date", "Mon, 01 Jun 2026 09:00:00 GMT")), 1800),
        ((("cache-control", "max-age=3600"), ("date", "Tue, 01 Jun 2027 09:00:00 GMT")), 3600),
        ((("cache-control", "max-age=3600"), ("expires", "0")), 3600),
        ((("cache-control", "s-maxage=9000"),), 0),
        ((("cache-control", "s-maxage=9000, max-age=60"),), 60),
        ((("cache-control", "max-age=60"), ("cache-control", "max-age=3600")), 0),
        ((("cache-control", "max-age=60"), ("cache-control", "max-age=60")), 60),
        ((("cache-control", "max-age=-1"),), 0),
        ((("cache-control", "max-age=banana"), ("expires", "Mon, 01 Jun 2026 10:30:00 GMT")), 0),
        ((("cache-control", "no-store, max-age=3600"),), 0),
        ((("cache-control", "max-age=3600, no-cache"),), 0),
        ((("cache-control", "no-store, no-cache, must-revalidate"),), 0),
        ((("cache-control", "must-revalidate"), DATE, ("expires", "Mon, 01 Jun 2026 10:30:00 GMT")), 0),
        ((("cache-control", "max-age=3600, must-revalidate"),), 3600),
        ((DATE, ("expires", "Mon, 01 Jun 2026 10:30:00 GMT")), 3600),
        ((("expires", "Mon, 01 Jun 2026 10:30:00 GMT"),), 3600),
        ((DATE, ("expires", "Monday, 01-Jun-26 10:30:00 GMT")), 3600),
        ((DATE, ("expires", "Mon Jun  1 10:30:00 2026")), 3600),
        ((DATE, ("expires", "Mon, 01 Jun 2026 08:30:00 GMT")), 0),
        ((DATE, ("expires", "0")), 0),
        ((DATE, ("expires", "-1")), 0),
        ((DATE, ("expires", "Mon, 01 Jun 2026 10:30:00 GMT"), ("expires", "0")), 0),
        ((("last-modified", "Mon, 01 Jun 2020 09:30:00 GMT"), DATE), 0),
        ((("cache-control", "max-age=00000000000000007200"),), 7200),
        ((), 0),
    ],
)
def test_freshness(headers: tuple[tuple[str, str], ...], seconds: int) -> None:
    """H-21 to H-24: lifetime less age; what is invalid, contradictory or forbidden is no lifetime."""
    assert remaining(headers, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize("status", [200, 226, 304])
def test_an_answer_out_of_a_cache_is_fresh_for_the_rest_only(status: int) -> None:
    """H-22: max-age=7200 of age 6000 asks for 1200 s after receipt, whatever the status."""
    answer = response(("cache-control", "max-age=7200"), ("age", "6000"), status=status)
    (bound,) = server_bounds(answer.headers, NONE, answer.started_at, answer.finished_at)
    assert (bound.name, bound.at) == ("max-age", answer.finished_at + timedelta(seconds=1200))
    old = response(("cache-control", "max-age=7200"), ("age", "90000"), status=status)
    assert server_bounds(old.headers, NONE, old.started_at, old.finished_at) == ()


@pytest.mark.parametrize(
    "headers",
    [
        (("cache-control", "no-store"), ("cache-control", "max-age=86400")),
        (("cache-control", "no-cache"), ("expires", "Tue, 02 Jun 2026 09:30:00 GMT")),
        (("cache-control", "must-revalidate"),),
        (("expires", "0"),),
    ],
)
def test_no_store_falls_to_the_floor_and_keeps_the_validators(headers: tuple[tuple[str, str], ...]) -> None:
    """H-23: no lifetime, so the rule and the floor decide; the validators of the same answer are kept and offered."""
    answer = replace(response(*headers, ("etag", '"7"'), status=200), body=b"<rss/>")
    before = state(rhythm=Rhythm(since=NOW - 90 * DAY, weight=9.0, weighed_at=NOW))
    meaning = interpret(answer, before, NOW)
    assert isinstance(meaning, Modified)
    after = remember_success(before, meaning, answer, NOW)
    assert offered(after) == Validators(url=answer.url, etag='"7"')
    found = next_poll(source(), after, answer, meaning, Climate())
    assert {bound.name for bound in found.considered} & {"max-age"} == set()
    assert found.at >= NOW + timedelta(hours=1)


def test_a_document_that_never_changes_is_no_hint() -> None:
    """H-24: a tenth of the age of Last-Modified is never a bound; ten quiet years would forbid a poll for one."""
    answer = response(DATE, ("last-modified", "Wed, 01 Jun 2016 09:30:00 GMT"))
    assert server_bounds(answer.headers, NONE, NOW, NOW) == ()


def test_hints_above_a_week_count_as_a_week() -> None:
    """H-29: max-age of a year, and ttl at its limit."""
    headers = (("cache-control", "max-age=31536000"),)
    found = server_bounds(headers, Hints(ttl=10_080), NOW, NOW)
    assert {(bound.name, bound.at - NOW) for bound in found} == {
        ("max-age", timedelta(days=7)),
        ("ttl", timedelta(days=7)),
    }


@pytest.mark.parametrize("ttl", [None, 0, -5, 10_081, 10**12])
def test_absurd_ttl_is_ignored(ttl: int | None) -> None:
    """H-25: above 10080 or not positive."""
    assert server_bounds((), Hints(ttl=ttl), NOW, NOW) == ()


def test_bounds_do_not_reach_beyond_the_window() -> None:
    """A hint is capped by the moment entries may scroll past; that of an ended feed is not (H-28)."""
    latest = NOW + timedelta(hours=5)
    found = server_bounds((("cache-control", "max-age=86400"),), Hints(ttl=1440, expired=True), NOW, NOW, latest)
    assert {(bound.name, bound.at) for bound in found} == {
        ("max-age", latest),
        ("ttl", latest),
        ("expired", NOW + timedelta(days=30)),
    }


@pytest.mark.parametrize(
    ("headers", "hints", "answer"),
    [
        ((("cache-control", "max-age=900"),), NONE, True),
        ((("cache-control", "max-age=901"),), NONE, False),
        ((("cache-control", "max-age=0"),), NONE, False),
        ((DATE, ("expires", "Mon, 01 Jun 2026 09:40:00 GMT")), NONE, True),
        ((("expires", "Mon, 01 Jun 2026 09:40:00 GMT"),), NONE, False),
        ((), Hints(ttl=15), True),
        ((), Hints(ttl=16), False),
        ((), NONE, False),
    ],
)
def test_brisk_servers(headers: tuple[tuple[str, str], ...], hints: Hints, answer: bool) -> None:
    """H-29: only a declared lifetime or ttl of 15 minutes or less; saying nothing, or 0, declares nothing."""
    assert brisk(headers, hints) is answer


def test_skipped_hours_and_days() -> None:
    """H-26: 24 means 0, GMT, English names; the first allowed minute."""
    hints = Hints(skip_hours=(24, 1, 99, -1), skip_days=("Sunday", "dimanche"))
    assert closed(hints) == (frozenset({0, 1}), frozenset({6}))
    saturday_night = datetime(2026, 6, 6, 23, 59, tzinfo=UTC)
    assert outside(saturday_night, hints) == saturday_night
    assert outside(saturday_night + timedelta(minutes=2), hints) == datetime(2026, 6, 8, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "hints", [Hints(skip_hours=tuple(range(1, 25))), Hints(skip_days=("monday",) * 2 + (*map(str, range(9)),))]
)
def test_lists_that_leave_nothing_open_are_ignored(hints: Hints) -> None:
    """H-26: all 24 hours are ignored; a list with one day and rubbish is one day."""
    assert inside(NOW, hints) is bool(hints.skip_days)


def test_all_seven_days_are_ignored() -> None:
    """H-26: seven days leave nothing open."""
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    assert outside(NOW, Hints(skip_days=days)) == NOW


def test_defied_keeps_the_last_three_inside() -> None:
    """H-26: entries inside the skipped hours are counted, others not, and only in the last 28 days."""
    hints = Hints(skip_hours=(9,))
    days = [NOW - timedelta(days=n) for n in (40, 3, 2, 1)]
    outside_hours = [NOW + timedelta(hours=2)]
    found = defied((), [*days, *outside_hours], hints)
    assert found == tuple(days[1:])
    assert not believed(hints, found, NOW)
    assert believed(hints, defied((), days[:3], hints), NOW)
    assert not believed(NONE, (), NOW)


SECONDS = 86_400.0


@pytest.mark.parametrize(
    ("hints", "rate"),
    [
        (NONE, 5.0),
        (Hints(update_period="hourly", update_frequency=1), 5.0),
        (Hints(update_period="hourly", update_frequency=6), 5.0),
        (Hints(update_period="daily"), 1 / SECONDS),
        (Hints(update_frequency=2), 2 / SECONDS),
        (Hints(update_period=" Weekly ", update_frequency=2), 2 / (7 * SECONDS)),
        (Hints(update_period="weekly", update_frequency=-3), 1 / (7 * SECONDS)),
        (Hints(update_period="yearly"), 1 / (365.25 * SECONDS)),
        (Hints(update_period="now and then"), 5.0),
    ],
)
def test_syndication_module_feeds_the_prior_only(hints: Hints, rate: float) -> None:
    """H-27: ``hourly 1`` says nothing, longer periods are the prior, and none of them is ever a bound."""
    assert prior_rate(hints, 5.0) == pytest.approx(rate)
    assert server_bounds((), hints, NOW, NOW) == ()


def test_update_base_sets_the_phase_of_a_week() -> None:
    """H-27: only where the period is a week, and only where it can be read."""
    base = Hints(update_period="weekly", update_base="2026-06-01T09:00+00:00")
    assert phase(base) == datetime(2026, 6, 1, 9, tzinfo=UTC)
    assert phase(Hints(update_period="weekly", update_base="monday")) is None
    assert phase(Hints(update_period="daily", update_base="2026-06-01T09:00+00:00")) is None
