"""Lower bounds of politeness: H-11, H-12."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model import AskMode, Bound, Climate, Revalidation, Rhythm, Validators
from aggregator.schedule.cadence import next_poll
from aggregator.schedule.floors import UNCONDITIONAL, false_304, no_304
from tests.schedule.nouns import DAY, HOUR, NOW, WELL, response, source, state

KNOWN = Validators(url="https://x.example/", etag='"a"')


@pytest.mark.parametrize(
    ("size", "pause"), [(0, 2 * HOUR), (100_000, 2 * HOUR), (5_000_000, 12 * HOUR), (10**12, 7 * DAY)]
)
def test_whole_bodies_are_fetched_seldom(size: int, pause: timedelta) -> None:
    """H-11: two hours, or as long as ten megabytes a day allow."""
    known = state(last_success_at=NOW, revalidation=Revalidation(wire_bytes=size))
    assert [bound.at - NOW for bound in no_304(source(), known, NOW)] == [pause]


def test_only_feeds_that_cannot_revalidate() -> None:
    """H-11: validators that work set no floor; marked servers have one; the operator's own server has none."""
    assert no_304(source(), state(last_success_at=NOW, validators=KNOWN), NOW) == ()
    assert no_304(source(), state(), NOW) == ()
    marked = state(last_success_at=NOW, validators=KNOWN, revalidation=Revalidation(mode=AskMode.NO_304))
    assert len(no_304(source(), marked, NOW)) == 1
    assert no_304(source(min_interval=timedelta(minutes=1)), marked, NOW) == ()


def test_an_extra_bound_holds_even_if_entries_scroll_past() -> None:
    """H-09: a crowded window is no leave to ask without validators."""
    busy = Rhythm(since=NOW - 30 * DAY, weight=3000.0, weighed_at=NOW, last_event=NOW, entries=3000.0, window=3)
    bound = Bound(at=NOW + DAY, name=UNCONDITIONAL)
    due = next_poll(source(), state(rhythm=busy), response(), WELL, Climate(), extra=(bound,))
    assert due.bound == UNCONDITIONAL
    assert due.at >= bound.at


def test_false_304_is_doubted_after_thirty_days() -> None:
    """H-12: only where five entries were expected meanwhile."""
    lively = Rhythm(since=NOW - 60 * DAY, weight=20.0, weighed_at=NOW, last_event=NOW, entries=20.0, window=10)
    quiet = Rhythm(since=NOW - 600 * DAY, weight=0.1, weighed_at=NOW, entries=0.1, window=10)
    silent = Revalidation(only_304_since=NOW)
    assert not false_304(state(rhythm=lively, revalidation=silent), NOW + 29 * DAY)
    assert false_304(state(rhythm=lively, revalidation=silent), NOW + 30 * DAY)
    assert not false_304(state(rhythm=quiet, revalidation=silent), NOW + 90 * DAY)
    assert not false_304(state(rhythm=lively), NOW + 90 * DAY)
