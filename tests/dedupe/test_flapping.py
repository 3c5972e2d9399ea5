"""Texts that change to and fro (D-23): numbers alone wait a day, real edits never do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dedupe.context import DecideContext
from aggregator.dedupe.decide import decide
from aggregator.dedupe.flapping import masked, only_moments
from aggregator.dedupe.identity import identify
from aggregator.model import Change, Deferred, Head, Heads, Identity, Past, Revised, RevisionHash, Seen, Text
from tests.dedupe.archive import NOON, STORY, TinyArchive, document, item

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VIEWS = STORY + " Seen {} times."


def judged(body: str, head: Head, now: object = NOON) -> Change:
    """What becomes of the entry of ``head`` that comes with this body."""
    archive = TinyArchive()
    feed_id = archive.feed("knowe")
    candidates = identify(document(item("a", body=body)), Identity.GUID)
    context = DecideContext(source=archive.sources[feed_id], state=archive.states[feed_id])
    (change,) = decide(candidates, Heads(by_key={candidates[0].key: head}), context, now).changes  # type: ignore[arg-type]
    return change


def known(body: str, *ages: timedelta, volatile: bool = False, **changes: object) -> Head:
    """The entry with this body now, and so long ago each of its versions, newest first."""
    archive = TinyArchive()
    archive.poll("knowe", document(item("a", body=body)), NOON - 30 * DAY)
    head = archive.entries[0].head
    hashes = [head.revision_hash, *(RevisionHash(f"version {number}") for number in range(len(ages) - 1, 0, -1))]
    recent = tuple(Past(revision_hash=one, seen_at=NOON - age) for one, age in zip(hashes, ages, strict=False))
    text = Text(title="Swings for Mossgate Park", content=body, content_kind="html")
    since = NOON - 2 * DAY if volatile else None
    return replace(head, text=text, recent=recent, revision=len(ages), volatile_at=since, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("Seen 12 times", "Seen 1,305 times", True),
        ("Updated 5 minutes ago", "Updated an hour ago", True),
        ("Updated at 9.45am on Monday 3 March", "Updated at 17:02 on Tuesday 11 June 2026", True),
        ("The bridge is open today", "The bridge is open tomorrow", True),
        ("Price £5.00", "Price £500", True),
        ("£1.2m", "£3bn", True),
        ("1st place", "22nd place", True),
        ("2026-03-01T10:00", "2026-03-02T11:30", True),
        ("Road A580 shut", "Road A57 shut", False),
        ("The bridge is open", "The bridge is shut", False),
        ("The bridge is not open", "The bridge is open", False),
        ("Seen 12 times", "Seen 13 times, shared", False),
        ("Seen 12 times", "Seen times", False),
        ("Seen 12 times", "Seen 12 Times", False),
        ("Seen 12 times.", "Seen 12 times", False),
        ("Councillor March spoke", "Councillor Marsh spoke", False),
        ("Seen 12 times", "Seen 12 times", False),
        ("<a href='/a'>12</a>", "<a href='/b'>13</a>", False),
    ],
)
def test_what_differs_in_numbers_only(old: str, new: str, same: bool) -> None:
    """D-23: the differing words must all be numbers, dates or times; links, case and punctuation are not."""
    text = Text(title="Swings", content=old, content_kind="html")
    assert only_moments(text, item("a", "Swings", new)) is same
    assert only_moments(replace(text, content=new), item("a", "Swings", old)) is same


@given(st.text(alphabet="ab 19.:£ay\n", max_size=60))
def test_masking_is_idempotent(text: str) -> None:
    """Law: what is out of sight stays so."""
    assert masked(masked(text)) == masked(text)


@given(st.lists(st.text(max_size=5), max_size=9))
def test_masking_never_touches_words(words: list[str]) -> None:
    """Law: texts without digits or names of times lose nothing."""
    plain = " ".join("".join(char for char in word if char in "bcdxz") for word in words)
    assert masked(plain) == plain


def test_a_second_version_is_never_volatile() -> None:
    """D-23: one correction of a figure is a version at once, and significant as ever (D-24)."""
    change = judged(STORY.replace("£500", "£900"), known(STORY, HOUR))
    assert isinstance(change, Revised)
    assert (change.significant, change.flux, change.settles) == (True, None, True)


def test_to_and_fro_marks_and_defers_numbers() -> None:
    """D-23: A-B-A-B marks the entry; numbers alone then wait until a day after the last version."""
    archive = TinyArchive()
    archive.poll("knowe", document(item("a", body=VIEWS.format(2))))
    second = archive.entries[0].head.revision_hash
    head = known(VIEWS.format(1), HOUR, 2 * HOUR, 3 * HOUR)
    now, first = head.recent[0], head.recent[0].revision_hash
    past = [second, first]
    recent = (now, *(Past(revision_hash=one, seen_at=NOON - 9 * HOUR) for one in past))
    change = judged(VIEWS.format(2), replace(head, recent=recent, older={second: 2}))
    assert isinstance(change, Deferred)
    assert change.until == NOON - HOUR + DAY
    assert (change.reason.rule, change.outcome.value) == ("D-23", "seen")
    assert change.then.flux is not None
    assert change.then.flux.volatile
    assert "to and fro" in change.then.flux.reason.text
    assert (change.then.reverts_to, change.then.settles, change.then.significant) == (2, False, False)


@pytest.mark.parametrize(("ages", "marked"), [([1, 2, 3, 4, 5, 6, 7], True), ([1, 2, 3, 4, 5, 24, 25], False)])
def test_many_versions_in_a_day_mark(ages: list[int], marked: bool) -> None:
    """D-23: the seventh revision within 24 hours marks, the seventh within more does not."""
    change = judged(VIEWS.format(9), known(VIEWS.format(1), *(age * HOUR for age in ages)))
    assert isinstance(change, Deferred if marked else Revised)
    six = judged(VIEWS.format(9), known(VIEWS.format(1), *(age * HOUR for age in ages[:6])))
    assert isinstance(six, Revised)
    assert six.flux is None


def test_a_real_edit_of_a_volatile_entry_is_stored_at_once() -> None:
    """D-23: words that change are a version at once, whatever the numbers do; it is announced as ever (D-24)."""
    edited = VIEWS.format(4).replace("agreed", "refused").replace("new swings", "no swings at all, now or ever")
    change = judged(edited, known(VIEWS.format(1), HOUR, 2 * HOUR, volatile=True))
    assert isinstance(change, Revised)
    assert change.flux is None
    assert change.significant


def test_numbers_are_stored_once_a_day_and_not_announced() -> None:
    """D-23: a day after the last version the number that stands is stored and shown; nobody is told."""
    change = judged(VIEWS.format(4), known(VIEWS.format(1), DAY, 2 * DAY, volatile=True))
    assert isinstance(change, Revised)
    assert (change.reason.rule, change.significant, change.displayed) == ("D-23", False, True)


def test_a_week_of_rest_ends_it() -> None:
    """D-23: after a quiet week a corrected figure is news again."""
    change = judged(STORY.replace("£500", "£900"), known(STORY, 7 * DAY, 8 * DAY, volatile=True))
    assert isinstance(change, Revised)
    assert change.flux is not None
    assert not change.flux.volatile
    assert change.significant


def test_the_stored_text_again_is_only_seen() -> None:
    """4.3/1: a volatile entry that shows its stored text is seen, nothing else."""
    assert isinstance(judged(STORY, known(STORY, HOUR, 2 * HOUR, volatile=True)), Seen)
