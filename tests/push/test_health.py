"""Whether push is trusted, and how rarely a trusted feed is polled."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from aggregator.model import NO_PUSH, Bound, Offer, PushDay, PushHealth
from aggregator.push import covered, delivered, offered, polled
from aggregator.schedule.backup import backed_up
from tests.push.nouns import DAY, HOUR, NOW, OFFER, active, subscription

COVERED = covered(offered(NO_PUSH, OFFER), (active(lease=90 * DAY),), NOW)


def after(deliveries: int, misses: int) -> PushHealth:
    """So many entries by push, then so many found by a poll that nobody had pushed."""
    health = delivered(COVERED, deliveries, (), NOW)
    return polled(health, [f"k{n}" for n in range(misses)], NOW, NOW)


@pytest.mark.parametrize(
    ("deliveries", "misses", "trusted"),
    [(0, 0, False), (1, 0, True), (9, 1, False), (10, 1, True), (1, 1, False), (100, 1, True), (1000, 2, False)],
)
def test_trust_is_earned_and_lost(deliveries: int, misses: int, trusted: bool) -> None:
    """H-86: 2 misses, or 10 percent, turn trust off; a hub that has never delivered has none to lose."""
    assert after(deliveries, misses).trusted is trusted


def test_a_hub_that_never_delivers_is_never_trusted() -> None:
    """H-86: one big hub takes pings and delivers nothing: each poll finds new entries, no backup is made rarer."""
    health = COVERED
    for day in range(20):
        health = polled(health, [f"k{day}"], NOW + day * DAY, NOW + day * DAY)
        assert not health.trusted
    assert health.misses == 20


def test_misses_fade_after_thirty_days() -> None:
    """H-86: the 30 days move on, and with deliveries since then trust comes back."""
    health = delivered(after(5, 3), 5, (), NOW + 20 * DAY)
    assert not health.trusted
    assert covered(health, (active(lease=90 * DAY),), NOW + 31 * DAY).trusted
    assert len(covered(health, (), NOW + 90 * DAY).days) == 0


def test_only_what_push_should_have_brought_is_a_miss() -> None:
    """H-86: entries from before the subscription, or of a first poll, or without cover, are nobody's miss."""
    assert COVERED.since is not None
    assert polled(COVERED, ["k"], COVERED.since - HOUR, NOW).misses == 0
    assert polled(COVERED, ["k"], None, NOW).misses == 0
    assert polled(NO_PUSH, ["k"], NOW, NOW).misses == 0
    assert polled(COVERED, ["k"], COVERED.since, NOW).misses == 1


def test_a_push_overtaken_by_a_poll_is_no_miss() -> None:
    """H-86: the poll may be seconds faster; within an hour the push takes the miss back, later it does not."""
    health = polled(delivered(COVERED, 20, (), NOW), ["k1", "k2"], NOW, NOW)
    assert not health.trusted
    soon = delivered(health, 0, ("k1", "k2"), NOW + timedelta(minutes=5))
    assert (soon.misses, soon.deliveries, soon.trusted) == (0, 22, True)
    late = delivered(health, 0, ("k1", "k2"), NOW + 2 * HOUR)
    assert (late.misses, late.trusted) == (2, False)


def test_without_cover_there_is_no_trust() -> None:
    """H-86: when the lease ends, section 2 holds again."""
    health = after(10, 0)
    assert covered(health, (active(lease=2 * HOUR),), NOW).trusted
    for known in ((), (active(lease=HOUR / 2),), (subscription(),)):
        lapsed = covered(health, known, NOW)
        assert (lapsed.trusted, lapsed.until) == (False, None)


def test_another_hub_earns_its_own_trust() -> None:
    """H-86: the tally is the hub's, not the feed's."""
    health = after(10, 0)
    assert offered(health, replace(OFFER, why="elsewhere")).days == health.days
    moved = offered(health, replace(OFFER, hub="https://new.example/"))
    assert (moved.days, moved.trusted) == ((), False)
    assert offered(health, Offer(why="no hub")).hub is None


def test_a_clock_set_back_forgets_the_days_ahead() -> None:
    """H-86: days counted by a clock that ran ahead do not count for years."""
    health = replace(COVERED, days=(PushDay(day=(NOW + 400 * DAY).date(), delivered=99),))
    assert covered(health, (active(),), NOW).deliveries == 0


@settings(max_examples=100, deadline=None)
@given(some.lists(some.tuples(some.integers(0, 3), some.integers(0, 3), some.integers(-2, 20)), max_size=60))
def test_the_tally_is_bounded(steps: list[tuple[int, int, int]]) -> None:
    """H-86: whatever comes and however the clock jumps, a month is kept and no number is negative."""
    health, now = COVERED, NOW
    for number, (new, missed, days) in enumerate(steps):
        now += days * DAY
        health = delivered(health, new, (f"{number - 1}-0",), now)
        health = polled(health, [f"{number}-{each}" for each in range(missed)], now, now)
    assert len(health.days) <= 32
    assert len(health.late) <= 100
    assert all(day.delivered >= 0 and day.missed >= 0 for day in health.days)


def bound(hours: float) -> Bound:
    return Bound(at=NOW + hours * HOUR, name="expected-entries")


def test_backup_polls_are_twelve_times_rarer_but_daily() -> None:
    """H-86: interval x 12, at most 24 h; never earlier than without push."""
    trusted = PushHealth(trusted=True, until=NOW + 10 * DAY)
    assert backed_up(bound(1), trusted, NOW) == Bound(at=NOW + 12 * HOUR, name="push-backup")
    assert backed_up(bound(6), trusted, NOW).at == NOW + 24 * HOUR
    assert backed_up(bound(48), trusted, NOW) == bound(48)


def test_no_trust_no_stretch() -> None:
    """H-86: without trust or cover the rule of section 2 stands; a lease about to end ends the stretch."""
    assert backed_up(bound(1), PushHealth(trusted=False, until=NOW + DAY), NOW) == bound(1)
    assert backed_up(bound(1), PushHealth(trusted=True), NOW) == bound(1)
    assert backed_up(bound(1), PushHealth(trusted=True, until=NOW), NOW) == bound(1)
    assert backed_up(bound(1), PushHealth(trusted=True, until=NOW + 3 * HOUR), NOW).at == NOW + 3 * HOUR
    assert backed_up(bound(4), PushHealth(trusted=True, until=NOW + 3 * HOUR), NOW) == bound(4)
