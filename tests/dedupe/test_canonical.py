"""D-01 and D-02: one form of text, whoever marked it up."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.dedupe.boilerplate import _TAIL_PHRASE, _may_end_in_phrase
from aggregator.dedupe.canonical import (
    _USUAL,
    _fold_all,
    body_bytes,
    body_words,
    composed,
    fold,
    read,
    title_words,
    words,
)
from aggregator.dedupe.markup import is_safe_to_parse, scan

LIMIT = settings(max_examples=100, deadline=None)
PHRASES = ["the post", "appeared first on", "Read more", "share this", "Source: Echo", "\n", ". ", "…", "[...]", "£900"]
ODD = ["’", "–", "borough's", "ﬁne", "İstanbul", "e\u0301te\u0301", "Straße", "ΐ", "क्षेत्र", "\u200b", "\u00a0", "½", "´"]
PIECES = st.sampled_from([*PHRASES, *ODD, "(c) 2024 Us"])
TEXT = st.lists(PIECES | st.text(max_size=6), max_size=12).map(" ".join)
SENTENCE = ["The", "mayor’s", "budget", "of", "£500", "–", "agreed", "in", "“March”", "was", "cut"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>Bin day</p><p>moves</p>", "bin day moves"),
        ("<b>Bin</b>s<br>move", "bins move"),
        ("a<div>b</div>c<span>d</span>", "a b cd"),
        ("<table><tr><td>one<td>two</table>", "one two"),
        ("<script>x()</script><style>p{}</style><nav>Home</nav>News<form>Sign up</form><!-- x -->", "news"),
        (
            "<noscript>n</noscript><template>t</template><iframe>i</iframe><object>o</object><svg><text>s</text></svg>k",
            "k",
        ),
        ("<img src=a.png alt='A swan'><a href=/x>The swan</a>", "the swan"),
        ("Fish &amp;amp; chips &lt;b&gt;", "fish amp chips b"),
        ("<p>Fish &amp;amp; chips &lt;b&gt;</p>", "fish amp chips b"),
        ("BOROUGH’S “plan” — 10\u00a0% ﬁne", "borough s plan 10 fine"),
        ("so\u00adft hy\u200bphen \ufeffend", "soft hyphen end"),
        ("café cafe\u0301", "café café"),
        ("£5.00 and £500", "5 00 and 500"),
        ("नगर परिषद की बैठक", "नगर परिषद की बैठक"),
        ("Ysgol Tŷ-gwyn; Ŵyl", "ysgol tŷ gwyn ŵyl"),
        ("borough´s `plan`", "borough s plan"),
        ("<frameset><frame src=x></frameset>hello", "hello"),
        ("half \ud83d a <b>char</b>", "half a char"),
    ],
)
def test_words_of_a_body(body: str, expected: str) -> None:
    """D-01: steps 1, 3, 4 and 6, one trap each."""
    assert " ".join(words(body, "html")) == expected


def test_plain_text_is_never_markup() -> None:
    """D-01: in a plain text `<b>` and `&amp;` are what they look like."""
    assert words("5 &lt; 6 <b>x</b>", "text") == ("5", "lt", "6", "b", "x", "b")


@pytest.mark.parametrize(
    "tail",
    [
        "<p>The post <a href=x>Swings</a> appeared first on <a href=y>Fernleigh News</a>.</p>",
        " The post Swings first appeared on Fernleigh News.",
        "<p>This article was originally published on Fernleigh News.</p>",
        "<p><a>Continue reading <span>Swings</span> &rarr;</a></p>",
        "<p>Read more…</p>",
        " [&#8230;]",
        "…",
        " [...] Continue reading Swings",
        "<h3>Share this:</h3><li>Click to share on Gazette (Opens in new window)<h3>Like this:</h3>Like Loading...",
        "<p>Source: Fernleigh Gazette</p>",
        "<p>via: Fernleigh Gazette</p><p>***</p>",
        "<p>Copyright 2024 Fernleigh Gazette</p>",
        "<p>© Fernleigh Gazette</p>",
    ],
)
def test_boilerplate_at_the_tail(tail: str) -> None:
    """D-02: what publishing software adds at the end is no part of the text."""
    plain = "<p>New swings for Mossgate Park are agreed.</p><p>Work starts in May.</p>"
    assert words(plain + tail, "html") == words(plain, "html")


@pytest.mark.parametrize(
    "body",
    [
        "<p>Share this</p><p>The council asks you to share this.</p>",
        "<p>Copyright law will change, the minister said.</p><p>Source: X</p><p>That is the end of the news.</p>",
        "<p>The post office appeared first on Quay Street</p><p>It then moved.</p>",
        "<p>Read more books, says the library, and bring them back.</p><p>It is open on Monday.</p>",
    ],
)
def test_boilerplate_is_left_inside_a_text(body: str) -> None:
    """D-02: only at the edge, only whole phrases."""
    last = words(body, "html")[-3:]
    assert last == words(body + "<p>Read more</p>", "html")[-3:]
    assert len(words(body, "html")) > 6


def test_boilerplate_never_eats_a_whole_text() -> None:
    """D-02: where nothing else is left, boilerplate is the text."""
    assert words("<p>Share this</p>", "html") == ("share", "this")
    assert words("Read more about swings", "html") == ("read", "more", "about", "swings")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Swings agreed - Fernleigh News", "swings agreed"),
        ("Swings agreed | fernleigh NEWS", "swings agreed"),
        ("Swings agreed – Fernleigh News – fernleigh.example", "swings agreed"),
        ("Swings agreed » Fernleigh News", "swings agreed"),
        ("Swings agreed: Fernleigh News", "swings agreed"),
        ("Swings agreed - Mossgate", "swings agreed mossgate"),
        ("Fernleigh News", "fernleigh news"),
        ("Praise for Fernleigh News", "praise for fernleigh news"),
    ],
)
def test_title_suffix(title: str, expected: str) -> None:
    """D-02: a suffix goes only where it is what the source calls itself."""
    assert " ".join(title_words(title, ("Fernleigh News", "fernleigh.example"))) == expected


@LIMIT
@given(TEXT)
def test_canonical_form_is_idempotent(text: str) -> None:
    """D-01: the canonical form of a canonical form is itself."""
    once = " ".join(words(text, "text"))
    assert " ".join(words(once, "text")) == once


@LIMIT
@given(TEXT)
def test_fast_fold_equals_slow_fold(text: str) -> None:
    """D-01: folding character by character is only faster."""
    assert fold(text) == (_fold_all(text) if not text.isascii() else fold(text))
    assert fold(text + "é") == _fold_all(text + "é")


MARKS = "".join(char for char in map(chr, range(0x250, 0x3100)) if unicodedata.category(char)[0] == "M")


@pytest.mark.parametrize("usual", _USUAL)
def test_usual_signs_fold_alone(usual: str) -> None:
    """D-01: what is folded first composes with nothing, and neither does what it is folded to."""
    assert _fold_all(usual).isascii()
    for mark in MARKS:
        for text in (f"a{usual}{mark}b", f"{mark}{usual}", f"{usual}{mark}{usual}é"):
            assert fold(text) == _fold_all(text)


@LIMIT
@given(TEXT)
def test_bytes_of_a_body_are_its_words(text: str) -> None:
    """D-03: hashes are made of the words, whichever way these are told apart."""
    reading = read(text, "text")
    assert body_bytes(reading) == " ".join(body_words(reading)).encode("utf-8")


@LIMIT
@given(TEXT)
def test_quick_composition_is_nfc(text: str) -> None:
    """D-04: nothing in a text that would compose is overlooked."""
    assert composed(text) == unicodedata.normalize("NFC", text)


@given(st.text(alphabet="abcdeo .[]!?'read published appeared on the post\u2026", max_size=60))
def test_ends_are_skipped_only_where_no_phrase_is(line: str) -> None:
    """D-02: the words that are looked for first stand in every phrase that may be cut off."""
    assert _may_end_in_phrase(line) or not _TAIL_PHRASE.search(line)


@given(st.lists(st.sampled_from(["b", "i", "span", "a", "em"]), min_size=11, max_size=11), st.data())
def test_canonical_form_ignores_presentation(tags: list[str], data: st.DataObject) -> None:
    """D-01: inline markup, quotes, dashes, case and white space change nothing."""
    spaces = data.draw(st.lists(st.sampled_from([" ", "\n ", "&nbsp;", "\t", "<br>"]), min_size=11, max_size=11))
    swapped = [word.translate(str.maketrans("’–“”", '\'-""')).upper() for word in SENTENCE]
    marked = "".join(f"<{tag}>{word}</{tag}>{space}" for tag, word, space in zip(tags, swapped, spaces, strict=True))
    assert words(f"<div>{marked}</div>", "html") == words(" ".join(SENTENCE), "text")


@LIMIT
@given(st.lists(st.sampled_from(["<p>", "</p>", "<b>", "</b>", "<br>", "word", " ", "£5", "&amp;", "<ul><li>x</ul>"])))
def test_scanner_agrees_with_the_tree(pieces: list[str]) -> None:
    """D-01: the linear scanner reads ordinary markup as the tree builder does."""
    body = "<div>" + "".join(pieces)
    scanned = scan(body).text.replace("\x1e", "\n")
    assert words(scanned, "text") == words(body, "html")


@pytest.mark.parametrize("opening", ["<div>", "<b><i>", "<font color=1>", "<blockquote>"])
def test_deep_nesting_is_scanned(opening: str) -> None:
    """D-01: markup that a tree builder would choke on is read all the same."""
    body = opening * 30_000 + "hello <a href='/x'>there</a>"
    assert not is_safe_to_parse(body)
    reading = read(body, "html")
    assert (reading.text, reading.links) == ("hello there", ("/x",))


@pytest.mark.parametrize("noise", ["<!-- ", "<a <", "<script>", "<", "</", "&", "<a href='", "<p>the post "])
def test_hostile_bodies_end(noise: str) -> None:
    """D-01: a megabyte of half-open markup is read in linear time."""
    words(noise * (400_000 // len(noise)), "html")


def test_long_ordinary_lists_are_still_parsed() -> None:
    """D-01: paragraphs and list items without closing tags are not deep."""
    assert is_safe_to_parse("<ul>" + "<li><p>text <b>x</b>" * 2000)
