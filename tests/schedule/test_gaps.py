"""The gap detector on made-up documents (b3): what scrolled past is noticed, what did not is not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

import pytest

from aggregator.model import (
    Added,
    Candidate,
    Document,
    Effective,
    EntryId,
    FeedId,
    FeedProfile,
    FeedState,
    Head,
    Hold,
    Precision,
    Seen,
    Verdict,
)
from aggregator.schedule.gaps import NO_OVERLAP, TURNOVER, Look, look, relaxed
from tests.builders import added, candidate, seen
from tests.schedule.nouns import DAY, HOUR, NOW, WELL, due, source, state

FEED = source()
MINUTE = timedelta(minutes=1)


def dated(number: int) -> datetime:
    """Entries come ten minutes apart."""
    return NOW - DAY + 10 * number * MINUTE


def down(first: int, last: int) -> tuple[int, ...]:
    """Numbers from the newest to the oldest."""
    return tuple(range(last, first - 1, -1))


@dataclass
class Publisher:
    """A made-up feed and what is known of it; ``show`` lists entries by number, in this order."""

    state: FeedState
    now: datetime = NOW
    known: dict[int, datetime] = field(default_factory=dict)

    def show(
        self, *numbers: int, hours: float = 2, when: datetime | None = None, stated: bool = True, **document: bool
    ) -> Look:
        """Let time pass, list these entries, and look."""
        self.now += timedelta(hours=hours)
        changes = tuple(self._change(place, number, when, stated) for place, number in enumerate(numbers))
        listed = Document(
            version="rss20", encoding="utf-8", feed=FeedProfile(), entries=tuple(c.candidate.entry for c in changes)
        )
        found = look(FEED, self.state, replace(listed, **document), Verdict(changes=changes), self.now)  # type: ignore[arg-type]
        self.state = replace(self.state, window=found.window)
        return found

    def _change(self, place: int, number: int, when: datetime | None, stated: bool) -> Added | Seen:
        one = candidate(number)
        one = replace(one, entry=replace(one.entry, position=place))
        if number in self.known:
            return seen(_head(one, number, self.known[number]), one)
        self.known[number] = at = when or dated(number) if stated else self.now
        filed = Effective(
            instant=at, precision=Precision.SECOND, basis="pubDate" if stated else "first-seen", day=at.date()
        )
        return added(one, effective=filed)


def _head(one: Candidate, number: int, at: datetime) -> Head:
    """A stored entry as deciding knows it."""
    return Head(
        entry_id=EntryId(number),
        feed_id=FeedId("ashmere"),
        key=one.key,
        revision=1,
        revision_hash=one.fingerprint.revision,
        content_hash=one.fingerprint.content,
        title_hash=one.fingerprint.title,
        strong=True,
        published_at=at,
        precision=Precision.SECOND,
        day=at.date(),
        first_seen_at=at,
        updated_at=at,
        emitted=True,
    )


@pytest.fixture
def publisher() -> Publisher:
    """A feed of ten entries that was read once."""
    made = Publisher(state=state())
    made.show(*down(1, 10))
    return made


def test_no_overlap_is_a_gap(publisher: Publisher) -> None:
    """b3: thirty posts between two polls of a window of ten: a gap, its ends, an estimate, a shorter interval."""
    found = publisher.show(*down(31, 40))
    assert found.gap is not None
    assert (found.gap.kind, found.gap.since, found.gap.until) == (NO_OVERLAP, dated(10), dated(31))
    assert 15 <= found.gap.missed <= 25
    assert found.window.limit == HOUR, "down to the floor of this feed"
    assert found.window.gap_at == publisher.now
    assert not found.calm


def test_more_than_half_turned_over_is_a_warning(publisher: Publisher) -> None:
    """b3: six of ten new: nothing was lost, but it was close; raised once a week at most, and the interval falls."""
    found = publisher.show(*down(7, 16), hours=8)
    assert found.gap is not None
    assert (found.gap.kind, found.gap.missed) == (TURNOVER, 0)
    assert found.window.limit == 8 * HOUR * 0.25 / 0.6
    assert found.window.gap_at is None
    again = publisher.show(*down(13, 22), hours=8)
    assert again.gap is None
    assert again.window.limit is not None
    later = publisher.show(*down(19, 28), hours=8 * 24)
    assert later.gap is not None


def test_half_is_calm(publisher: Publisher) -> None:
    """b3: five of ten new is no warning, and ends an earlier one."""
    assert publisher.show(*down(6, 15)).calm


def test_a_document_that_holds_everything_has_no_gap(publisher: Publisher) -> None:
    """b3: it grows; however many are new, nothing fell out."""
    assert publisher.show(*down(1, 40)).gap is None
    assert publisher.show(*down(1, 100)).gap is None


def test_the_first_document_has_no_gap() -> None:
    """b3: with no window before, nothing can have scrolled out of it."""
    found = Publisher(state=state()).show(*down(1, 10))
    assert (found.gap, found.calm) == (None, False)


def test_a_cut_document_proves_nothing_and_moves_no_window(publisher: Publisher) -> None:
    """b3, P-05: nor does it hide a gap that the next whole one shows."""
    before = publisher.state.window
    assert publisher.show(*down(34, 40), partial=True) == Look(window=before)
    assert publisher.show(*down(24, 33)).gap is not None


def test_a_complete_feed_has_no_gap(publisher: Publisher) -> None:
    """RFC 5005: fh:complete says that the document is the whole feed."""
    assert publisher.show(*down(31, 40), complete=True).gap is None


def test_a_list_of_current_things_has_no_gap(publisher: Publisher) -> None:
    """b3: a feed of alerts in force empties and fills; a window that is not full pushes nothing out."""
    assert publisher.show(*down(31, 36)).gap is None
    assert publisher.show().gap is None
    assert publisher.show(*down(37, 46)).gap is None


@pytest.mark.parametrize("pinned", [(1,), (1, 2), (1, 2, 3)])
def test_pinned_entries_neither_make_nor_hide_a_gap(publisher: Publisher, pinned: tuple[int, ...]) -> None:
    """b3: old entries kept on top stay; what is below them tells."""
    calm = publisher.show(*pinned, *down(5, 11 - len(pinned)), 4)
    assert calm.gap is None
    hole = publisher.show(*pinned, *down(31, 40 - len(pinned)))
    assert hole.gap is not None
    assert hole.gap.kind == NO_OVERLAP


def test_a_feed_in_random_order_has_no_gap() -> None:
    """b3: a site that lists ten of its fifty entries at random shows old ones for the first time all the while."""
    made = Publisher(state=state())
    for step in range(60):
        order = sorted(range(50), key=lambda number: sha256(f"{step} {number}".encode()).digest())
        numbers = sorted(order[:10], key=order.index)
        changes = {number: NOW - 60 * DAY + number * DAY for number in range(50)}
        made.known |= {number: changes[number] for number in numbers if number in made.known}
        fresh = [number for number in numbers if number not in made.known]
        for number in fresh[1:]:
            made.known[number] = changes[number]
        found = made.show(*numbers, when=changes[fresh[0]] if fresh else None)
        assert found.gap is None


def test_old_entries_seen_for_the_first_time_are_no_gap(publisher: Publisher) -> None:
    """b3: a site that shows its past in the window instead of its news has lost nothing of ours."""
    assert publisher.show(*range(100, 110), when=NOW - 90 * DAY).gap is None


def test_held_entries_are_no_gap(publisher: Publisher) -> None:
    """P-15: a site imported anew under new ids says nothing of what scrolled past."""
    publisher.now += 2 * HOUR
    changes = tuple(
        added(candidate(number), effective=_filed(number), hold=Hold(kind="doubtful")) for number in range(31, 41)
    )
    listed = Document(
        version="rss20", encoding="utf-8", feed=FeedProfile(), entries=tuple(c.candidate.entry for c in changes)
    )
    assert look(FEED, publisher.state, listed, Verdict(changes=changes), publisher.now).gap is None


def _filed(number: int) -> Effective:
    at = dated(number)
    return Effective(instant=at, precision=Precision.SECOND, basis="pubDate", day=at.date())


def test_undated_entries_show_a_gap_too(publisher: Publisher) -> None:
    """b3: without dates the overlap alone decides, and at least one entry is taken for lost."""
    found = publisher.show(*down(31, 40), stated=False)
    assert found.gap is not None
    assert found.gap.missed >= 1
    assert found.gap.since <= found.gap.until


def test_one_or_two_entries_are_replaced_not_scrolled() -> None:
    """b3: a feed of the latest item alone has no window."""
    made = Publisher(state=state())
    made.show(1, 2)
    assert made.show(3, 4).gap is None


def test_the_interval_grows_back_with_calm_answers(publisher: Publisher) -> None:
    """b3: half as much again with each calm answer, until nothing is limited any more."""
    publisher.show(*down(31, 40))
    window, answers = publisher.state.window, 0
    while window.limit is not None:
        window, answers = relaxed(window, FEED.max_interval), answers + 1
    assert answers == 8
    assert window.gap_at is not None, "the loss is not forgotten with it"


def test_the_next_poll_obeys_the_gap(publisher: Publisher) -> None:
    """b3, A-10: after a gap the feed is asked at its floor, and the bound is named."""
    publisher.show(*down(31, 40))
    planned = due(FEED, publisher.state, WELL)
    assert planned.bound in ("gap", "floor")
    assert timedelta(hours=1) <= planned.interval <= timedelta(hours=1.1)
    assert "gap" in {bound.name for bound in planned.considered}
