"""The life of a subscription."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from aggregator.model import Offer, PushMode, PushPhase
from aggregator.push import (
    Accepted,
    Ask,
    End,
    Rejected,
    Wait,
    ask,
    begin,
    end,
    form_of,
    is_live,
    next_step,
    refused,
    verify,
    wanted,
)
from tests.push.nouns import DAY, FEED, HOUR, HUB, NOW, OFFER, TOKEN, TOPIC, active, safe, subscription

ELSEWHERE = Offer(hub="https://new-hub.example/", topic=TOPIC, why="named in the document")


def query(mode: str = "subscribe", lease: str | None = "864000", **changes: str) -> dict[str, str]:
    found = {"hub.mode": mode, "hub.topic": TOPIC, "hub.challenge": "c-1"}
    return found | ({"hub.lease_seconds": lease} if lease is not None else {}) | changes


def test_token_and_secret_are_apart_and_only_for_safe_hubs() -> None:
    """H-81: both come from the mint, differ, and an http hub gets no secret."""
    numbers = count(1)
    made = begin(FEED, OFFER, lambda: f"random-{next(numbers)}", safe, NOW)
    assert (made.token, made.secret, made.next_at, made.phase) == ("random-1", "random-2", NOW, PushPhase.PENDING)
    assert begin(FEED, replace(OFFER, hub="http://hub.example/"), lambda: "r", safe, NOW).secret == ""


def test_the_form() -> None:
    """H-81: callback, mode, topic exactly, lease, secret; no secret in an unsubscription."""
    form = dict(form_of(subscription(), "https://news.example/push/" + TOKEN))
    assert form == {
        "hub.callback": "https://news.example/push/" + TOKEN,
        "hub.mode": "subscribe",
        "hub.topic": TOPIC,
        "hub.lease_seconds": "1209600",
        "hub.secret": "s" * 43,
    }
    assert "hub.secret" not in dict(form_of(subscription(mode=PushMode.UNSUBSCRIBE), "x"))
    assert "hub.secret" not in dict(form_of(subscription(secret=""), "x"))
    assert len(form["hub.secret"].encode()) < 200


def test_verification_of_what_was_asked() -> None:
    """H-82: the exact challenge comes back and the lease of the verification counts."""
    found = verify(subscription(), query(), NOW + HOUR)
    assert isinstance(found, Accepted)
    assert found.words == "c-1"
    after = found.subscription
    assert (after.phase, after.attempts, after.since) == (PushPhase.ACTIVE, 0, NOW + HOUR)
    assert after.expires_at == NOW + HOUR + 10 * DAY


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"hub.topic": TOPIC + "?x"}, {}),
        ({"hub.topic": TOPIC.rstrip("/")}, {}),
        ({"hub.mode": "unsubscribe"}, {}),
        ({"hub.mode": "SUBSCRIBE"}, {}),
        ({"hub.mode": ""}, {}),
        ({"hub.challenge": ""}, {}),
        ({"hub.challenge": "x" * 5000}, {}),
        ({}, {"mode": PushMode.UNSUBSCRIBE}),
        ({}, {"asked_at": None}),
        ({}, {"asked_at": NOW - 2 * DAY}),
        ({}, {"phase": PushPhase.ENDED}),
        ({}, {"phase": PushPhase.DENIED}),
    ],
)
def test_anything_else_is_refused(changes: dict[str, str], asked: dict[str, object]) -> None:
    """H-82: 404 unless (callback, topic, mode) is what we asked for."""
    assert isinstance(verify(subscription(**asked), query(**changes), NOW), Rejected)


def test_the_same_question_twice_gets_the_same_answer() -> None:
    """H-82: our first answer may have been lost; a second 404 would end the subscription at the hub."""
    first = verify(subscription(), query(), NOW)
    assert isinstance(first, Accepted)
    second = verify(first.subscription, query(), NOW + timedelta(minutes=1))
    assert isinstance(second, Accepted)
    assert second.words == "c-1"


@pytest.mark.parametrize(("stated", "days"), [(None, 1), ("0", 1), ("-5", 1), ("soon", 1), ("9" * 30, 366), ("²", 1)])
def test_odd_leases(stated: str | None, days: int) -> None:
    """H-82: a lease that is missing or no number counts as a day, an endless one as a year; nothing overflows."""
    found = verify(subscription(), query(lease=stated), NOW)
    assert isinstance(found, Accepted)
    assert found.subscription.expires_at == NOW + days * DAY


def test_denied_ends_it_at_any_time() -> None:
    """H-82: mode=denied ends a pending and an active subscription; what the hub says is kept as one plain line."""
    for known in (subscription(), active()):
        found = verify(known, {"hub.mode": "denied", "hub.topic": TOPIC, "hub.reason": "no\r\nthanks\x1b[31m"}, NOW)
        assert isinstance(found, Accepted)
        assert (found.subscription.phase, found.subscription.next_at) == (PushPhase.DENIED, None)
        assert found.subscription.reason == "the hub refuses: no thanks [31m"
        assert not is_live(found.subscription, NOW)
    wrong = verify(active(), {"hub.mode": "denied", "hub.topic": "https://other.example/"}, NOW)
    assert isinstance(wrong, Rejected)


@settings(max_examples=100, deadline=None)
@given(some.integers(min_value=1, max_value=10**9), some.text("abcXYZ019_-", min_size=22, max_size=43))
def test_renewal_is_between_half_and_four_fifths(lease: int, token: str) -> None:
    """H-83: renewed at 50 to 80 percent of min(lease, 14 d), but no hub is asked more than every ten minutes."""
    found = verify(subscription(token=token), query(lease=str(lease)), NOW)
    assert isinstance(found, Accepted)
    assert found.subscription.next_at is not None
    counted = min(timedelta(seconds=lease), 14 * DAY)
    waited = found.subscription.next_at - NOW
    assert max(0.5 * counted, timedelta(minutes=10)) <= waited <= max(0.8 * counted, timedelta(minutes=10))


def test_renewal_keeps_secret_and_cover() -> None:
    """H-83: while the new verification is awaited the old subscription stays active, and the secret stays the same."""
    step = next_step(active(), OFFER, (), NOW)
    assert step == Ask(mode=PushMode.SUBSCRIBE, reason="renewal")
    asked = ask(active(), step, NOW)
    assert is_live(asked, NOW)
    assert (asked.secret, asked.token, asked.expires_at) == (active().secret, active().token, active().expires_at)
    found = verify(asked, query(), NOW)
    assert isinstance(found, Accepted)
    assert found.subscription.since == active().since


def test_a_gap_in_the_cover_begins_it_anew() -> None:
    """H-86: after a lease has run out nobody was watching, so the cover begins with the new verification."""
    late = active(lease=HOUR / 2, asked_at=NOW)
    found = verify(late, query(), NOW)
    assert isinstance(found, Accepted)
    assert found.subscription.since == NOW


def test_a_silent_hub_is_asked_ever_more_rarely() -> None:
    """H-83: 1, 2, 4 … hours, a week at last, never given up; what the hub wishes is honoured."""
    known, now, waits = subscription(asked_at=None, attempts=0, next_at=NOW), NOW, []
    for _ in range(11):
        step = next_step(known, OFFER, (), now)
        assert isinstance(step, Ask)
        known = ask(known, step, now)
        assert known.next_at is not None
        waits.append((known.next_at - now) / HOUR)
        now = known.next_at
    assert waits == [1, 2, 4, 8, 16, 24, 48, 96, 168, 168, 168]
    assert refused(known, "busy", now + 400 * HOUR, now).next_at == now + 400 * HOUR
    assert refused(known, "busy", now + HOUR, now).next_at == now + 168 * HOUR


def test_a_moved_feed_keeps_its_old_hub_until_the_new_one_has_verified() -> None:
    """H-83: an early switch leaves a feed push-dead."""
    pending = subscription(token="b" * 43, hub=ELSEWHERE.hub)
    assert next_step(active(), ELSEWHERE, (pending,), NOW) == Ask(mode=PushMode.SUBSCRIBE, reason="renewal")
    verified = active(token="b" * 43, hub=ELSEWHERE.hub)
    leaving = next_step(active(), ELSEWHERE, (verified,), NOW)
    assert isinstance(leaving, Ask)
    assert leaving.mode is PushMode.UNSUBSCRIBE


def test_leaving_ends_with_the_hubs_word_or_after_three_requests() -> None:
    """H-84: unsubscribed is over, whether the hub answers or not."""
    known = ask(active(), Ask(mode=PushMode.UNSUBSCRIBE, reason="moved"), NOW)
    assert known.phase is PushPhase.LEAVING
    found = verify(known, query("unsubscribe"), NOW)
    assert isinstance(found, Accepted)
    assert found.subscription.phase is PushPhase.ENDED
    now = NOW
    for _ in range(2):
        now += DAY
        step = next_step(known, OFFER, (), now)
        assert isinstance(step, Ask)
        assert step.mode is PushMode.UNSUBSCRIBE
        known = ask(known, step, now)
    last = next_step(known, OFFER, (), now + DAY)
    assert isinstance(last, End)
    assert end(known, last.reason, now).next_at is None


def test_feeds_without_push_or_paused_are_left() -> None:
    """H-82: nothing is renewed that the feed does not name any more; a pending one just ends."""
    for offer in (None, Offer(why="the feed names no hub")):
        leaving = next_step(active(), offer, (), NOW)
        assert isinstance(leaving, Ask)
        assert leaving.mode is PushMode.UNSUBSCRIBE
        assert isinstance(next_step(subscription(asked_at=NOW - HOUR), offer, (), NOW), End)


@pytest.mark.parametrize("jump", [timedelta(days=3), timedelta(days=400)])
def test_a_clock_set_back_asks_once_and_not_in_a_burst(jump: timedelta) -> None:
    """H-83: what was planned by a clock that ran ahead is asked for again now, and then waits as ever."""
    ahead = active(asked_at=NOW + jump, verified_at=NOW + jump, next_at=NOW + jump + 7 * DAY)
    step = next_step(ahead, OFFER, (), NOW)
    assert step == Ask(mode=PushMode.SUBSCRIBE, reason="planned by a clock that was set back since")
    asked = ask(ahead, step, NOW)
    assert isinstance(next_step(asked, OFFER, (), NOW + timedelta(minutes=1)), Wait)


def test_a_machine_that_slept_asks_again() -> None:
    """H-83: a lease that ran out meanwhile is asked for once more, with the reason."""
    step = next_step(active(), OFFER, (), NOW + 30 * DAY)
    assert step == Ask(mode=PushMode.SUBSCRIBE, reason="the lease has run out")


def test_new_subscriptions_only_where_none_lives() -> None:
    """H-82: a denied hub is left alone for 30 days; another hub or topic is another subscription."""
    assert wanted(OFFER, (), NOW)
    assert not wanted(Offer(why="no hub"), (), NOW)
    assert not wanted(OFFER, (subscription(),), NOW)
    assert not wanted(OFFER, (active(lease=HOUR / 2),), NOW)
    assert wanted(ELSEWHERE, (active(),), NOW)
    assert wanted(replace(OFFER, topic=TOPIC + "2"), (active(),), NOW)
    denied = subscription(phase=PushPhase.DENIED, ended_at=NOW)
    assert not wanted(OFFER, (denied,), NOW + 29 * DAY)
    assert wanted(OFFER, (denied,), NOW + 31 * DAY)
    assert wanted(OFFER, (subscription(phase=PushPhase.ENDED),), NOW)
    assert HUB
