"""The feed of edits (b1, thread 40): what changed is told word by word, safely, and no more than the licence allows."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from aggregator.history import word_diff
from aggregator.model import (
    ContentHash,
    Difference,
    Edit,
    EntryId,
    Piece,
    PublicId,
    Republish,
    Revision,
    SourceCard,
    Swap,
)
from aggregator.normalise.html import clean_html
from aggregator.normalise.text import paragraphs
from aggregator.publish.edits import CONTEXT, LONGEST_QUOTE, of_edits
from aggregator.publish.entry import LONGEST_SUMMARY
from aggregator.publish.press import Press
from aggregator.publish.render import render
from tests.publish.press import COUNCIL, FOUNDING, NOON, SITE
from tests.publish.reading import texts, understood

PRESS = Press(site=SITE, clean=clean_html, paragraphs=paragraphs, version="0", agent="")


def edit(number: int = 2, source: SourceCard = COUNCIL, **changes: Any) -> Edit:
    """An edit of one entry; only its numbers and policy matter here, the words come with the difference."""
    plain = Revision(
        entry_id=EntryId(7),
        number=number,
        seen_at=NOON + timedelta(hours=number),
        title="Fines for litter",
        content="",
        content_kind="html",
        url="https://www.otterby.example/7",
        content_hash=ContentHash(""),
        revision_hash="",
        significant=True,
        displayed=True,
        reverts_to=None,
        reason="",
    )
    return Edit(
        seq=number,
        public_id=PublicId("https://www.otterby.example/7"),
        source=source,
        url="https://www.otterby.example/7",
        language="en-GB",
        before=replace(plain, number=number - 1),
        after=replace(plain, **changes),
    )


def difference(old: str, new: str, title: tuple[str, str] = ("Fines", "Fines"), *swaps: Swap) -> Difference:
    """Two bodies compared."""
    return Difference(title=word_diff(*title), text=word_diff(old, new), swaps=swaps)


def body(found: Difference, policy: Republish = Republish.FULL, **changes: Any) -> str:
    """The HTML that a reader of the Atom feed gets."""
    edition = of_edits([(edit(source=replace(COUNCIL, republish=policy), **changes), found)], SITE, FOUNDING)
    return str(etree.fromstring(render([edition], (), PRESS)[0].body).findtext("{*}entry/{*}content"))


def test_each_edit_is_an_entry_with_an_id_of_its_own() -> None:
    """R-01, R-13: stable ids, newest first, one for each revision; the dates are those of the edits."""
    found = difference("The fine is £500.", "The fine is £900.")
    edition = of_edits([(edit(number), found) for number in (4, 3, 2)], SITE, FOUNDING)
    assert [item.pub_seq for item in edition.items] == [4, 3, 2]
    ids = [item.public_id for item in edition.items]
    assert len(set(ids)) == 3
    assert all(re.fullmatch(r"tag:news\.wharfe\.example,2026-01-05:edits/[0-9a-f]{32}/[234]", each) for each in ids)
    again = of_edits([(edit(2), difference("other", "words"))], SITE, FOUNDING)
    assert again.items[0].public_id == ids[2]
    assert (edition.id, edition.updated) == ("tag:news.wharfe.example,2026-01-05:edits", NOON + timedelta(hours=4))


def test_changes_are_marked_and_said_in_words() -> None:
    """W-02: ins and del, each with a label that is read aloud and survives readers without marks."""
    html = body(difference("The fine is £500 from May.", "The fine is £900 from May."))
    assert "The fine is <del>[removed: £500]</del> <ins>[added: £900]</ins> from May." in html
    assert '<a href="https://www.otterby.example/7"' in html
    assert "a significant edit" in html
    assert "a small edit" in body(difference("a", "b"), significant=False)
    assert "a return to the words of version 1" in body(difference("a", "b"), reverts_to=1)


def test_titles_links_and_authors_are_told() -> None:
    """D-04: everything that makes a version is seen in the feed."""
    swaps = (Swap(name="link", removed=("otterby.example/a",), added=("otterby.example/b",)),)
    html = body(difference("Same words.", "Same words.", ("Fines", "Fines doubled"), *swaps))
    assert "<strong>Title:</strong> Fines <ins>[added: doubled]</ins>" in html
    assert "<li>link <del>[removed: otterby.example/a]</del></li>" in html
    assert "Same words" not in html


def test_only_a_few_words_around_a_change_are_shown() -> None:
    """A long text that changed in one place is quoted there, with an ellipsis on either side."""
    words = [f"word{number}" for number in range(400)]
    other = [*words[:200], "changed", *words[201:]]
    html = body(difference(" ".join(words), " ".join(other)))
    assert html.count("word") <= 2 * CONTEXT + 2
    assert f"word{200 - CONTEXT}" in html
    assert "…" in html


@pytest.mark.parametrize("policy", [Republish.SUMMARY, Republish.LINK])
def test_no_more_is_quoted_than_the_licence_allows(policy: Republish) -> None:
    """b20: a source whose text may not leave the archive is quoted as a summary at most, or by its title only."""
    old, new = " ".join(["secret"] * 3000), " ".join(["hidden"] * 3000)
    html = body(difference(old, new, ("Fines", "Fines doubled")), policy)
    quoted = re.sub("<[^>]+>", "", html)
    room = {Republish.SUMMARY: LONGEST_SUMMARY, Republish.LINK: 0}[policy]
    assert quoted.count("secret") * len("secret ") + quoted.count("hidden") * len("hidden ") <= room
    assert "changed words not quoted here" in html
    assert "[added: doubled]" in html
    assert len(body(difference(old * 20, new * 20))) < 2 * LONGEST_QUOTE


@given(st.text(max_size=80), st.text(max_size=80))
def test_hostile_words_stay_words(old: str, new: str) -> None:
    """P-48: whatever stands in a text or title is character data, in every format."""
    old, new = f"<script>alert(1)</script>{old}", f'" onclick="x{new}]]>&amp;<img src=x onerror=y>'
    edition = of_edits([(edit(), difference(old, new, (old, new)))], SITE, FOUNDING)
    for file in render([edition], (), PRESS):
        if file.path.endswith((".atom", ".rss")):
            found = understood(file)
            assert not found.bozo
            html = (found.entries[0].content if "content" in found.entries[0] else [found.entries[0]])[0].get("value")
            assert not re.search(r"<(script|img)|<[^>]*\son\w+=", str(html))


def test_all_formats_tell_the_same() -> None:
    """R-20, R-21: three formats, the same ids and order."""
    edition = of_edits([(edit(number), difference("a £5.00 b", "a £500 b")) for number in (3, 2)], SITE, FOUNDING)
    atom, rss, json = render([edition], (), PRESS)
    assert [file.path for file in (atom, rss, json)] == ["edits.atom", "edits.rss", "edits.json"]
    ids = texts(etree.fromstring(atom.body), "a:entry/a:id")
    assert ids == texts(etree.fromstring(rss.body).find("channel"), "item/guid")
    assert all(f'"id":"{each}"'.encode() in json.body for each in ids)


@given(st.lists(st.sampled_from(["a ", "b ", "c\n\n", "d "]), max_size=60), st.lists(st.sampled_from("ab"), max_size=9))
def test_every_change_is_quoted_or_counted(old: list[str], new: list[str]) -> None:
    """Law: with room for all, no removed or added word is left out of the feed."""
    pieces = word_diff("".join(old), " ".join(new))
    html = body(Difference(title=(Piece(kind="same", text="t"),), text=pieces))
    wanted = sum(len(piece.text.split()) for piece in pieces if piece.kind != "same")
    shown = re.findall(r"\[(?:removed|added): ([^\]]*)\]", html)
    assert sum(len(part.split()) for part in shown) == wanted
