"""Plain text of markup, its first words, and the guard against markup made to hurt."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.normalise.markup import is_extreme, scanned_text
from aggregator.normalise.text import first_words, paragraphs, plain_text


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One</p><p>Two</p>", "One Two"),
        ("<P>One</P><DIV>Two</DIV>", "One Two"),
        ("un<b>believ</b>able<br>news", "unbelievable news"),
        ("<ul><li>a<li>b</ul>", "a b"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("<script>x()</script>y<style>z{}</style><!-- c -->", "y"),
        ("a<SCRIPT>x()</SCRIPT>b", "ab"),
        ("&lt;b&gt; &amp; &pound;5&nbsp;more", "<b> & £5 more"),
        ("<p>a\x01\x7fb</p><p>c \u2003d</p>", "ab c d"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_visible_text(html: str, expected: str) -> None:
    """P-42: what a reader sees, words kept apart by blocks and together inside of a word."""
    assert plain_text(html) == expected


HURTFUL = {
    "deep": "<div>" * 20_000 + "end",
    "misnested": "<b><table><tr><td></b></table>" * 5_000,
    "formatting": "".join(f"<b id={number}>" for number in range(600)) + "<p>end" * 600,
    "hidden in a value": '<div x="></div>">' * 20_000,
    "hidden in a comment": "<div><!--</div>-->" * 20_000,
    "hidden in a style": "<div><style></div></style>" * 20_000,
    "attributes": "<a " + " ".join(f"x{number}" for number in range(30_000)) + ">end",
    "attributes after a hidden end": '<a b=">" ' + " ".join(f"x{number}" for number in range(30_000)) + ">end",
    "ampersands": "&" * 100_000,
    "ampersands in a value": f'<p title="{"&" * 100_000}">end',
    "fostered": "<table>" + "<p>" * 60_000,
    "fostered by closing tags": "<table>" + "</p>" * 110_000,
    "foreign": "<svg><td>" * 20_000,
    "open quotation": '<a b="' * 100_000,
}


@pytest.mark.parametrize("name", HURTFUL)
def test_markup_made_to_hurt_is_not_given_to_a_parser(name: str) -> None:
    """P-48, libraries 1.6: nesting that parsers pay for with the square of its depth is seen before."""
    assert is_extreme(HURTFUL[name])
    assert "<" not in plain_text(HURTFUL[name])


def test_text_survives_without_a_parser() -> None:
    """P-42: the words of an extreme body are still read."""
    text = plain_text("<div>" * 1_000 + "<p>Bins &amp; roads</p><script>x()</script>on<b>ly</b> 5 < 6 <!-- no -->now")
    assert text == "Bins & roads only 5 < 6 now"


@pytest.mark.parametrize(
    "block",
    [
        '<p class="intro">Text with a <a href="https://a.example/?a=1&amp;b=2" title="it\'s">link</a><br/></p>\n',
        "<ul><li>one<li>two <b>bold</b></ul><!-- wp:paragraph --><p>unclosed",
        "<table><thead><tr><th>x</th></tr></thead><tr><td><img src=a.png alt='x y'/></td></tr></table>",
        '<figure><iframe src="https://v.example/1" allowfullscreen></iframe><figcaption>c</figcaption></figure>',
        "<p>" + "words and more words " * 200 + "&amp; &nbsp; R&D</p>",
        '<img src="data:image/png;base64,' + "A" * 5_000 + '" alt="a picture of the new bins"><p>text</p>',
        '<blockquote><p>x</p></blockquote><script async src="https://t.example/w.js"></script>',
    ],
)
def test_long_ordinary_articles_are_not_extreme(block: str) -> None:
    """P-48: length alone is no offence; ordinary markup goes to the parser however long it is."""
    assert not is_extreme(block * 2_000)


@settings(max_examples=100, deadline=None)
@given(html=st.text(alphabet="<>/!-ab \"'=sp&;", max_size=80))
def test_any_markup_is_safe(html: str) -> None:
    """P-42: no markup raises, and scanning ends."""
    assert plain_text(html) == " ".join(plain_text(html).split())
    assert isinstance(scanned_text(html), str)


def test_first_words() -> None:
    """P-42: 300 characters at a word end; a text that fits stays whole; one endless word is cut hard."""
    assert first_words("one two three", 9) == "one two…"
    assert first_words("one two", 7) == "one two"
    assert first_words("one two three", 7) == "one two…"
    assert first_words("x" * 400) == "x" * 300 + "…"
    assert len(first_words("word " * 100)) <= 301


def test_paragraphs_are_the_blocks_of_a_body() -> None:
    """R-36: a line for each block that has words, whatever it is made of; scripts are no words."""
    body = "<h2>Swings</h2><p>One <b>two</b>,<br>three.</p><div><p> </p></div><ul><li>four</li></ul><script>x</script>"
    assert paragraphs(body) == ("Swings", "One two,", "three.", "four")
    assert paragraphs("no markup &amp; none") == ("no markup & none",)
    assert paragraphs("") == paragraphs("<p></p>") == ()
    assert paragraphs("a<p>b\u2029c</p>") == ("a", "b", "c")
