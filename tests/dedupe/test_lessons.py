"""Complaints that users of other aggregators have published, each as a story that must end well here."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from aggregator.model import Added, Document, Entry, Identity, Precision, Renamed, Revised
from tests.dedupe.archive import NOON, OTHER, STORY, TinyArchive, document, item, outcomes, polls, stamp

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TITLES = ["Swings", "Bus", "Flood wall", "Library hours", "Bin day"]


def five(ids: str, link: str = "https://news.example/s/{n}", extra: str = "", **other: object) -> list[Entry]:
    """Five entries whose ids and links follow a pattern."""
    return [
        item(ids.format(n=n), title, f"{title}: part {n}. {STORY}{extra}", link=link.format(n=n), **other)
        for n, title in enumerate(TITLES)
    ]


def listed(*groups: Entry | list[Entry]) -> Document:
    """A document of entries and lists of entries."""
    return document(*(entry for group in groups for entry in (group if isinstance(group, list) else [group])))


def test_copies_are_linked_not_deleted() -> None:
    """Row 1: a copy in another feed is stored in full and linked to the first."""
    archive = TinyArchive()
    archive.poll("council", listed(item("a")))
    archive.poll("paper", listed(item("x", link="https://paper.example/x")))
    assert [stored.head.lead for stored in archive.entries] == [None, 1]


def test_ids_that_change_with_each_poll() -> None:
    """Row 2, P-16: known entries are recognised at every poll, and after two events links identify the feed."""
    archive = TinyArchive()
    verdicts = [archive.poll("knowe", listed(five(f"{n}-{{n}}")), NOON + n * HOUR) for n in range(6)]
    assert [set(outcomes(verdict)) for verdict in verdicts[:4]] == [{"new"}, {"renamed"}, {"renamed"}, {"renamed"}]
    assert [verdict.identity for verdict in verdicts[1:3]] == [Identity.GUID, Identity.LINK]
    assert [len(verdict.notes) for verdict in verdicts[1:4]] == [0, 1, 0]
    assert all(set(outcomes(verdict)) == {"seen"} for verdict in verdicts[4:])
    assert len(archive.entries) == 5


def test_events_far_apart_prove_nothing() -> None:
    """P-16: two changes of ids in eight days are not a habit."""
    archive = TinyArchive()
    verdicts = polls(archive, "knowe", [listed(five(f"{n}-{{n}}")) for n in range(3)], 8 * DAY)
    assert verdicts[-1].identity is Identity.GUID


def test_id_with_a_timestamp_in_it() -> None:
    """Row 2: an id that moves with each edit brings a revision of the known entry, not a new one."""
    archive = TinyArchive()
    archive.poll("gov", listed(item("a#2026-03-10", link="https://gov.example/a")))
    edited = item("a#2026-03-11", body=STORY.replace("£500", "£900"), link="https://gov.example/a")
    (change,) = archive.poll("gov", listed(edited), NOON + DAY).changes
    assert isinstance(change, Renamed)
    assert isinstance(change.then, Revised)


def test_one_id_on_every_item() -> None:
    """Row 3, P-16: ten items under one id are ten entries, now and at the next poll."""
    archive = TinyArchive()
    verdicts = polls(archive, "knowe", [listed(five("N/A")), listed(five("N/A"))], HOUR)
    assert [outcomes(verdict) for verdict in verdicts] == [["new"] * 5, ["seen"] * 5]
    assert any("P-16" in note for note in verdicts[0].notes)
    one_left = listed(five("N/A")[3:4])
    assert outcomes(archive.poll("knowe", one_left, NOON + 2 * HOUR)) == ["seen"]


def test_http_and_https_ids() -> None:
    """Rows 4 and 7, P-15: the whole back catalogue under https is known, even after edits; nothing is emitted."""
    archive = TinyArchive()
    archive.poll("knowe", listed(five("http://news.example/{n}")))
    moved = listed(five("https://news.example/{n}", extra=" Updated for the new site, with £900 more in the pot."))
    verdict = archive.poll("knowe", moved, NOON + DAY)
    assert set(outcomes(verdict)) == {"renamed"}
    assert not any(
        c.then.significant for c in verdict.changes if isinstance(c, Renamed) and isinstance(c.then, Revised)
    )
    assert any("P-15" in note for note in verdict.notes)
    assert verdict.id_changes == ()
    back = archive.poll("knowe", listed(five("http://news.example/{n}")), NOON + 2 * DAY)
    assert "new" not in outcomes(back)


def test_host_move() -> None:
    """Row 7, P-15: ids and links on a new host."""
    archive = TinyArchive()
    archive.poll("knowe", listed(five("https://old.example/?p={n}", "https://old.example/?p={n}")))
    moved = five("https://new.example/?p={n}", "https://new.example/?p={n}", when=None)
    verdict = archive.poll("knowe", listed(moved, item("https://new.example/?p=99", "Fresh", OTHER)), NOON + DAY)
    assert outcomes(verdict).count("renamed") == 5
    assert outcomes(verdict).count("new") == 1


def test_another_site_with_the_same_numbers_is_no_move() -> None:
    """P-15: number 3 of a new site is not number 3 of the old one, when not a word is shared."""
    archive = TinyArchive()
    archive.poll("knowe", listed(*(item(f"https://old.example/?p={n}", f"{t} x", STORY) for n, t in enumerate("AB"))))
    strangers = [item(f"https://new.example/?p={n}", f"{t} y", f"{t}{n}. {OTHER}") for n, t in enumerate("CD")]
    assert outcomes(archive.poll("knowe", listed(strangers), NOON + DAY)) == ["new"] * 2


def test_changing_the_rule_and_back_makes_no_twins() -> None:
    """Row 5: from ids to links and back again, every entry stays itself."""
    archive = TinyArchive()
    kinds = []
    for number, identity in enumerate((Identity.GUID, Identity.LINK, Identity.GUID, Identity.AUTO)):
        archive.feed("knowe", identity=identity)
        kinds.append(set(outcomes(archive.poll("knowe", listed(five("{n}")), NOON + number * DAY))))
    assert kinds == [{"new"}, {"renamed"}, {"seen"}, {"seen"}]
    assert len(archive.entries) == 5


def test_items_that_differ_by_fragment_only() -> None:
    """Row 5: two entries of one page are two."""
    pair = [item(None, title, f"{title} {STORY}", link=f"https://x.example/day#{title}") for title in "AB"]
    archive = TinyArchive()
    verdicts = polls(archive, "knowe", [listed(pair), listed(pair)], HOUR)
    assert [outcomes(verdict) for verdict in verdicts] == [["new"] * 2, ["seen"] * 2]


def test_a_broadcaster_repeats_itself() -> None:
    """Row 6: one story in three section feeds of a publisher, with a variant of the id, is emitted once."""
    archive = TinyArchive()
    emitted = []
    for section in ("home", "world", "health"):
        entry = item(f"https://bbc.example/news/1#{section}", link="https://bbc.example/news/1")
        emitted += [
            change.emitted for change in archive.poll(section, listed(entry)).changes if isinstance(change, Added)
        ]
    assert emitted == [True, False, False]


def test_feed_without_ids() -> None:
    """Row 7, P-17: no ids: an edited title is a revision, another story under the same address is not."""
    archive = TinyArchive()
    link = "https://x.example/latest"
    archive.poll("knowe", listed(item(None, "Swings agreed", STORY, link=link)))
    edited = item(None, "Swings at last", STORY, link=link)
    assert outcomes(archive.poll("knowe", listed(edited), NOON + HOUR)) == ["revision"]
    other = item(None, "Bus delays", OTHER, link=link, when=NOON + DAY)
    assert outcomes(archive.poll("knowe", listed(other), NOON + DAY)) == ["new"]
    assert outcomes(archive.poll("knowe", listed(other), NOON + 2 * DAY)) == ["seen"]


def test_equal_ids_of_two_feeds() -> None:
    """Row 9, P-12: `?p=12` of two sites are two entries."""
    archive = TinyArchive()
    archive.poll("one", listed(item("12", "Swings", STORY, link="https://one.example/?p=12")))
    other = item("12", "Bus", OTHER, link="https://two.example/?p=12")
    assert outcomes(archive.poll("two", listed(other))) == ["new"]


def test_reused_id_does_not_swallow_a_story() -> None:
    """Row 10: a new article under an old id, at another address, is an entry and stays one; edits revise it."""
    archive = TinyArchive()
    archive.poll("knowe", listed(item("7", "Swings", STORY, link="https://x.example/swings")))
    reused = item("7", "Bus delays", OTHER, link="https://x.example/bus", when=NOON + DAY)
    edited = replace(reused, content=OTHER.replace("twenty", "thirty"))
    kinds = [outcomes(archive.poll("knowe", listed(entry), NOON + DAY)) for entry in (reused, reused, edited, edited)]
    assert kinds == [["new"], ["seen"], ["revision"], ["seen"]]
    assert len({*archive.entries[0].keys, *archive.entries[1].keys}) == 2


def test_living_page_is_one_entry() -> None:
    """Domain 6: one id, one address, other words each week: one entry with its history."""
    archive = TinyArchive()
    first = item("7", "Flood warnings", STORY, link="https://x.example/floods")
    verdicts = polls(archive, "knowe", [listed(first), listed(replace(first, content=OTHER))], DAY)
    assert outcomes(verdicts[1]) == ["revision"]


def test_late_and_back_dated_entries_appear() -> None:
    """Row 12: an entry that arrives with an old date is emitted all the same."""
    archive = TinyArchive()
    archive.poll("knowe", listed(item("a")))
    late = item("b", "Bus", OTHER, when=NOON - 200 * DAY)
    (change,) = (c for c in archive.poll("knowe", listed(item("a"), late), NOON + DAY).changes if isinstance(c, Added))
    assert (change.emitted, change.effective.instant) == (True, NOON - 200 * DAY)


def test_every_correction_is_kept() -> None:
    """Row 13: each of a run of edits is a revision."""
    archive = TinyArchive()
    sums = ["£500", "£600", "£700", "£800"]
    kinds = [
        outcomes(v) for v in polls(archive, "k", [listed(item("a", body=STORY.replace("£500", s))) for s in sums], HOUR)
    ]
    assert kinds == [["new"], ["revision"], ["revision"], ["revision"]]
    assert len(archive.entries[0].versions) == 4


def test_rebuilt_site_floods_nobody() -> None:
    """Rows 15 and 16: old posts under new ids, new links and new dates are known, not news."""
    archive = TinyArchive()
    archive.poll("knowe", listed(five("{n}", when=NOON - 300 * DAY)))
    rebuilt = listed(five("v2/{n}", "https://v2.example/{n}", when=NOON + DAY))
    verdict = archive.poll("knowe", rebuilt, NOON + DAY)
    assert set(outcomes(verdict)) == {"renamed"}
    assert len(archive.entries) == 5


def test_removed_entries_that_return_are_known() -> None:
    """Row 17: an entry that was gone for a year comes back as itself."""
    archive = TinyArchive()
    documents = [listed(item("a")), listed(item("b", "Bus", OTHER)), listed(item("a"), item("b", "Bus", OTHER))]
    assert outcomes(polls(archive, "knowe", documents, 200 * DAY)[2]) == ["seen", "seen"]


def test_undated_entries_do_not_rise_again() -> None:
    """Domain 11: an entry without a date keeps its first sight."""
    archive = TinyArchive()
    for number in range(3):
        archive.poll("knowe", listed(item("a", when=None)), NOON + number * DAY)
    assert archive.entries[0].head.published_at == NOON


def test_day_precision_release_in_two_feeds() -> None:
    """D-11: a council that states only the day and a paper that states the minute agree."""
    archive = TinyArchive()
    archive.poll("council", listed(item("a", published=stamp(NOON - 12 * HOUR, precision=Precision.DAY))))
    paper = item("x", link="https://paper.example/x", when=NOON + 20 * HOUR)
    assert outcomes(archive.poll("paper", listed(paper), NOON + DAY)) == ["duplicate"]
