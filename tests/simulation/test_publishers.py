"""Made-up and recorded publishers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pytest

from aggregator.simulation.publishers import BEGIN, DAY, HISTORY_DAYS, WEEK, made_up, moment
from aggregator.simulation.recorded import read_lines, replay


def test_the_crowd_is_as_described() -> None:
    """A-20: 160 councils with a median of about 3 events a week, 40 papers with about 60, some flat, some changing."""
    crowd = made_up(7, 200, 112)
    councils = [each for each in crowd if each.kind == "council"]
    papers = [each for each in crowd if each.kind == "news"]
    assert (len(councils), len(papers)) == (160, 40)
    assert median(each.rates[0][1] * WEEK for each in councils) == pytest.approx(3.0, rel=0.3)
    assert median(each.rates[0][1] * WEEK for each in papers) == pytest.approx(60.0, rel=0.3)
    assert 0.08 <= sum(len(set(each.shares)) == 1 for each in crowd) / 200 <= 0.24
    assert 0.12 <= sum(len(each.rates) == 2 for each in crowd) / 200 <= 0.28
    assert all(sum(each.shares) == pytest.approx(1.0) for each in crowd)


def test_the_same_seed_makes_the_same_crowd() -> None:
    """A-20: and another seed another one; more feeds do not change the first council."""
    assert made_up(3, 10, 20) == made_up(3, 10, 20)
    assert made_up(3, 10, 20) != made_up(4, 10, 20)
    assert made_up(3, 20, 20)[0] == made_up(3, 10, 20)[0]


def test_entries_follow_the_rate_and_the_week() -> None:
    """A-20: papers publish from 6 to 22 h in civil time, and as much as their rate says, batches on top."""
    paper = next(each for each in made_up(5, 30, 112) if each.kind == "news" and len(set(each.shares)) > 1)
    assert list(paper.entries) == sorted(paper.entries)
    assert -HISTORY_DAYS * DAY <= paper.entries[0] < 0
    hours = [moment(at).astimezone(ZoneInfo("Europe/London")).hour for at in paper.entries]
    assert sum(6 <= hour < 23 for hour in hours) / len(hours) > 0.9
    expected = sum(paper.rate(day * DAY) * DAY for day in range(-HISTORY_DAYS, 114))
    assert 1.2 < len(paper.entries) / expected < 2.2


def test_a_recording_is_replayed_at_the_same_hours() -> None:
    """A-20: moved by whole weeks, the end inside the run, what is older is history."""
    newest = datetime(2019, 5, 15, 9, 30, tzinfo=UTC)
    lines = [f"ashmere\t{(newest - timedelta(days=n)).isoformat()}\n" for n in range(60)]
    [found] = replay(read_lines(["# made by hand\n", "\n", *lines]), 28)
    moments = [moment(at) for at in found.entries]
    assert {(at.hour, at.minute) for at in moments} == {(9, 30)}
    assert moments[-1].weekday() == newest.weekday()
    assert BEGIN + timedelta(days=21) <= moments[-1] < BEGIN + timedelta(days=28)
    assert len(moments) == 60
    assert moments[0] < BEGIN


@pytest.mark.parametrize(
    "line", ["ashmere 2019-05-15", "ashmere\tbanana", "ashmere\t", "ashmere\t9999-99-99T00:00:00Z"]
)
def test_a_line_that_cannot_be_read_is_named(line: str) -> None:
    """A recording with rubbish in it is refused with the number of the line."""
    with pytest.raises(ValueError, match="line 2"):
        read_lines(["ashmere\t2019-05-15T09:30:00Z", line])


def test_too_short_a_recording_is_refused() -> None:
    """Less than eight days teach nothing about weeks."""
    with pytest.raises(ValueError, match="8 days"):
        replay(read_lines(["a\t2019-05-15", "a\t2019-05-16"]), 28)
    with pytest.raises(ValueError, match="empty"):
        replay([], 28)
