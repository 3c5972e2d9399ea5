"""What a document teaches: seeds, fresh entries, windows and defied hours."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import (
    DateStatus,
    Document,
    Effective,
    Entry,
    FeedProfile,
    Hints,
    Outcome,
    Precision,
    Rhythm,
    Stamp,
    Verdict,
)
from aggregator.schedule.learning import learn
from aggregator.schedule.rhythm import between_looks, rate
from tests import builders
from tests.schedule.nouns import DAY, HOUR, NOW, source

NOTHING = Verdict(changes=())


def document(*dates: datetime | None, hints: Hints | None = None, partial: bool = False) -> Document:
    """A document with one entry for each date."""
    entries = tuple(
        Entry(position=n, published=Stamp(instant=date, status=DateStatus.OK if date else DateStatus.MISSING))
        for n, date in enumerate(dates)
    )
    feed = FeedProfile(title="Knowsmere")
    return Document(
        version="rss20", encoding="utf-8", feed=feed, entries=entries, hints=hints or Hints(), partial=partial
    )


def fresh(*dates: datetime, outcome: Outcome = Outcome.NEW, **changes: object) -> Verdict:
    """A verdict that adds an entry for each date."""
    plain = Effective(instant=NOW, precision=Precision.SECOND, basis="pubDate", day=NOW.date())
    filed = (replace(plain, instant=date, **changes) for date in dates)  # type: ignore[arg-type]
    return Verdict(
        changes=tuple(
            builders.added(builders.candidate(n), outcome=outcome, effective=each) for n, each in enumerate(filed)
        )
    )


def test_the_first_document_seeds_the_rhythm() -> None:
    """A-02: with the dates of all its entries; missing ones and those of tomorrow count for nothing."""
    found = learn(source(), Rhythm(), document(NOW - 9 * DAY, NOW - 2 * DAY, None, NOW + DAY), NOTHING, NOW)
    assert (found.since, found.last_event, found.window) == (NOW - 9 * DAY, NOW - 2 * DAY, 4)
    assert sum(found.bins) == 2


def test_later_documents_add_what_is_new() -> None:
    """A-02: new entries and copies of other feeds' stories count, repeats of the feed's own old ones do not."""
    begun = learn(source(), Rhythm(), document(NOW - 9 * DAY), NOTHING, NOW - DAY)
    again = document(NOW - HOUR, NOW - 9 * DAY)
    assert learn(source(), begun, again, NOTHING, NOW).weight == begun.weight
    assert learn(source(), begun, again, fresh(NOW - HOUR, outcome=Outcome.REPEAT), NOW).weight == begun.weight
    for outcome in (Outcome.NEW, Outcome.DUPLICATE, Outcome.REPOST):
        found = learn(source(), begun, again, fresh(NOW - HOUR, outcome=outcome), NOW)
        assert found.last_event == NOW - HOUR
        assert found.weight > begun.weight


def test_an_undated_entry_counts_when_it_is_seen() -> None:
    """A-02: first seen where there is no date, or one without a time; neither teaches an hour."""
    begun = learn(source(), Rhythm(), document(NOW - 9 * DAY), NOTHING, NOW - DAY)
    for change in ({"basis": "first-seen"}, {"precision": Precision.DAY}):
        found = learn(source(), begun, document(NOW - 5 * HOUR), fresh(NOW - 5 * HOUR, **change), NOW)
        assert (found.last_event, found.bins) == (NOW, begun.bins)


def test_a_flood_of_old_dates_is_no_rhythm() -> None:
    """600 entries from before the observed span, announced at once, do not turn a parish into a news agency."""
    begun = learn(source(), Rhythm(), document(NOW - 9 * DAY, NOW - DAY), NOTHING, NOW)
    old = [NOW - timedelta(days=30 + n) for n in range(600)]
    assert learn(source(), begun, document(*old), fresh(*old), NOW).weight == begun.weight


def test_a_cut_document_keeps_the_window() -> None:
    """A part says nothing of how many entries the feed holds."""
    whole = learn(source(), Rhythm(), document(*(NOW - n * DAY for n in range(10))), NOTHING, NOW)
    assert whole.window == 10
    assert learn(source(), whole, document(NOW, partial=True), NOTHING, NOW).window == 10


def test_entries_inside_skipped_hours_are_remembered() -> None:
    """H-26: what was published inside the feed's own skipHours, with a time of its own."""
    hints = Hints(skip_hours=(NOW.hour,))
    seeded = learn(source(), Rhythm(), document(NOW - DAY, NOW - 5 * HOUR, hints=hints), NOTHING, NOW)
    assert seeded.defied == (NOW - DAY,)
    found = learn(source(), seeded, document(NOW, hints=hints), fresh(NOW), NOW)
    assert found.defied == (NOW - DAY, NOW)


def looks(a_day: float, hours: float, days: int, *, censored: bool) -> Rhythm:
    """What is learned of a feed without dates that publishes so often, looked at every so many hours."""
    chance, count, last = Random(7), 0, NOW
    rhythm = learn(source(), Rhythm(), document(None), NOTHING, NOW)
    for number in range(1, int(days * 24 / hours) + 1):
        now = NOW + number * hours * HOUR
        while (wait := chance.expovariate(a_day) * DAY) and last + wait <= now:
            last, count = last + wait, count + 1
        last = now
        if count:
            undated = fresh(*(now,) * count, basis="first-seen")
            rhythm = learn(source(), rhythm, document(None), undated, now, now - hours * HOUR if censored else None)
        count = 0
    return rhythm


@pytest.mark.parametrize("hours", [1, 3, 6])
def test_undated_entries_of_one_look_may_be_several_events(hours: float) -> None:
    """A-03: six a day without dates are learned as six, whether one looks every hour or every six."""
    known = looks(6, hours, 120, censored=True)
    assert rate(known, NOW + 120 * DAY) * DAY.total_seconds() == pytest.approx(6, rel=0.25)


def test_a_feed_looked_at_too_seldom_is_found_out() -> None:
    """A-03: looked at twice a day, nearly always with a find: finds alone say two a day for ever, this twice as many,
    so that it is looked at more often."""
    counted = (rate(looks(6, 12, 120, censored=each), NOW + 120 * DAY) * DAY.total_seconds() for each in (False, True))
    plain, found = counted
    assert plain < 2.1
    assert found > 1.8 * plain


@given(a_day=st.floats(0.001, 5_000.0), hours=st.floats(-50.0, 3_000.0), seen=st.floats(-10.0, 3_000.0))
def test_hidden_events_are_bounded(a_day: float, hours: float, seen: float) -> None:
    """A-03: at least one, and never more than looks that all found something could tell, whatever clocks say."""
    known = Rhythm(since=NOW - seen * DAY, weight=a_day * 30, weighed_at=NOW)
    assert 1.0 <= between_looks(known, NOW - hours * HOUR, NOW) <= 20.0


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_fixed_point_is_the_maximum_of_the_likelihood(share: float) -> None:
    """A-03: for equal looks of which this share found something what reproduces itself is −ln(1 − share) ÷ g."""
    span = 6 * HOUR
    rated = -math.log(1 - share) / span.total_seconds()
    span_seen = -math.expm1(-math.log(2) / (21 * DAY).total_seconds() * 300 * DAY.total_seconds())
    weight = rated * span_seen / (math.log(2) / (21 * DAY).total_seconds())
    known = Rhythm(since=NOW - 300 * DAY, weight=weight, weighed_at=NOW)
    assert share * between_looks(known, NOW, NOW + span) / span.total_seconds() == pytest.approx(rated, rel=0.03)
