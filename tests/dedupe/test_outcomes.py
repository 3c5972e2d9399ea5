"""The eight outcomes of 4.3, one story each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model import Added, Candidate, Identity, Renamed, Revised, Seen
from tests.dedupe.archive import NOON, OTHER, STORY, TinyArchive, document, item, outcomes, polls, stamp

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEAR_MISS = (
    "The meeting of the Mossgate ward forum starts at seven in the evening in the library on Quay Street, and all "
    "who live in the ward are welcome."
)


def test_new() -> None:
    """4.3/8: an entry nobody knows is emitted, with the source's date and a plain reason."""
    (change,) = TinyArchive().poll("knowe", document(item("a"))).changes
    assert isinstance(change, Added)
    assert (change.outcome.value, change.emitted, change.reason.rule) == ("new", True, "4.3/8")
    assert change.effective.instant == change.updated_at == NOON - 2 * HOUR


def test_seen() -> None:
    """4.3/1: the same text under the same id is only seen."""
    archive = TinyArchive()
    first, second = polls(archive, "knowe", [document(item("a")), document(item("a"))], HOUR)
    assert outcomes(first) + outcomes(second) == ["new", "seen"]
    assert second.changes[0].reason.rule == "4.3/1"
    assert not second.notes
    assert not second.templates


def test_revision_of_a_figure() -> None:
    """4.3/3, D-04, D-24: £500 that becomes £900 is a revision, and in a short body one that is announced."""
    archive = TinyArchive()
    archive.poll("knowe", document(item("a")))
    (change,) = archive.poll("knowe", document(item("a", body=STORY.replace("£500", "£900"))), NOON + DAY).changes
    assert isinstance(change, Revised)
    assert (change.outcome.value, change.significant, change.displayed) == ("revision", True, True)
    assert change.updated_at == NOON + DAY


def test_revision_that_is_not_announced() -> None:
    """D-24: a comma is stored and shown but moves nothing, unless the source says a later `updated`."""
    archive = TinyArchive()
    archive.poll("knowe", document(item("a")))
    touched = item("a", body=STORY.replace("leisure,", "leisure"))
    (change,) = archive.poll("knowe", document(touched), NOON + DAY).changes
    assert isinstance(change, Revised)
    assert (change.significant, change.updated_at) == (False, NOON - 2 * HOUR)
    again = replace(item("a"), content=STORY.replace("leisure,", "leisure –"), updated=stamp(NOON + HOUR))
    (change,) = archive.poll("knowe", document(again), NOON + 2 * DAY).changes
    assert isinstance(change, Revised)
    assert (change.significant, change.updated_at) == (False, NOON + HOUR)
    future = replace(item("a"), content=STORY.replace("leisure,", "leisure;"), updated=stamp(NOON + 90 * DAY))
    (change,) = archive.poll("knowe", document(future), NOON + 3 * DAY).changes
    assert isinstance(change, Revised)
    assert change.updated_at == NOON + HOUR


def test_significant_revision_moves_at_least_a_second() -> None:
    """R-34: two announced revisions in one instant still have two stamps."""
    archive = TinyArchive()
    archive.poll("knowe", document(item("a")))
    stamps = []
    for sum_ in ("£600", "£700"):
        (change,) = archive.poll("knowe", document(item("a", body=STORY.replace("£500", sum_)))).changes
        assert isinstance(change, Revised)
        stamps.append(change.updated_at)
    assert stamps == [NOON, NOON + timedelta(seconds=1)]


def test_revert_is_announced_after_a_day() -> None:
    """4.3/2: an older text is a REVERT that points to it, silent at first and settled once after 24 hours."""
    archive = TinyArchive()
    edited = item("a", body=STORY.replace("£500", "£900"))
    documents = [document(item("a")), document(edited), document(item("a"))]
    *_, verdict = polls(archive, "knowe", documents, HOUR)
    (change,) = verdict.changes
    assert isinstance(change, Revised)
    assert (change.outcome.value, change.reverts_to, change.significant) == ("revert", 1, False)
    settled = []
    for hours in (3, 25, 26.1, 27):
        (seen,) = archive.poll("knowe", document(item("a")), NOON + hours * HOUR).changes
        assert isinstance(seen, Seen)
        settled.append(seen.settled)
    assert settled == [False, False, True, False]


def test_renamed_by_alias() -> None:
    """4.3/4, P-14: the same link and text under a new id is the same entry, and stays so under both ids."""
    archive = TinyArchive()
    archive.poll("knowe", document(item("a"), item("z", "Bus", OTHER)))
    renamed = item("a-v2", link="http://news.example/a")
    verdict = archive.poll("knowe", document(renamed, item("z", "Bus", OTHER)), NOON + HOUR)
    assert sorted(outcomes(verdict)) == ["renamed", "seen"]
    (change,) = (change for change in verdict.changes if isinstance(change, Renamed))
    assert isinstance(change.then, Seen)
    assert change.candidate.key == "guid:a-v2"
    assert outcomes(archive.poll("knowe", document(item("a")), NOON + 2 * HOUR)) == ["seen"]
    assert outcomes(archive.poll("knowe", document(renamed), NOON + 3 * HOUR)) == ["seen"]


def test_renamed_with_title_and_day_is_also_revised() -> None:
    """P-14: equal title words and equal day support an alias; then rule 3 speaks."""
    archive = TinyArchive()
    archive.poll("knowe", document(item("a")))
    renamed = item("b", body=STORY.replace("£500", "£900"), link="https://news.example/a")
    (change,) = archive.poll("knowe", document(renamed), NOON + HOUR).changes
    assert isinstance(change, Renamed)
    assert isinstance(change.then, Revised)
    assert change.then.significant


def test_alias_without_support_is_nothing() -> None:
    """P-14: the same link with another text and title is another entry."""
    archive = TinyArchive()
    archive.poll("knowe", document(item("a")))
    assert outcomes(archive.poll("knowe", document(item("b", "Bus", OTHER, link="https://news.example/a")))) == ["new"]


def test_repeat() -> None:
    """4.3/5: the same words next day under a new id and link, the old one gone, are stored and not emitted."""
    archive = TinyArchive()
    archive.poll("knowe", document(item("a")))
    (change,) = archive.poll("knowe", document(item("b", when=NOON + 20 * HOUR)), NOON + DAY).changes
    assert isinstance(change, Added)
    assert (change.outcome.value, change.emitted, change.first) == ("repeat", False, 1)


def test_equal_links_in_one_document_repeat() -> None:
    """4.3/5, D-07: two ids with one link and one text are one entry twice; the second names the first by its key."""
    link = "https://news.example/swings"
    verdict = TinyArchive().poll("knowe", document(item("a", link=link), item("b", link=link), item("c", link=link)))
    assert outcomes(verdict) == ["new", "repeat", "repeat"]
    first, *rest = verdict.changes
    assert isinstance(first, Added)
    assert [change.first_key for change in rest if isinstance(change, Added)] == [first.candidate.key] * 2


def test_repost() -> None:
    """4.3/6: the same strong text a month later is news again, and says of what it is a repost."""
    archive = TinyArchive()
    archive.poll("knowe", document(item("a")))
    (change,) = archive.poll("knowe", document(item("b", when=NOON + 30 * DAY)), NOON + 30 * DAY).changes
    assert isinstance(change, Added)
    assert (change.outcome.value, change.emitted, change.first) == ("repost", True, 1)


@pytest.mark.parametrize(("old", "new"), [(5, 7), (2, 0), (8, 12)])
def test_repost_flood_is_a_migration(old: int, new: int) -> None:
    """4.3/6, P-15: five reposts, or half a document of them, are a rebuilt site: renamed, nothing emitted."""
    archive = TinyArchive()
    texts = [f"{STORY} Order number {number} of the year." for number in range(old + new)]
    archive.poll("knowe", document(*(item(f"a{n}", f"Story {n}", texts[n]) for n in range(old))))
    later = NOON + 40 * DAY
    rebuilt = [item(f"b{n}", f"Story {n}", texts[n], when=later) for n in range(old)]
    fresh = [item(f"c{n}", f"Fresh {n}", f"{OTHER} Part {n}.", when=later) for n in range(new)]
    verdict = archive.poll("knowe", document(*rebuilt, *fresh), later)
    assert outcomes(verdict).count("renamed") == old
    assert outcomes(verdict).count("new") == new
    assert any("P-15" in note for note in verdict.notes)
    assert set(outcomes(archive.poll("knowe", document(*rebuilt, *fresh), later + HOUR))) == {"seen"}


def test_few_reposts_among_many_are_no_flood() -> None:
    """4.3/6: two reposts of ten entries are emitted."""
    archive = TinyArchive()
    archive.poll("knowe", document(item("a", "Swings"), item("b", "Bus", OTHER)))
    later = NOON + 40 * DAY
    again = [item("a2", "Swings", when=later), item("b2", "Bus", OTHER, when=later)]
    fresh = [item(f"c{n}", f"Fresh {n}", f"{OTHER} Part {n}.", when=later) for n in range(8)]
    verdict = archive.poll("knowe", document(*again, *fresh), later)
    assert outcomes(verdict).count("repost") == 2
    assert all(change.emitted for change in verdict.changes if isinstance(change, Added))


def test_duplicate_across_feeds() -> None:
    """4.3/7, D-21: the same release in a paper is stored under the council's entry and not emitted again."""
    archive = TinyArchive()
    archive.poll("council", document(item("a")))
    (change,) = archive.poll("paper", document(item("x", link="https://paper.example/x")), NOON + HOUR).changes
    assert isinstance(change, Added)
    assert (change.outcome.value, change.emitted, change.first) == ("duplicate", False, 1)
    third = archive.poll("blog", document(item("y", link="https://blog.example/y")), NOON + 2 * HOUR).changes[0]
    assert isinstance(third, Added)
    assert third.first == 1


def test_duplicate_leads_where_no_lead_was_emitted() -> None:
    """D-21: a copy of something subscribers never got is emitted."""
    archive = TinyArchive()
    archive.poll("council", document(item("a")))
    archive.entries[0].head = replace(archive.entries[0].head, emitted=False)
    (change,) = archive.poll("paper", document(item("x", link="https://paper.example/x"))).changes
    assert isinstance(change, Added)
    assert (change.outcome.value, change.emitted) == ("duplicate", True)


def test_lead_is_followed_though_its_text_moved_on() -> None:
    """D-21: the lead was edited since; a third copy of the old words still belongs to it."""
    archive = TinyArchive()
    archive.poll("council", document(item("a")))
    archive.poll("paper", document(item("x", link="https://paper.example/x")))
    archive.poll("council", document(item("a", body=STORY.replace("£500", "£900"))), NOON + HOUR)
    (change,) = archive.poll("blog", document(item("y", link="https://blog.example/y")), NOON + HOUR).changes
    assert isinstance(change, Added)
    assert (change.first, change.emitted) == (1, False)


def test_date_alone_is_no_revision() -> None:
    """D-25, P-38: a new date on the same text is noted once and moves nothing."""
    archive = TinyArchive()
    archive.poll("knowe", document(item("a")))
    moved = document(item("a", when=NOON - HOUR))
    first, second = (archive.poll("knowe", moved, NOON + hours * HOUR).changes[0] for hours in (1, 2))
    assert isinstance(first, Seen)
    assert isinstance(second, Seen)
    assert (first.date_changed, second.date_changed) == (True, False)
    assert archive.entries[0].head.published_at == NOON - 2 * HOUR


def test_empty_body_that_fills_and_empties() -> None:
    """D-25: a body that fills is announced; one that turns empty is stored, while the fuller one stays on show."""
    archive = TinyArchive()
    archive.poll("knowe", document(item("a", body="")))
    (filled,) = archive.poll("knowe", document(item("a")), NOON + HOUR).changes
    assert isinstance(filled, Revised)
    assert (filled.significant, filled.displayed) == (True, True)
    (emptied,) = archive.poll("knowe", document(item("a", body="<p> </p>")), NOON + 2 * HOUR).changes
    assert isinstance(emptied, Revised)
    assert (emptied.significant, emptied.displayed) == (False, False)


def test_cut_body_of_a_partial_document_is_not_shown() -> None:
    """D-25, P-05: half a body from a cut document is stored but not shown; in a whole document it is an edit."""
    for partial, displayed in ((True, False), (False, True)):
        archive = TinyArchive()
        archive.poll("knowe", document(item("a")))
        cut = document(item("a", body=STORY[:120]), partial=partial)
        (change,) = archive.poll("knowe", cut, NOON + HOUR).changes
        assert isinstance(change, Revised)
        assert (change.displayed, change.significant) == (displayed, displayed)


def test_future_dates_wait_for_nobody() -> None:
    """P-36, R-11: an entry dated next month is filed under its first sight, and nothing is stamped after now."""
    (change,) = TinyArchive().poll("knowe", document(item("a", when=NOON + 30 * DAY))).changes
    assert isinstance(change, Added)
    assert (change.effective.instant, change.effective.basis, change.updated_at) == (NOON, "first-seen", NOON)


def test_changes_keep_the_order_of_candidates() -> None:
    """R-02: changes come oldest first, so that the newest gets the highest number."""
    listed = document(
        item("new", "C", OTHER),
        item("mid", "B", STORY, when=NOON - DAY),
        item("old", "A", NEAR_MISS, when=NOON - 9 * DAY),
    )
    keys = [_candidate(change).key for change in TinyArchive().poll("knowe", listed).changes]
    assert keys == ["guid:old", "guid:mid", "guid:new"]


def test_operators_choice_of_identity_stays() -> None:
    """P-16: what the operator fixed is not unlearned by restless ids."""
    archive = TinyArchive()
    archive.feed("knowe", identity=Identity.GUID)
    for number in range(4):
        listed = document(item(f"a{number}", link="https://news.example/a"))
        assert archive.poll("knowe", listed, NOON + number * HOUR).identity is Identity.GUID


def _candidate(change: object) -> Candidate:
    assert isinstance(change, Added | Seen | Revised | Renamed)
    return change.candidate
