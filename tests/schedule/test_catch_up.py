"""Restarts, sleeping machines and clocks set back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model import FeedRow
from aggregator.schedule.catch_up import misplanned, spread
from aggregator.schedule.jitter import stretched, unit
from tests.schedule.nouns import DAY, HOUR, NOW, source, state


def row(name: str, **kwargs: object) -> FeedRow:
    return FeedRow(source=source(name), state=state(**kwargs), entries=0)


def test_restart_spreads_the_overdue_and_leaves_the_rest() -> None:
    """H-71: overdue feeds are spread over 30 minutes; new feeds and feeds not yet due are not touched."""
    rows = [row(f"f-{n}", next_poll_at=NOW - HOUR) for n in range(300)]
    delays = spread([*rows, row("fresh"), row("later", next_poll_at=NOW + HOUR)], NOW)
    assert set(delays) == {each.source.id for each in rows}
    assert timedelta(0) <= min(delays.values()) < timedelta(minutes=3)
    assert timedelta(minutes=27) < max(delays.values()) <= timedelta(minutes=30)


def test_a_week_asleep_is_no_burst() -> None:
    """H-71: after a week asleep every feed is overdue, and no minute gets more than its share twice over."""
    delays = spread((row(f"f-{n}", next_poll_at=NOW - 7 * DAY) for n in range(600)), NOW)
    minutes = [int(delay.total_seconds() // 60) for delay in delays.values()]
    assert max(minutes.count(minute) for minute in range(30)) <= 40


def test_a_clock_set_back_silences_nobody() -> None:
    """A feed polled "in 2030" is planned anew, one interval from now on: not at once, and not in years."""
    ahead = row("ahead", last_poll_at=NOW + 1500 * DAY, next_poll_at=NOW + 1501 * DAY, interval=5 * HOUR)
    odd = row("odd", last_poll_at=NOW + DAY, next_poll_at=NOW + 2 * DAY, interval=timedelta(days=9999))
    fine = row("fine", last_poll_at=NOW + timedelta(seconds=2), next_poll_at=NOW + HOUR, interval=HOUR)
    delays = misplanned([ahead, odd, fine, row("fresh")], NOW)
    assert set(delays) == {"ahead", "odd"}
    assert 5 * HOUR <= delays[ahead.source.id] <= 5.5 * HOUR
    assert 31 * DAY <= delays[odd.source.id] <= 1.1 * 31 * DAY


def test_unit_is_stable() -> None:
    """Jitter is a hash: the same parts give the same number in every process."""
    assert unit("knowsmere-news", 7) == unit("knowsmere-news", 7) == pytest.approx(0.09170931786346911)
    assert 0 <= unit("a") < 1


def test_jitter_only_stretches_and_differs() -> None:
    """H-71: uniform(0, 0.1 × interval), upwards only, and no two feeds fall into step."""
    found = sorted(stretched(HOUR, f"feed-{n}", 3) / HOUR for n in range(400))
    assert len(set(found)) == 400
    assert 1.0 <= found[0] < 1.005
    assert 1.095 < found[-1] < 1.1
    assert sum(found) / 400 == pytest.approx(1.05, abs=0.005)
