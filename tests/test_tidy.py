"""Tidy markup means without a tree what it means with one, to both rooms that read it."""

from __future__ import annotations

import os
from html.entities import html5
from random import Random

import pytest

from aggregator.dedupe import markup as hashing
from aggregator.dedupe.canonical import read
from aggregator.normalise import markup as reading
from aggregator.normalise.text import plain_text
from aggregator.tidy import BLOCKS, KNOWN, folded, tidy

COUNT = int(os.environ.get("AGGREGATOR_TEST_MUTATIONS", "1000"))
_NAMES = (
    "a abbr b big cite code em font i mark span strong sub u address article blockquote center dd details div dl dt "
    "figcaption figure footer h1 h2 h3 header li main ol p pre section summary ul table td nav form br hr img wbr"
)
NAMES = _NAMES.split()
INLINE = [name for name in NAMES[:14] if name != "a"]
ATTRIBUTES = (
    *("", ' class="x"', ' href="/a?b=1&amp;c=2"', " href='q w'", " href=x", ' HREF="U"', " href", ' href=""'),
    *(' src="i.png" alt=\'a "q"\'', " src=j/", ' data-src="no" src="yes"', ' href="1" href="2"'),
    *(
        ' title=" href=\'no\'" href="yes"',
        ' href="&lt;&eacute;&#8217;"',
        ' width=100 src="/k"',
        ' \n href = "s" ',
        " /",
    ),
)
TEXTS = (
    *("text", " ", "two words", "\n", "&amp;", "&nbsp;", "&#8217;", "R & D", "&;", "a>b", "“q”", "é", "&copy;", "x&y"),
    *("&#x2014;", "&lt;b&gt;", "\u00a0", "\u2003", "\x0b", "\x1e", "\x85", "&#133;", "&#0;", "&bogus;", "&amp", "😀"),
    *("&#128512;", "\u2028", "&#10;", "&fjlig;", "\ufeff", "a < b", "\ud800", "<!-- c -->", "\r\n"),
)


def markup(rng: Random, depth: int = 0, in_p: bool = False) -> str:
    """A body that is often tidy, and always nearly."""
    pieces = []
    for _ in range(rng.randrange(1, 4)):
        if rng.random() < 0.6:
            pieces.append(rng.choice(TEXTS[:4] if rng.random() < 0.93 else TEXTS))
        name = rng.choice(NAMES if not in_p or rng.random() < 0.02 else [*INLINE, "br", "img"])
        if name in ("li", "dd", "dt", "center", "table", "td", "nav", "form") and rng.random() < 0.95:
            name = "b" if in_p else "div"
        attributes = rng.choice(ATTRIBUTES[:4] if rng.random() < 0.85 else ATTRIBUTES)
        if name in ("br", "hr", "img", "wbr"):
            pieces.append(f"<{name}{attributes}>")
        elif depth < 4:
            end = f"</{name}>" if rng.random() < 0.99 else ""
            pieces.append(f"<{name}{attributes}>{markup(rng, depth + 1, in_p or name == 'p')}{end}")
    return "".join(pieces) + rng.choice(TEXTS[:4])


def agree(html: str) -> bool:
    """Whether it is tidy; then it must read like the same markup with a comment, of which only a tree is made."""
    if "<" not in html or tidy(html) is None:
        return False
    by_tree = f"{html}<!-- -->"
    assert tidy(by_tree) is None
    assert plain_text(html) == plain_text(by_tree)
    assert read(html, "html") == read(by_tree, "html")
    return True


def test_random_markup() -> None:
    """Nested, misnested, odd: what counts as tidy reads the same with a tree."""
    tidied = sum(agree(markup(Random(number))) for number in range(COUNT))
    assert tidied > COUNT / 4


def test_every_reference() -> None:
    """Each reference that HTML names, and numbers of every kind, in text and in addresses."""
    for name in html5:
        agree(f'<p>a&{name}b &{name}</p><a href="x&{name}y">l</a>')
    for code in (*range(0x300), 0xD7FF, 0xD800, 0xE000, 0xFDD0, 0xFDF0, 0xFFFD, 0xFFFE, 0x1F600, 0x1FFFE, 0x110000):
        agree(f"<p>a&#{code};b&#x{code:x};c&#{code}</p>")
    assert agree("<p>caf&eacute; &#8211; R & D</p>")


@pytest.mark.parametrize(
    "html",
    [
        "<p>One</p>\n<p>Two <a href='/x?a=1&amp;b=2'>link</a><br/>three <IMG SRC=i.png></p>",
        "<ul>\n<li>one</li><li><p>two</p></li>\n</ul><h2>Head <em>line</em></h2><blockquote>q</blockquote>",
        "text only, then <b>bold <i>both</i></b> &amp; <strong>end",
    ],
)
def test_usual_bodies_are_tidy(html: str) -> None:
    """What publishing software writes needs no tree."""
    assert agree(html)


@pytest.mark.parametrize(
    "html",
    [
        *(
            "<p>a<p>b",
            "<b><i>x</b></i>",
            "a</div>b",
            "<a href=1>x<a href=2>y</a></a>",
            "<li>x</li>",
            "<p/>x",
            "<br></br>",
        ),
        *("<h1><h2>x</h2></h1>", "<Div>x</Div>", "<p><div>x</div></p>", "1 < 2 <b>x</b>", "<a href=>x</a>", "<td>x"),
        *("<p>&copy 2024</p>", "<b>\0</b>", "<b>\ud800</b>", "<p title='a>b'>x</p>", "<p>" * 600, "<b>" + "x" * 70_000),
    ],
)
def test_what_is_not_tidy(html: str) -> None:
    """Anything that a parser would have to mend, and anything large, is left to one."""
    assert tidy(html) is None


def test_both_rooms_mean_the_same_blocks() -> None:
    """Of the elements that tidy markup may have, both rooms break lines at the same ones, and hide none."""
    assert reading.BLOCKS & KNOWN == BLOCKS
    assert hashing.BLOCKS & KNOWN == BLOCKS
    assert not KNOWN & set(hashing.DELETED)
    assert set(hashing.LINKED) <= KNOWN


@pytest.mark.parametrize(
    "text", ["", " ", "a", " a  b\n", "a\u00a0b", "a\u2003", "a\x1cb", "a\x85b", "\u200ba b", "a\x07b"]
)
def test_folded(text: str) -> None:
    """White space of any kind becomes single spaces."""
    assert folded(text) == " ".join(text.split())
