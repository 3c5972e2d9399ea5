"""The guards of 4.1 and 4.2, one story each: what must never be merged."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model import Added
from tests.dedupe.archive import NOON, STORY, TinyArchive, document, item, outcomes, polls, stamp

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEAR_MISS = (
    "The meeting of the Mossgate ward forum starts at seven in the evening in the library on Quay Street, and all "
    "who live in the ward are welcome."
)


def test_co_presence_makes_two_entries() -> None:
    """D-07: a twin that the document still lists is another entry by the publisher's word."""
    archive = TinyArchive()
    archive.poll("knowe", document(item("a", link=None)))
    verdict = archive.poll("knowe", document(item("a", link=None), item("b", link=None)), NOON + HOUR)
    assert sorted(outcomes(verdict)) == ["new", "seen"]


def test_listed_entry_lends_its_alias_to_nobody() -> None:
    """D-07, P-14: an id that is listed beside a known one with the same link is a repeat of it, not its new name."""
    archive = TinyArchive()
    archive.poll("knowe", document(item("a")))
    pair = document(item("a"), item("b", link="https://news.example/a"))
    assert sorted(outcomes(archive.poll("knowe", pair, NOON + HOUR))) == ["repeat", "seen"]


def test_two_listings_of_one_entry_do_not_fight() -> None:
    """P-18: where an entry is listed under both of its ids, one listing decides and the other revises nothing."""
    archive = TinyArchive()
    link = "https://news.example/a"
    polls(archive, "knowe", [document(item("a")), document(item("b", link=link))], HOUR)
    both = document(item("a"), item("b", body=STORY.replace("£500", "£900"), link=link))
    for hours in (2, 3):
        assert outcomes(archive.poll("knowe", both, NOON + hours * HOUR)) == ["seen", "seen"]
    newer = item("b", body=STORY.replace("£500", "£900"), link=link, updated=stamp(NOON + HOUR))
    kinds = outcomes(archive.poll("knowe", document(item("a"), newer), NOON + 4 * HOUR))
    assert sorted(kinds) == ["revision", "seen"]


def test_flood_that_is_not_one_to_one_is_stored_quietly() -> None:
    """4.3/6, P-15: two new ids cannot both be one old entry; they stay apart, and nobody is told."""
    archive = TinyArchive()
    archive.poll("knowe", document(item("a", link=None)))
    later = NOON + 40 * DAY
    changes = archive.poll("knowe", document(*(item(i, link=None, when=later) for i in "bc")), later).changes
    assert [(c.outcome.value, c.emitted) for c in changes if isinstance(c, Added)] == [("repost", False)] * 2


def test_two_road_orders_in_one_document() -> None:
    """D-07: two ids first listed together are two entries, with links or without."""
    assert outcomes(TinyArchive().poll("knowe", document(item("a", link=None), item("b", link=None)))) == ["new"] * 2
    assert outcomes(TinyArchive().poll("knowe", document(item("a"), item("b")))) == ["new"] * 2


@pytest.mark.parametrize(
    ("title", "body"),
    [("Council meeting", ""), ("Agenda published", "Read the agenda."), ("", "<img src='/map.png'>"), ("", "")],
)
def test_weak_texts_match_only_with_an_equal_link(title: str, body: str) -> None:
    """D-05: short texts say nothing; across feeds they need an equal link, and without links never match."""
    archive = TinyArchive()
    archive.poll("council", document(item("a", title, body)))
    archive.poll("parish", document(item("n", title, body, link=None)))
    assert outcomes(archive.poll("paper", document(item("x", title, body, link="https://paper.example/x")))) == ["new"]
    assert outcomes(archive.poll("blog", document(item("y", title, body, link=None)))) == ["new"]
    same = item("z", title, body, link="http://news.example/a")
    assert outcomes(archive.poll("mirror", document(same))) == ["duplicate"]


def test_recurring_meeting_is_never_swallowed() -> None:
    """D-05: `Council meeting` of May and of June, one link, new ids: two entries."""
    archive = TinyArchive()
    link = "https://news.example/meetings"
    archive.poll("council", document(item("may", "Council meeting", "", link=link)))
    june = item("june", "Council meeting", "", link=link, when=NOON + 30 * DAY)
    verdict = archive.poll("council", document(june), NOON + 30 * DAY)
    assert outcomes(verdict) == ["new"]


def test_template_guard_by_days() -> None:
    """D-06: a text seen on a third day is a template; from then on it proves nothing, here or in other feeds."""
    archive = TinyArchive()
    kinds = []
    for week in range(4):
        when = NOON + 7 * week * DAY
        verdict = archive.poll("council", document(item(f"w{week}", "Ward forum", NEAR_MISS, when=when)), when)
        kinds.append((outcomes(verdict)[0], len(verdict.templates)))
    assert kinds == [("new", 0), ("repost", 0), ("new", 1), ("new", 0)]
    copy = item("x", "Ward forum", NEAR_MISS, when=NOON + 21 * DAY, link="https://paper.example/x")
    assert outcomes(archive.poll("paper", document(copy), NOON + 21 * DAY)) == ["new"]


def test_template_guard_in_one_document() -> None:
    """D-06: one text under two links of one document is a template at once, and for 400 days."""
    archive = TinyArchive()
    verdict = archive.poll("council", document(item("a"), item("b")))
    assert len(verdict.templates) == 1
    assert outcomes(archive.poll("paper", document(item("x")))) == ["new"]
    assert not archive.poll("council", document(item("a"), item("b")), NOON + HOUR).templates


def test_languages_are_never_duplicates() -> None:
    """D-27: the same words declared Welsh and English are two entries; regions of one language are one."""
    archive = TinyArchive()
    archive.poll("en", document(item("a", language="en-GB")))
    assert outcomes(archive.poll("cy", document(item("b", language="cy")))) == ["new"]
    assert outcomes(archive.poll("ie", document(item("c", language="en-IE")))) == ["duplicate"]


@pytest.mark.parametrize(("hours", "outcome"), [(0, "duplicate"), (24, "duplicate"), (48, "new"), (-48, "new")])
def test_window_across_feeds(hours: int, outcome: str) -> None:
    """D-11, D-12: a day apart matches, 48 hours apart does not."""
    archive = TinyArchive()
    archive.poll("council", document(item("a", when=NOON - 5 * DAY)))
    copy = item("x", when=NOON - 5 * DAY + hours * HOUR)
    assert outcomes(archive.poll("paper", document(copy))) == [outcome]
