"""Titles: four kinds of text construct, and what to do when the kind is unknown."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import RawText
from aggregator.normalise.titles import LONGEST, line_of, read_title


def title(value: str, kind: str = "unknown") -> str:
    """The plain title of a value."""
    return read_title(RawText(value=value, kind=kind))[0]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("AT&amp;T", "AT&T"),
        ("5 &lt; 6", "5 < 6"),
        ("&amp;lt;b&amp;gt;", "<b>"),
        ("&lt;b&gt;x&lt;/b&gt;", "x"),
        ("Q &amp;amp; A", "Q & A"),
        ("&lt;b&gt;", "<b>"),
        ("Council&amp;#8217;s plan", "Council’s plan"),
        ("a &lt;b &amp;amp; c", "a <b & c"),
        ("R&amp;D; today", "R&D; today"),
        ("Bins&lt;br /&gt;and roads", "Bins and roads"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Bins", "Bins"),
        ("&lt;council&gt;x&lt;/council&gt;", "<council>x</council>"),
        ("  two\n\t words\u00a0here ", "two words here"),
    ],
)
def test_rss_titles_as_they_stand_in_the_source(source: str, expected: str) -> None:
    """P-41: plain by default; a known tag pair or a named entity makes it HTML; bare ``<`` and ``&`` are literal."""
    assert title(fromstring(f"<title>{source}</title>").text or "") == expected


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("text", "<b>R&amp;D</b>", "<b>R&amp;D</b>"),
        ("html", "<b>R&amp;D</b> &lt;x&gt;", "R&D <x>"),
        ("xhtml", "<b>R&amp;D</b> &lt;x&gt;", "R&D <x>"),
    ],
)
def test_atom_kinds(kind: str, value: str, expected: str) -> None:
    """P-40: text is literal, html and xhtml are parsed."""
    assert title(value, kind) == expected


def test_a_title_of_megabytes_is_cut() -> None:
    """P-41: a huge title is cut to 2,000 characters, said so, and nothing else is."""
    for value in ("word " * 2_000_000, "<b>" * 3_000_000, "&amp;" * 2_000_000, "x" * 10_000_000):
        text, cut = read_title(RawText(value=value, kind="unknown"))
        assert len(text) <= LONGEST + 1
        assert cut
    assert read_title(RawText(value="x" * LONGEST, kind="text")) == ("x" * LONGEST, False)


def test_missing_title() -> None:
    """P-40: no title is an empty one; no subtitle is none."""
    assert read_title(None) == ("", False)
    assert line_of(None) is None
    assert line_of(RawText(value=" ", kind="text")) is None


@settings(max_examples=80, deadline=None)
@given(value=st.text(alphabet="<>/&;ab \n\x0b\x00#1", max_size=60), kind=st.sampled_from(["text", "html", "unknown"]))
def test_every_title_is_one_clean_line(value: str, kind: str) -> None:
    """P-06: whatever comes in, one line without characters that XML forbids comes out."""
    text = title(value, kind)
    assert text == " ".join(text.split())
    assert not set(text) & {"\x00", "\x0b"}
