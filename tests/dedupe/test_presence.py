"""Withdrawn at the source (D-26): never confused with scrolling off the end of the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dedupe.presence import (
    APART,
    KEPT,
    floor,
    listed,
    page_answered,
    page_barred,
    presence,
    presence_query,
    unchanged,
)
from aggregator.model import Change, Document, EntryId, FeedId, FeedProfile, Head, Key, Outcome, RawTombstone, Verdict
from aggregator.model.presence import Absence, Page, Presence, Signal, Unlisted, Unseen
from tests.builders import added, candidate, copy_of, seen
from tests.dedupe.archive import NOON, TinyArchive, document, item

FEED = FeedId("knowe")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def head(number: int, day: int, **changes: Any) -> Head:
    """A stored entry that was published on this day of January."""
    archive = TinyArchive()
    archive.poll("knowe", document(item(f"n{number}", when=NOON)))
    plain = replace(archive.entries[0].head, entry_id=EntryId(number), published_at=january(day))
    return replace(plain, **changes)


def january(day: int) -> datetime:
    """Noon of a day; days beyond the month go on."""
    return datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=day - 1)


def listing(*days: int) -> tuple[Change, ...]:
    """A document that lists entries of these days in this order; entry n is of day n."""
    return tuple(
        seen(head(day, day), replace(candidate(day), entry=replace(candidate(day).entry, position=place)))
        for place, day in enumerate(days)
    )


def read(changes: Sequence[Change], *missing: int, **others: Any) -> tuple[Document, Verdict, Unseen]:
    """A whole document, and the entries newer than its floor that it does not list."""
    tombstones = tuple(RawTombstone(ref=ref, when=when) for ref, when in others.pop("tombstones", ()))
    absences, named = others.pop("absences", ()), others.pop("named", {})
    read_as = Document(
        version="rss20", encoding="utf-8", feed=FeedProfile(), entries=(), tombstones=tombstones, **others
    )
    if changes:
        read_as = replace(read_as, entries=tuple(change.candidate.entry for change in changes))
    newer = tuple(unlisted(number) for number in missing)
    return read_as, Verdict(changes=tuple(changes)), Unseen(newer=newer, named=named, absences=tuple(absences))


def unlisted(number: int, **changes: Any) -> Unlisted:
    """A stored entry that the live feed had."""
    plain = Unlisted(entry_id=EntryId(number), updated_at=january(number), withdrawn=False, live=True)
    return replace(plain, **changes)


def absence(number: int, since: datetime = NOON, **changes: Any) -> Absence:
    """An entry left out since then."""
    return replace(Absence(entry_id=EntryId(number), feed_id=FEED, since=since, document="a"), **changes)


def judged(changes: Sequence[Change], *missing: int, now: datetime = NOON, body: str = "a", **others: Any) -> Presence:
    """What such a document says."""
    read_as, verdict, unseen = read(changes, *missing, **others)
    return presence(presence_query(FEED, read_as, verdict), read_as, verdict, unseen, body, now)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((9, 8, 7), 7),
        ((9, 8, 7, 6), 6),
        ((9, 8, 7, 6, 5), 6),
        ((5, 6, 7, 8, 9), 6),
        ((9, 8), None),
        ((9,), None),
        ((), None),
        ((9, 3, 8, 1, 7, 2), None),
        ((1, 20, 19, 18, 17, 16), 17),
        ((20, 19, 18, 17, 16, 1), 16),
        ((1, 2, 20, 19, 18, 17, 16), None),
        ((9, 9, 9, 9, 9), 9),
    ],
)
def test_the_floor_of_a_window(days: tuple[int, ...], expected: int | None) -> None:
    """D-26: newest or oldest first, with an entry pinned to either end; what is in no order of dates has no floor."""
    assert floor(listing(*days)) == (None if expected is None else january(expected))


@given(st.lists(st.integers(1, 60), min_size=3, max_size=30), st.integers(1, 30))
def test_scrolling_off_is_never_missing(days: list[int], size: int) -> None:
    """Law: of a feed that lists its newest entries by date, none that fell off its end is newer than the floor."""
    every = sorted(days, reverse=True)
    window, gone = every[:size], every[size:]
    bound = floor(listing(*window))
    assert bound is None or all(january(day) <= bound for day in gone)


def test_missing_in_the_middle_is_noted_once() -> None:
    """D-26: the first whole document without it notes it, and nothing more."""
    found = judged(listing(9, 8, 6, 5), 7)
    assert found == Presence(noted=(Absence(entry_id=EntryId(7), feed_id=FEED, since=NOON, document="a"),))
    again = judged(listing(9, 8, 6, 5), 7, now=NOON + HOUR, absences=found.noted)
    assert again == Presence()


def test_the_second_document_makes_its_page_due() -> None:
    """D-26: six hours apart, and not before."""
    for later, due in ((APART - timedelta(seconds=1), False), (APART, True)):
        found = judged(listing(9, 8, 6, 5), 7, now=NOON + later, body="b", absences=[absence(7)])
        assert [each.due_at for each in found.noted] == [NOON + later if due else None]
        assert not found.withdrawn
    assert judged(listing(9, 8, 6, 5), 7, now=NOON + DAY, absences=[absence(7, due_at=NOON)]) == Presence()


def test_the_same_answer_again_is_a_second_sighting() -> None:
    """D-26: "not modified" speaks of the whole document read last; equal bytes only where they are those bytes."""
    waiting = [absence(7), absence(8, document="old"), absence(9, due_at=NOON), absence(6, page=Page.THERE)]
    due = [each.entry_id for each in unchanged(waiting, None, NOON + APART).noted]
    assert due == [7, 8, 6]
    assert [each.entry_id for each in unchanged(waiting, "a", NOON + APART).noted] == [7, 6]
    assert unchanged(waiting, None, NOON + HOUR) == Presence()


def test_parts_of_documents_prove_nothing() -> None:
    """D-26, P-05, H-85: a cut document, a delta, a push: nothing is noted, nothing becomes due."""
    asked = presence_query(FEED, *read(listing(9, 8, 6, 5), 7, partial=True)[:2])
    assert asked.newer_than is None
    found = judged(listing(9, 8, 6, 5), 7, now=NOON + DAY, partial=True, absences=[absence(7)])
    assert found == Presence()


def test_what_is_listed_again_is_not_missing() -> None:
    """D-26: an absence ends with the next listing, in a part of a document, too."""
    for partial in (False, True):
        found = judged(listing(9, 8, 7, 6, 5), now=NOON + HOUR, partial=partial, absences=[absence(7, due_at=NOON)])
        assert found == Presence(ended=(EntryId(7),))


def test_a_repeat_under_another_id_is_a_listing() -> None:
    """4.3/5: an entry that is issued again under a new id is not missing."""
    again = replace(head(17, 7), lead=EntryId(7))
    assert listed([seen(again, candidate(17))]) == {7, 17}
    first = copy_of(candidate(18), EntryId(7), Outcome.REPEAT)
    assert listed([first]) == {7}
    assert listed([added(candidate(19))]) == frozenset()


def test_too_many_at_once_is_a_rebuilt_site() -> None:
    """D-26: when more than half of a window is gone, nobody withdrew anything."""
    assert judged(listing(20, 19, 18, 2), 17, 16, 15) == Presence()
    assert len(judged(listing(20, 19, 18, 2), 17, 16).noted) == 2


def test_history_was_never_listed() -> None:
    """B-08: what only a backfill or an import brought is not missed; what is withdrawn already is not either."""
    read_as, verdict, unseen = read(listing(9, 8, 6, 5), 7)
    for change in ({"live": False}, {"withdrawn": True}):
        quiet = replace(unseen, newer=(unlisted(7, **change),))
        query = presence_query(FEED, read_as, verdict)
        assert presence(query, read_as, verdict, quiet, "a", NOON) == Presence()


def test_an_entry_that_scrolls_off_meanwhile_is_forgotten() -> None:
    """D-26: left out once while older ones were listed, then older than the whole window: no proof."""
    found = judged(listing(30, 29, 28, 27), now=NOON + DAY, absences=[absence(7), absence(8, due_at=NOON)])
    assert found == Presence(ended=(EntryId(7),))
    late = judged(listing(30, 29, 28, 27), now=NOON + KEPT, absences=[absence(8, due_at=NOON)])
    assert late.ended == (EntryId(8),)


def test_a_complete_feed_proves_it_by_itself() -> None:
    """5005 2: two documents of a feed that lists all it has are enough; an empty one proves nothing."""
    first = judged(listing(9, 2), 7, 8, 6, complete=True)
    assert [each.entry_id for each in first.noted] == [7, 8, 6]
    query = presence_query(FEED, *read(listing(9, 2), complete=True)[:2])
    assert query.newer_than is not None
    assert query.newer_than.year == 1
    second = judged(listing(9, 2), 7, now=NOON + APART, complete=True, absences=[absence(7)])
    assert [(each.entry_id, each.signal, each.since) for each in second.withdrawn] == [(7, Signal.COMPLETE, NOON)]
    assert second.ended == (EntryId(7),)
    assert presence_query(FEED, *read((), complete=True)[:2]).newer_than is None


def test_a_deleted_entry_is_withdrawn_at_once() -> None:
    """6721, R-14: the feed's own word, for ids of that feed only, is enough; later updates overrule it."""
    key = Key("guid:n7")
    wanted = presence_query(FEED, *read(listing(9, 8), tombstones=[("n7", None), ("x", None)])[:2])
    assert wanted.keys == (key, "guid:x")
    told = [("n7", "2026-02-01T00:00:00Z")]
    found = judged(listing(9, 8), tombstones=told, named={key: unlisted(7)}, absences=[absence(7)])
    assert [(each.entry_id, each.signal) for each in found.withdrawn] == [(7, Signal.DELETED_ENTRY)]
    assert found.ended == (EntryId(7),)
    assert judged(listing(9, 8), tombstones=told) == Presence()
    for live in (
        {"named": {key: unlisted(7, updated_at=january(60))}},
        {"named": {key: unlisted(7, withdrawn=True)}},
        {"named": {key: unlisted(9)}},
    ):
        assert judged(listing(9, 8), tombstones=told, **live) == Presence()
    for odd in (None, "soon", "2026-13-45", "2026-02-01"):
        found = judged(listing(9, 8), tombstones=[("n7", odd)], named={key: unlisted(7)})
        assert len(found.withdrawn) == 1


def test_a_withdrawn_entry_that_is_listed_returns() -> None:
    """D-26: the mark is lifted by any listing, once."""
    back = seen(head(7, 7, withdrawn_at=NOON), candidate(7))
    found = judged([*listing(9, 8), back, back], now=NOON + DAY, partial=True)
    assert [each.entry_id for each in found.returned] == [7]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(404, "withdrawn"), (410, "withdrawn"), (200, "there"), (206, "there"), (403, "later"), (503, "later")],
)
def test_what_the_page_says(status: int, outcome: str) -> None:
    """D-26: only 404 and 410 confirm; a page that is there ends the question, anything else is asked again tomorrow."""
    due = absence(7, due_at=NOON)
    found = page_answered(due, status, NOON + DAY)
    if outcome == "withdrawn":
        assert [(each.signal, each.since) for each in found.withdrawn] == [(Signal.PAGE_GONE, NOON)]
        assert found.ended == (EntryId(7),)
        assert str(status) in found.withdrawn[0].reason.evidence.values()
    else:
        (noted,) = found.noted
        assert (noted.tries, noted.asked_at) == (1, NOON + DAY)
        assert noted.page is (Page.THERE if outcome == "there" else Page.NOT_ASKED)
        assert noted.due_at == (NOON if outcome == "there" else NOON + 2 * DAY)


def test_a_page_without_an_answer_is_left_alone_at_last() -> None:
    """D-26: three times nothing, and nobody asks again; nor where robots.txt says so."""
    state = absence(7, due_at=NOON)
    for _ in range(3):
        (state,) = page_answered(state, None, NOON + DAY).noted
    assert (state.page, state.tries) == (Page.UNCLEAR, 3)
    assert page_barred(absence(7), NOON).page is Page.UNCLEAR


@given(st.lists(st.integers(1, 40), min_size=1, max_size=12, unique=True), st.lists(st.integers(41, 60), max_size=4))
def test_an_unchanged_world_changes_nothing(days: list[int], missing: list[int]) -> None:
    """Law: the same document again within six hours, against what the first one noted, says nothing."""
    changes = listing(*sorted(days, reverse=True))
    first = judged(changes, *dict.fromkeys(missing))
    again = judged(changes, *dict.fromkeys(missing), now=NOON + HOUR, absences=first.noted)
    assert again == Presence()
