"""Redirects adopted only with proof: H-40 to H-44."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.fetch.moving import after_failure, after_success
from aggregator.fetch.policy import make_request
from aggregator.model import Failed, FailureKind, Gone, Redirect, Unreachable
from tests.fetch.nouns import AGENT, NOW, URL, hops, response, source, state

TARGET = "https://news.ainsbeck.example/feed"
WEEK = timedelta(days=7)
DEAD = Unreachable(url=URL, kind=FailureKind.DNS, detail="no such name", started_at=NOW, finished_at=NOW)


def sighted(count: int = 3, target: str = TARGET, since: timedelta = WEEK, shares: bool = True) -> Redirect:
    """A redirect seen so often, for so long."""
    return Redirect(target=target, first_seen=NOW - since, count=count, shares=shares)


def moved(redirect: Redirect | None, url: str = URL, shares: bool = True) -> str | None:
    """Where the feed is asked after one more good answer."""
    after, move = after_success(source(url), state(), state(redirect=redirect), NOW, shares=shares)
    assert (move is not None) == (after.moved_url is not None)
    return after.moved_url


def test_three_sightings_over_a_week_are_proof() -> None:
    """H-40: same target, three in a row, seven days, a known entry; then the new address is asked."""
    assert moved(sighted()) == TARGET
    after, move = after_success(source(), state(), state(redirect=sighted()), NOW, shares=True)
    assert move is not None
    assert (move.origin, move.target, after.redirect) == (URL, TARGET, None)
    assert make_request(source(), after, AGENT).url == TARGET


@pytest.mark.parametrize(
    "weak", [None, sighted(count=2), sighted(since=WEEK - timedelta(seconds=1)), sighted(shares=False)]
)
def test_less_is_none(weak: Redirect | None) -> None:
    """H-40: fewer sightings, fewer days, or a document that was a stranger at first: the address stays."""
    assert moved(weak) is None


def test_only_the_first_sighting_is_asked_for_known_entries() -> None:
    """H-40: a stranger's entries are known themselves the second time; that proves nothing."""
    first, _ = after_success(source(), state(), state(redirect=sighted(count=1)), NOW, shares=False)
    assert first.redirect is not None
    assert first.redirect.shares is False
    assert moved(sighted(count=5, shares=False), shares=True) is None


def test_https_of_the_same_address_is_adopted_at_once() -> None:
    """H-41: only the scheme changes; another path, host or port is no such change, nor is the way back (H-43)."""
    plain = "http://ainsbeck.example/news/feed?x=1"
    secure = "https://ainsbeck.example/news/feed?x=1"
    assert moved(sighted(1, secure), plain, shares=False) == secure
    for other in ("https://ainsbeck.example/feed", "https://www.ainsbeck.example/news/feed?x=1", secure + "2"):
        assert moved(sighted(1, other), plain) is None
    assert moved(sighted(1, "https://ainsbeck.example:8443/news/feed?x=1"), plain) is None
    assert moved(sighted(1, plain), secure) is None


@pytest.mark.parametrize("meaning", [Gone(detail="410"), Failed(kind=FailureKind.HTTP, detail="404", status=404)])
def test_an_address_that_dies_leaves_its_redirect(meaning: object) -> None:
    """H-41: 404, 410 or an unknown name while a redirect with known entries is under observation."""
    known = state(redirect=sighted(count=1, since=timedelta(0)), failures=1)
    after, move = after_failure(source(), known, known, response(404), meaning)
    assert (after.moved_url, move and move.target) == (TARGET, TARGET)
    lost = Failed(kind=FailureKind.DNS, detail="no such name")
    assert after_failure(source(), known, known, DEAD, lost)[0].moved_url == TARGET


def test_a_dead_target_or_a_passing_fault_moves_nothing() -> None:
    """H-41: it is the old address that must be dead, and really dead."""
    known = state(redirect=sighted(count=1), failures=1)
    gone = Gone(detail="410")
    assert after_failure(source(), known, known, response(410, hops=hops((301, TARGET))), gone)[1] is None
    busy = Failed(kind=FailureKind.HTTP, detail="503", status=503)
    assert after_failure(source(), known, known, response(503), busy)[1] is None
    stranger = state(redirect=sighted(count=1, shares=False), failures=1)
    assert after_failure(source(), stranger, stranger, response(410), gone)[1] is None


def test_an_adopted_address_that_dies_is_given_up() -> None:
    """Never a final silent stop: after three failures in a row the configured address is asked again."""
    for failures, kept in ((2, TARGET), (3, None)):
        known = state(moved_url=TARGET, failures=failures)
        after, _ = after_failure(source(), known, known, response(404, url=TARGET), Gone(detail="410"))
        assert after.moved_url == kept
