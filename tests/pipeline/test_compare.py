"""Versions side by side (issue 4, item 2): whatever makes a new version can be seen in the comparison."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aggregator.dedupe.fingerprint import fingerprint
from aggregator.model import ContentHash, Enclosure, Entry, EntryId, Person, Piece, Revision
from aggregator.pipeline.compare import compare

BODY = "<p>The fine is £500 from May.</p><p>Read <a href='/rules'>the rules</a>, please.</p>"
BASE = "https://knowsmere.example/news/"


def revision(**changes: object) -> Revision:
    """A stored version, changed as told."""
    plain = Revision(
        entry_id=EntryId(1),
        number=1,
        seen_at=datetime(2026, 7, 1, tzinfo=UTC),
        title="Fines for litter",
        content=BODY,
        content_kind="html",
        url="https://knowsmere.example/1",
        content_hash=ContentHash(""),
        revision_hash="",
        significant=True,
        displayed=True,
        reverts_to=None,
        reason="",
        base=BASE,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def changed(pieces: tuple[Piece, ...]) -> list[tuple[str, str]]:
    """Only what differs."""
    return [(piece.kind, piece.text.strip()) for piece in pieces if piece.kind != "same"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("£500 from", "£900 from", [("removed", "£500"), ("added", "£900")]),
        ("£5.00 a day", "£500 a day", [("removed", "£5.00"), ("added", "£500")]),
        ("rules, please", "rules please", [("removed", "rules,"), ("added", "rules")]),
        ("from May.", "from may.", [("removed", "May."), ("added", "may.")]),
        ("not open", "open", [("removed", "not")]),
        ("open", "open again", [("added", "again")]),
        ("a. </p><p>Then b.", "a.", [("removed", "Then b.")]),
        ("Caf\u00e9", "Cafe", [("removed", "Caf\u00e9"), ("added", "Cafe")]),
    ],
)
def test_every_edit_of_the_words_is_seen(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    """b1, D-04: equal lengths, figures without their point, punctuation, case, accents, deletions."""
    found = compare(revision(content=f"<p>{old}</p>"), revision(content=f"<p>{new}</p>"))
    assert changed(found.text) == expected
    assert not changed(found.title)
    assert not found.swaps


def test_titles_links_files_and_authors_are_seen() -> None:
    """D-04: what only a click shows is told beside the words."""
    old = revision(authors=("A. Penn",), attachments=("https://knowsmere.example/a.pdf",))
    new = replace(
        old,
        title="Fines for litter doubled",
        content=BODY.replace("/rules", "/rules-2027"),
        url="https://knowsmere.example/1-corrected",
        authors=("A. Penn", "B. Quill"),
        attachments=("https://knowsmere.example/b.pdf",),
    )
    found = compare(old, new)
    assert changed(found.title) == [("added", "doubled")]
    assert not changed(found.text)
    assert {swap.name: (swap.removed, swap.added) for swap in found.swaps} == {
        "address": (("knowsmere.example/1",), ("knowsmere.example/1-corrected",)),
        "link": (("knowsmere.example/rules",), ("knowsmere.example/rules-2027",)),
        "attachment": (("knowsmere.example/a.pdf",), ("knowsmere.example/b.pdf",)),
        "author": ((), ("B. Quill",)),
    }


@pytest.mark.parametrize(
    "content",
    [
        BODY.replace("<p>", "<p class='lead'>"),
        BODY.replace("</p><p>", "</p>\n\n<p>"),
        BODY.replace("/rules", "/rules?utm_source=rss"),
        BODY.replace("/rules", "https://knowsmere.example/rules#top"),
        BODY.replace("May", "<b>May</b>"),
    ],
)
def test_cosmetic_changes_are_no_version_and_no_difference(content: str) -> None:
    """b1, D-04: markup, white space, tracking and fragments change neither the hash nor the comparison."""
    entry = Entry(position=0, title="Fines for litter", content=BODY, base=BASE)
    assert fingerprint(entry).revision == fingerprint(replace(entry, content=content)).revision
    found = compare(revision(), revision(content=content))
    assert not changed(found.text)
    assert not found.swaps


def test_each_of_the_eight_edits_is_a_version_of_its_own() -> None:
    """b1: whatever the comparison shows also changes the hash, so that nothing of it is lost."""
    entry = Entry(position=0, title="Fines for litter", content=BODY, base=BASE, link="https://knowsmere.example/1")
    edits = [
        replace(entry, content=BODY.replace("£500", "£900")),
        replace(entry, content=BODY.replace("£500", "£5.00")),
        replace(entry, content=BODY.replace("rules</a>,", "rules</a>")),
        replace(entry, content=BODY.replace(" from May", "")),
        replace(entry, title="Fines for Litter"),
        replace(entry, content=BODY.replace("/rules", "/rules-2027")),
        replace(entry, link="https://knowsmere.example/2"),
        replace(entry, authors=(Person(name="A. Penn"),)),
        replace(entry, enclosures=(Enclosure(url="https://knowsmere.example/a.pdf"),)),
    ]
    assert len({fingerprint(each).revision for each in (entry, *edits)}) == len(edits) + 1
