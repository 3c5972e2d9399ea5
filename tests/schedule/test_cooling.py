"""How long a host is spared: H-48, H-49."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model import Blocked, Cooling, Failed, RetryScope
from aggregator.schedule.cooling import cooled, joined, penalty
from tests.schedule.nouns import DAY, HOUR, NOW, WELL, failed, source, state

AUTO = RetryScope.AUTO


def test_too_many_requests_cool_the_host() -> None:
    """H-49: twice the interval that was too short, at least four hours, at most a week."""
    for interval, pause in ((HOUR, 4 * HOUR), (5 * HOUR, 10 * HOUR), (30 * DAY, 7 * DAY)):
        cooling = cooled(source(), state(interval=interval), failed(429), NOW, AUTO)
        assert cooling is not None
        assert (cooling.until, cooling.penalty, cooling.since) == (NOW + pause, pause, NOW)
        assert "429" in cooling.reason


def test_retry_after_is_taken_at_its_word() -> None:
    """H-48: not cut short below 31 days, even if it is shorter than what we would wait."""
    for asked in (timedelta(minutes=5), 30 * DAY):
        cooling = cooled(source(), state(), failed(429, NOW + asked), NOW, AUTO)
        assert cooling is not None
        assert (cooling.until, cooling.penalty) == (NOW + asked, timedelta(0))
    longest = cooled(source(), state(), failed(429, NOW + 900 * DAY), NOW, AUTO)
    assert longest is not None
    assert longest.until == NOW + 31 * DAY


@pytest.mark.parametrize(
    ("scope", "on_429", "on_503"),
    [(RetryScope.AUTO, True, False), (RetryScope.HOST, True, True), (RetryScope.FEED, False, False)],
)
def test_the_scope_is_settable(scope: RetryScope, on_429: bool, on_503: bool) -> None:
    """H-48, H-49: by default 429 cools the host and 503 its feed."""
    later = NOW + 2 * HOUR
    assert (cooled(source(), state(), failed(429, later), NOW, scope) is not None) is on_429
    assert (cooled(source(), state(), failed(503, later), NOW, scope) is not None) is on_503
    blocked = Blocked(status=403, detail="no", retry_at=later)
    assert (cooled(source(), state(), blocked, NOW, scope) is not None) is on_503


def test_other_answers_cool_nothing() -> None:
    """H-50: a fault of one feed is not one of its neighbours."""
    for meaning in (WELL, failed(500), failed(503), failed(None), Failed(kind=failed().kind, detail="", status=404)):
        assert cooled(source(), state(), meaning, NOW, RetryScope.HOST) is None


def test_the_penalty_halves_every_day() -> None:
    """H-49: four hours, two, one … until nothing is left; a clock set back does not double it."""
    known = Cooling(penalty=4 * HOUR, since=NOW)
    assert [penalty(known, NOW + days * DAY) / HOUR for days in (-9, 0, 1, 2)] == [4.0, 4.0, 2.0, 1.0]
    assert penalty(known, NOW + 10 * DAY) == timedelta(0)
    assert penalty(known, NOW + 10**5 * DAY) == timedelta(0)
    assert penalty(Cooling(), NOW) == timedelta(0)


def test_pauses_add_up_to_the_longer_one() -> None:
    """A second complaint never shortens the first, and a Retry-After forgives no penalty."""
    hard = Cooling(until=NOW + 8 * HOUR, reason="hard", penalty=8 * HOUR, since=NOW)
    word = Cooling(until=NOW + HOUR, reason="word")
    assert joined(hard, word) == joined(word, hard) == hard
    assert joined(Cooling(), word) == word
