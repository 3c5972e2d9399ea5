"""The state of a feed in plain words: labelled scenarios, time to alarm, false alarms per feed and year (b15)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from aggregator.model import FailureKind, FeedState, FeedStatus, Redirect, Rhythm, Run, Window
from aggregator.schedule import longest_silence
from aggregator.schedule.rhythm import Publication, observe
from aggregator.schedule.silence import next_expected, silence_of
from aggregator.schedule.status import assess
from tests.schedule.nouns import DAY, HOUR, NOW, source, state

FEED = source()
LONDON = ZoneInfo("Europe/London")
WELL = Run(kind="document", since=NOW - DAY, count=3)


def rhythm(every: timedelta, last: timedelta, count: int = 20) -> Rhythm:
    """A feed with ``count`` entries at this distance, the last one so long ago."""
    dates = [NOW - last - every * number for number in range(count)]
    return observe(Rhythm(), [Publication(at=date, exact=False) for date in dates], NOW - last, LONDON)


def feed(**kwargs: object) -> FeedState:
    """A feed that answers, with a document of twenty entries about two days apart, the last of yesterday."""
    plain: dict[str, object] = {
        "rhythm": rhythm(2 * DAY, DAY),
        "run": WELL,
        "window": Window(read_at=NOW, count=20),
        "last_success_at": NOW,
    }
    return state(**(plain | kwargs))


def failed(kind: str, detail: str = "it went wrong", **kwargs: object) -> FeedState:
    """A feed whose last four polls ended so."""
    run = Run(kind=kind, since=NOW - 3 * DAY, count=4, detail=detail)
    return feed(failures=4, run=run, last_success_at=NOW - 4 * DAY, **kwargs)


def only_304(since: timedelta, count: int = 40) -> Run:
    return Run(kind="not-modified", since=NOW - since, count=count)


SCENARIOS = {
    "never asked": (state(polls=0), FeedStatus.NEW),
    "a lively paper": (feed(rhythm=rhythm(3 * HOUR, 2 * HOUR)), FeedStatus.HEALTHY),
    "a paper over night": (feed(rhythm=rhythm(3 * HOUR, 12 * HOUR)), FeedStatus.HEALTHY),
    "a parish that writes once a month, silent for five weeks": (
        feed(rhythm=rhythm(30 * DAY, 35 * DAY)),
        FeedStatus.QUIET,
    ),
    "a quarterly letter, silent for four months": (
        feed(rhythm=rhythm(91 * DAY, 120 * DAY)),
        FeedStatus.QUIET,
    ),
    "a daily council, silent for three weeks": (feed(rhythm=rhythm(DAY, 21 * DAY)), FeedStatus.STALE),
    "a weekly paper, silent for four months": (feed(rhythm=rhythm(7 * DAY, 120 * DAY)), FeedStatus.STALE),
    "a daily council, 304 for three weeks": (
        feed(rhythm=rhythm(DAY, 21 * DAY), run=only_304(20 * DAY)),
        FeedStatus.FROZEN,
    ),
    "the same after it was asked for the whole document": (
        feed(rhythm=rhythm(DAY, 21 * DAY), run=only_304(2 * DAY)),
        FeedStatus.STALE,
    ),
    "a parish, 304 only": (
        feed(rhythm=rhythm(30 * DAY, 35 * DAY), run=only_304(34 * DAY)),
        FeedStatus.QUIET,
    ),
    "a web page instead of the feed": (failed(FailureKind.NOT_A_FEED, "a web page"), FeedStatus.NOT_A_FEED),
    "a wall": (failed("blocked", "403: keep out"), FeedStatus.BLOCKED),
    "taken down": (failed("gone", "410"), FeedStatus.GONE),
    "a server in trouble": (failed(FailureKind.HTTP, "503", http_status=503), FeedStatus.FAILING),
    "no such name": (failed(FailureKind.DNS), FeedStatus.FAILING),
    "a certificate that has ended": (failed(FailureKind.TLS), FeedStatus.FAILING),
    "a certificate about to end": (feed(certificate_ends=NOW + 6 * DAY), FeedStatus.CERTIFICATE),
    "a certificate of next year": (feed(certificate_ends=NOW + 200 * DAY), FeedStatus.HEALTHY),
    "a permanent redirect": (
        feed(redirect=Redirect(target="https://new.example/", first_seen=NOW - DAY, count=3)),
        FeedStatus.MOVED,
    ),
    "a redirect seen once": (
        feed(redirect=Redirect(target="https://new.example/", first_seen=NOW, count=1)),
        FeedStatus.HEALTHY,
    ),
    "entries scrolled past": (
        feed(window=Window(read_at=NOW, count=20, gap_at=NOW - DAY, missed=20)),
        FeedStatus.GAP,
    ),
    "entries scrolled past two months ago": (
        feed(window=Window(read_at=NOW, count=20, gap_at=NOW - 60 * DAY, missed=20)),
        FeedStatus.HEALTHY,
    ),
    "valid and empty": (feed(rhythm=Rhythm(), window=Window(read_at=NOW)), FeedStatus.EMPTY),
    "cut off in the middle": (feed(run=Run(kind="faulty", since=NOW, count=1, detail="cut")), FeedStatus.HEALTHY),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_scenario_has_its_class(name: str) -> None:
    """b15, b23: quiet, silent, frozen, walled, moved, gone, failing and empty are told apart, in words."""
    known, status = SCENARIOS[name]
    health = assess(FEED, known, NOW)
    assert health.status is status
    assert health.text
    if status not in (FeedStatus.NEW, FeedStatus.HEALTHY, FeedStatus.QUIET, FeedStatus.EMPTY):
        assert health.findings[0].remedy, "whatever is wrong comes with what to do"


def test_the_sentence_changes_only_with_the_facts() -> None:
    """R-42: no counts of hours or polls in it: a feed as it was an hour ago is told in the same words."""
    for known, status in SCENARIOS.values():
        if status is not FeedStatus.NEW:
            later = replace(known, polls=known.polls + 1, run=replace(known.run, count=known.run.count + 1))
            assert assess(FEED, later, NOW + HOUR).text == assess(FEED, known, NOW).text


def test_a_failure_names_cause_beginning_last_success_and_remedy() -> None:
    """Threads 21, 22: the operator hears what, since when, when it last worked, and what to do."""
    text = assess(FEED, failed(FailureKind.HTTP, "the server answers 404", http_status=404), NOW).text
    assert text.startswith("the server answers 404 since 29 May 2026; last read on 28 May 2026. ")
    assert "aggregator feeds add" in text


def test_failing_hides_nothing_else() -> None:
    """b9: what else holds follows in the findings."""
    known = failed(FailureKind.TIMEOUT, certificate_ends=NOW + DAY, window=Window(gap_at=NOW, missed=1, count=9))
    found = [finding.status for finding in assess(FEED, known, NOW).findings]
    assert found == [FeedStatus.FAILING, FeedStatus.GAP, FeedStatus.CERTIFICATE]


def test_the_next_entry_is_expected() -> None:
    """b15: about the median of the learned rate; never for a feed that is silent, later for a quiet one."""
    lively = assess(FEED, feed(rhythm=rhythm(3 * HOUR, HOUR)), NOW).expected_at
    quiet = assess(FEED, feed(rhythm=rhythm(30 * DAY, 3 * DAY)), NOW).expected_at
    assert lively is not None
    assert quiet is not None
    assert HOUR < lively - NOW < 12 * HOUR
    assert 7 * DAY < quiet - NOW < 40 * DAY
    assert assess(FEED, feed(rhythm=rhythm(DAY, 40 * DAY)), NOW).expected_at is None
    assert next_expected(FEED, state(), NOW) is None


def test_a_feed_known_by_one_entry_gets_the_benefit_of_the_doubt() -> None:
    """b15: with nothing learned, half a year of silence is no alarm."""
    health = assess(FEED, feed(rhythm=rhythm(DAY, 20 * DAY, count=1)), NOW)
    assert health.status is FeedStatus.QUIET


def test_a_silence_that_ended_by_itself_raises_the_bar() -> None:
    """b15: a council that was silent for four weeks last August may be again."""
    before, after = feed(rhythm=rhythm(DAY, 28 * DAY)), feed(rhythm=rhythm(DAY, timedelta()))
    assert longest_silence(before, after) == 28 * DAY
    assert longest_silence(after, after) is None
    silent = feed(rhythm=rhythm(DAY, 21 * DAY))
    assert assess(FEED, silent, NOW).status is FeedStatus.STALE
    assert assess(FEED, replace(silent, longest_silence=28 * DAY), NOW).status is FeedStatus.QUIET


@dataclass(frozen=True)
class Town:
    """A made-up publisher: ``daily`` events on a working day, in office hours or round the clock."""

    number: int
    daily: float
    office: bool

    def events(self, days: int) -> Iterator[datetime]:
        """Its entries of this many days; none from Christmas Eve to New Year, half as many in August."""
        dice = Random(self.number)
        for day in range(days):
            date = NOW - timedelta(days=days - day)
            closed = (date.month, date.day) >= (12, 24) or (self.office and date.weekday() >= 5)
            mean = 0.0 if closed and self.office else self.daily * (0.5 if date.month == 8 else 1.0)
            for _ in range(_poisson(dice, mean)):
                hour = dice.uniform(9, 17) if self.office else dice.uniform(6, 22)
                yield date.replace(hour=0, minute=0) + timedelta(hours=hour)


def _poisson(dice: Random, mean: float) -> int:
    limit, product, count = math.exp(-mean), dice.random(), 0
    while product > limit:
        product, count = product * dice.random(), count + 1
    return count


def lived(town: Town, days: int, dead_after: int) -> tuple[int, float | None, int]:
    """A year of daily polls: how often the alarm rose while the feed lived, and days from its last entry to the alarm
    once it was dead; days lived."""
    zone, alarms, alarm_at, was = LONDON, 0, None, False
    known, events = feed(rhythm=Rhythm(), longest_silence=None), sorted(town.events(days))
    begin, end = NOW - timedelta(days=days), NOW - timedelta(days=days - dead_after)
    events = [event for event in events if event < end]
    for day in range(days):
        now = begin + timedelta(days=day + 1)
        fresh = [Publication(at=at) for at in events if now - DAY <= at < now]
        after = replace(known, rhythm=observe(known.rhythm, fresh, now, zone))
        known = replace(after, longest_silence=longest_silence(known, after))
        silence = silence_of(FEED, known, now)
        alarming = silence is not None and silence.alarming and day > 28
        if alarming and not was and now <= end:
            alarms += 1
        if alarming and now > end and alarm_at is None and events:
            alarm_at = (now - events[-1]) / DAY
        was = alarming
    return alarms, alarm_at, min(dead_after, days)


def towns() -> list[Town]:
    """Twenty-four publishers from one entry in two months to eight a day."""
    rates = (1 / 60, 1 / 30, 1 / 14, 1 / 7, 0.4, 1.0, 3.0, 8.0)
    return [Town(number=n, daily=rates[n % 8], office=n % 3 != 0) for n in range(24)]


def test_false_alarms_are_rare() -> None:
    """b15: at most one false alarm in five feed-years, Christmas and August included."""
    runs = [lived(town, 400, 400) for town in towns()]
    years = sum(days for _, _, days in runs) / 365
    assert sum(alarms for alarms, _, _ in runs) / years <= 0.2


def test_dead_feeds_are_found_in_good_time() -> None:
    """b15: a feed that dies is told within about a dozen of its usual pauses, a week at least."""
    for town in towns():
        if town.daily < 1 / 7:
            continue  # slower ones need more than this year
        _, alarm, _ = lived(town, 400, 200)
        assert alarm is not None, town
        assert alarm <= 8 + 14 / (town.daily * (5 / 7 if town.office else 1.0)), town
