"""Body and summary: which text is which."""

from __future__ import annotations

import pytest

from aggregator.model import RawBody, RawText
from aggregator.normalise.bodies import Body, choose_body

LONG = "<p>Millbrook Council will mend the seafront railings in May after the winter storms.</p>"
SHORT = "Railings to be mended."


def body(*texts: tuple[str, str], kind: str = "html") -> Body:
    """The choice among texts given as (element, value)."""
    return choose_body([RawBody(element=name, text=RawText(value=value, kind=kind)) for name, value in texts])


@pytest.mark.parametrize("first", [True, False])
def test_longest_visible_text_is_the_body(first: bool) -> None:
    """P-42: what is visible counts, not the markup; the shorter text is the summary, as plain text."""
    noisy = f'<p class="{"x" * 500}">{SHORT} <b>&amp;</b></p>'
    texts = [("description", noisy), ("content:encoded", LONG)]
    chosen = body(*(texts if first else reversed(texts)))
    assert chosen.content == LONG
    assert chosen.summary == f"{SHORT} &"
    assert not chosen.summary_generated


def test_description_may_be_the_body() -> None:
    """P-42: a description longer than the content is the body."""
    chosen = body(("content:encoded", SHORT), ("description", LONG))
    assert (chosen.content, chosen.summary) == (LONG, SHORT)


def test_equal_texts_make_no_summary() -> None:
    """P-42: a summary that says the same as the body is none; the first 300 characters are, marked as generated."""
    chosen = body(("description", "Railings &amp; rust"), ("content:encoded", "<p>Railings <b>&amp;</b> rust</p>"))
    assert chosen.content == "<p>Railings <b>&amp;</b> rust</p>"
    assert (chosen.summary, chosen.summary_generated) == ("Railings & rust", True)


def test_generated_summary_ends_with_a_word() -> None:
    """P-42: 300 characters at most, at a word end."""
    chosen = body(("description", "railings " * 100))
    assert chosen.summary == " ".join(["railings"] * 33) + "…"
    assert chosen.summary_generated


def test_overlong_summary_is_cut() -> None:
    """P-42: a second article beside the first is no summary; it is cut and marked."""
    chosen = body(("description", "rust " * 400), ("content:encoded", "railings " * 400))
    assert 900 < len(chosen.summary) <= 1_001
    assert chosen.summary_generated


def test_pictures_only() -> None:
    """P-42: without any visible text the element meant as content wins, and there is no summary."""
    picture = '<img src="a.png" alt="railings">'
    chosen = body(("description", "<img src=b.png>" * 9), ("content:encoded", picture))
    assert (chosen.content, chosen.summary, chosen.summary_generated) == (picture, "", False)


def test_plain_text_body_stays_plain() -> None:
    """P-40: a text construct of type text is literal."""
    chosen = body(("atom:content", "5 < 6 & <b>"), kind="text")
    assert (chosen.kind, chosen.plain) == ("text", "5 < 6 & <b>")
    assert body(("description", "5 < 6 and more"), kind="unknown").kind == "text"
    assert body(("description", "<b>5</b>"), kind="unknown").kind == "html"


def test_nothing_at_all() -> None:
    """P-42: no text, no body."""
    assert body() == body(("description", "  ")) == Body()
