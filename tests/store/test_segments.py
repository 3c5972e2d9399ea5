"""When segments are sealed: laws of the fold that hold for any run of events (R-30, R-31, R-35)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import EntryId, EventKind, FeedId, PublishEvent, Segment
from aggregator.store.segments import COMBINED, SOURCE, WHOLE, Tally, finish, take

START = datetime(2026, 10, 30, 20, 0, tzinfo=UTC)


def event(seq: int, **changes: object) -> PublishEvent:
    """A live event an hour after the one before."""
    at = START + timedelta(hours=seq)
    made = PublishEvent(
        seq=seq,
        kind=EventKind.LIVE,
        feed_id=FeedId("ashmere"),
        entry_id=EntryId(seq),
        revision=1,
        updated_at=at,
        at=at,
        size=2_000,
        batch=seq,
    )
    return replace(made, **changes)


def fold(events: list[PublishEvent], tally: Tally = Tally(), chain: str = COMBINED) -> tuple[Tally, list[Segment]]:  # noqa: B008
    """One transaction with these events."""
    sealed: list[Segment] = []
    for each in events:
        tally, segment = take(tally, chain, each)
        sealed += [segment] if segment else []
    tally, segment = finish(tally, chain)
    return tally, sealed + ([segment] if segment else [])


def test_sealed_at_the_first_event_of_a_new_month() -> None:
    """R-31: by the month of recording, in UTC; nothing is sealed while the month lasts."""
    tally, sealed = fold([event(n) for n in range(1, 40)])
    (segment,) = sealed
    assert (segment.month, segment.part, segment.first, segment.last) == ("2026-10", 1, 1, 27)
    assert (segment.sealed_by, segment.sealed_at) == (28, datetime(2026, 11, 1, 0, 0, tzinfo=UTC))
    assert tally.run is not None
    assert (tally.run.first, tally.run.events) == (28, 12)


@pytest.mark.parametrize(("chain", "most"), [(COMBINED, 250), ("feeds/ashmere", 50)])
def test_sealed_when_it_is_full(chain: str, most: int) -> None:
    """R-31: never more than so many events are open; parts are numbered within the month."""
    events = [event(n, at=START) for n in range(1, 2 * most + 2)]
    tally, sealed = fold(events, chain=chain)
    assert [(segment.part, segment.events) for segment in sealed] == [(1, most), (2, most)]
    assert tally.run is not None
    assert tally.run.events == 1


def test_sealed_at_about_a_megabyte() -> None:
    """R-31: the size is that of the events; a single one that is larger stands alone."""
    events = [event(1, at=START), event(2, at=START, size=1_500_000), event(3, at=START)]
    _, sealed = fold(events)
    assert [(segment.first, segment.last) for segment in sealed] == [(1, 1), (2, 2)]


def test_backfill_is_sealed_at_once() -> None:
    """R-35: the open segment is sealed first, then the batch follows as segments of its own; the next live event
    opens a new one."""
    past = [event(n, kind=EventKind.BACKFILL, batch=7, at=START) for n in range(3, 303)]
    tally, sealed = fold([event(1, at=START), event(2, at=START), *past])
    assert [(segment.kind, segment.events) for segment in sealed] == [("live", 2), ("backfill", 250), ("backfill", 50)]
    assert tally.run is None
    after, more = fold([event(303, at=START)], tally)
    assert (more, after.run is not None) == ([], True)


def test_a_clock_that_goes_back_names_no_segment_twice() -> None:
    """R-31: a name is never used again, whatever clocks do."""
    back = [event(30), event(31, at=START), event(32, at=START - timedelta(days=40)), event(33)]
    tally, sealed = fold([event(1), *back], Tally(month="2026-12", part=4))
    names = [(segment.month, segment.part) for segment in sealed]
    assert names == [("2026-12", 5)]
    assert tally.run is not None


KINDS = st.sampled_from([EventKind.LIVE, EventKind.LIVE, EventKind.BACKFILL, EventKind.TOMBSTONE])
TRANSACTIONS = st.lists(
    st.tuples(KINDS, st.integers(-40, 400), st.lists(st.integers(1_000, 600_000), min_size=1, max_size=70)),
    max_size=12,
)


def made(transactions: list[tuple[EventKind, int, list[int]]]) -> list[list[PublishEvent]]:
    """Transactions of one batch each, at any hours, with events of these sizes; entries come up again and again."""
    seq, found = 0, []
    for batch, (kind, hours, sizes) in enumerate(transactions, start=1):
        at, events = START + timedelta(hours=hours), []
        for size in sizes:
            seq += 1
            entry = EntryId(size % 11)
            events.append(event(seq, kind=kind, at=at, updated_at=at, size=size, batch=batch, entry_id=entry))
        found.append(events)
    return found


@given(TRANSACTIONS)
def test_every_event_is_in_exactly_one_place(transactions: list[tuple[EventKind, int, list[int]]]) -> None:
    """R-32: sealed segments and the open one hold all events, in order, none twice; backfill is never open."""
    whole = made(transactions)
    tally, sealed = Tally(), list[Segment]()
    for events in whole:
        tally, more = fold(events, tally)
        sealed += more
        assert tally.run is None or tally.run.kind is EventKind.LIVE
    numbers = [one.seq for events in whole for one in events]
    covered = [n for segment in sealed for n in range(segment.first, segment.last + 1)]
    rest = list(range(tally.run.first, tally.run.last + 1)) if tally.run else []
    assert covered + rest == numbers
    kinds = {one.seq: one.kind is EventKind.BACKFILL for events in whole for one in events}
    for segment in sealed:
        assert segment.events == segment.last - segment.first + 1 <= WHOLE.events
        assert segment.size <= WHOLE.size or segment.events == 1
        inside = {kinds[n] for n in range(segment.first, segment.last + 1)}
        assert inside == {segment.kind is EventKind.BACKFILL}


@given(TRANSACTIONS)
def test_names_are_unique_and_in_order(transactions: list[tuple[EventKind, int, list[int]]]) -> None:
    """R-31: month and part rise with the number, so that an address is never used twice."""
    tally, sealed = Tally(), list[Segment]()
    for events in made(transactions):
        tally, more = fold(events, tally, "feeds/ashmere")
        sealed += more
    names = [(segment.month, segment.part) for segment in sealed]
    assert names == sorted(set(names))
    assert [segment.number for segment in sealed] == list(range(1, len(sealed) + 1))
    assert all(segment.events <= SOURCE.events for segment in sealed)


@given(TRANSACTIONS)
def test_all_at_once_gives_the_same_segments(transactions: list[tuple[EventKind, int, list[int]]]) -> None:
    """R-30: an archive that is sealed late, all at once, gets the chain that it would have got in time."""
    whole = made(transactions)
    tally, sealed = Tally(), list[Segment]()
    for events in whole:
        tally, more = fold(events, tally)
        sealed += more
    late, found = fold([one for events in whole for one in events])
    assert (late, found) == (tally, sealed)
