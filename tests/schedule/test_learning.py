"""What a document teaches: seeds, fresh entries, windows and defied hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

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
