"""D-24 and D-25: what is worth telling, and what has lost its text."""

from __future__ import annotations

import pytest

from aggregator.dedupe.significance import is_lost, is_related, is_significant, wording
from aggregator.model import Text
from tests.dedupe.archive import OTHER, STORY

LONG = " ".join(f"Sentence {number} of the minutes was read and agreed by all who came." for number in range(20))
WORDS = " ".join(f"word{number}" for number in range(1000))
SHORT = " ".join(f"item{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(58))
LINK = '<p>Apply <a href="https://fernleigh.example/form">here</a> by 1 May.</p>'


def text(title: str, content: str) -> Text:
    """A version."""
    return Text(title=title, content=content, content_kind="html")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (("Swings", STORY), ("Swings", STORY), False),
        (("Swings", STORY), ("SWINGS!", f"<p>{STORY}</p>"), False),
        (("Swings", STORY), ("Slides", STORY), True),
        (("T", LONG), ("T", LONG.replace("Sentence 7 ", "Phrase 7 ")), False),
        (("T", LONG), ("T", f"{LONG} {STORY[:60]}"), True),
        (("T", LONG), ("T", LONG.replace("was read and agreed", "was agreed and read")), True),
        (("T", LONG), ("T", LONG.replace("Sentence 7 ", "Sentence 77 ")), False),
        (("T", LINK), ("T", LINK.replace("1 May", "2 May")), True),
        (("T", LINK), ("T", LINK.replace("/form", "/form2")), True),
        (("T", LINK), ("T", LINK.replace("https:", "http:")), False),
        (("T", LINK), ("T", LINK.replace("fernleigh.example", "www.fernleigh.example")), False),
        (("T", LINK), ("T", LINK.replace("/form", "/form?utm_source=feed")), False),
        (("T", f"{LONG}{LINK}"), ("T", f"{LONG}{LINK}".replace("/form", "/form2")), False),
        (("T", STORY), ("T", STORY.replace("£500", "£5.00")), True),
        (("T", WORDS), ("T", WORDS.replace("word3 word4 ", "")), False),
        (("T", WORDS), ("T", f"{WORDS} {'more ' * 9}"), False),
        (("T", WORDS), ("T", f"{WORDS} {'more ' * 10}"), True),
        (("T", f"{SHORT} 500"), ("T", f"{SHORT} 900"), True),
        (("T", f"{SHORT} x 500"), ("T", f"{SHORT} x 900"), False),
        (("T", STORY.replace("£500", "£500 to £900")), ("T", STORY.replace("£500", "£900 to £500")), True),
        (("T", ""), ("T", STORY), True),
        (("T", ""), ("T", "<img src=/map.png>"), True),
        (("T", STORY), ("T", ""), False),
        (("T", STORY), ("U", ""), False),
        (("T", ""), ("T", ""), False),
        (("T", ""), ("U", ""), True),
    ],
)
def test_significance(old: tuple[str, str], new: tuple[str, str], expected: bool) -> None:
    """D-24: each clause, and what falls under none."""
    assert is_significant(wording(text(*old)), wording(text(*new))) is expected


@pytest.mark.parametrize(
    ("old", "new", "partial", "expected"),
    [
        (STORY, "", False, True),
        (STORY, "<p>&nbsp;</p>", False, True),
        (STORY, "<img src=a.png>", False, True),
        ("", "", False, False),
        (STORY, STORY[:100], True, True),
        (STORY, STORY[:100], False, False),
        (STORY, STORY[:97] + "Councillors", True, False),
        (STORY, f"{STORY} More.", True, False),
        (STORY, OTHER, True, False),
    ],
)
def test_lost_text(old: str, new: str, partial: bool, expected: bool) -> None:
    """D-25, P-05: empty, or in a cut document the mere beginning of what is known."""
    assert is_lost(wording(text("T", old)), wording(text("T", new)), partial=partial) is expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (("Swings", STORY), ("Bus delays", OTHER), False),
        (("Swings", STORY), ("Swings: more", OTHER), True),
        (("Swings", STORY), ("Playground", f"{OTHER} {STORY}"), True),
        (("Swings", ""), ("Bus delays", ""), False),
    ],
)
def test_relation(old: tuple[str, str], new: tuple[str, str], expected: bool) -> None:
    """P-16: whether two versions can be one story at all."""
    assert is_related(wording(text(*old)), wording(text(*new))) is expected
