"""Encodings: the order of trust, and labels that lie."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.parse.characters import _FORBIDDEN, _REFERENCE, C1, _mended, clean
from tests.parse.samples import RSS, kinds, parse, rss

TITLE = "Llanfair’s café – £5"


def body(encoding: str, declared: str | None = None, title: str = TITLE) -> bytes:
    """A document in one encoding that may declare another."""
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return (declaration + f"<rss version='2.0'><channel><title>{title}</title></channel></rss>").encode(encoding)


@pytest.mark.parametrize(
    ("raw", "content_type", "encoding"),
    [
        (body("utf-8"), None, "utf-8"),
        (body("utf-8"), "text/xml", "utf-8"),
        (body("utf-8", "utf-8"), "application/rss+xml; charset=UTF-8", "utf-8"),
        (codecs.BOM_UTF8 + body("utf-8", "iso-8859-1"), "text/xml; charset=windows-1252", "utf-8"),
        (codecs.BOM_UTF16_LE + body("utf-16-le", "utf-16"), "text/xml; charset=utf-8", "utf-16"),
        (codecs.BOM_UTF16_BE + body("utf-16-be", "utf-8"), None, "utf-16"),
        (codecs.BOM_UTF32_LE + body("utf-32-le"), None, "utf-32"),
        (body("utf-16-le", "utf-16"), None, "utf-16-le"),
        (body("utf-16-be"), None, "utf-16-be"),
        (body("utf-16-le"), "text/xml; charset=utf-16le", "utf-16le"),
        (body("cp1252", "windows-1252"), None, "windows-1252"),
        (body("cp1252", "iso-8859-1"), None, "iso-8859-1"),
        (body("cp1252", "utf-8"), "text/xml; charset=windows-1252", "windows-1252"),
    ],
)
def test_order_of_trust(raw: bytes, content_type: str | None, encoding: str) -> None:
    """P-03: BOM, then charset parameter, then XML declaration, then UTF-8; text/xml alone is not us-ascii."""
    document = parse(raw, content_type=content_type)
    assert document.feed.title is not None
    assert document.feed.title.value == TITLE
    assert document.encoding == encoding
    assert kinds(document) == []


@pytest.mark.parametrize(
    ("raw", "content_type", "encoding"),
    [
        (body("cp1252", "utf-8"), None, "windows-1252"),
        (body("cp1252"), "text/xml; charset=utf-8", "windows-1252"),
        (body("utf-8", "iso-8859-1"), None, "utf-8"),
        (body("utf-8"), "text/xml; charset=windows-1252", "utf-8"),
        (body("utf-8", "us-ascii"), None, "utf-8"),
        (body("utf-8"), "text/xml; charset=utf-16", "utf-8"),
        (body("utf-8", "utf-16"), None, "utf-8"),
        (body("utf-8", "x-unheard-of"), None, "utf-8"),
        (body("utf-8"), "text/xml; charset=rot13", "utf-8"),
        (body("utf-8"), "text/xml; charset=idna", "utf-8"),
        (body("utf-8"), "text/xml; charset=cp037", "utf-8"),
        (body("utf-8", title=TITLE.encode().decode("cp1252")), None, "utf-8"),
    ],
)
def test_lying_labels_are_overridden(raw: bytes, content_type: str | None, encoding: str) -> None:
    """P-04: a label that cannot decode, or makes mojibake, gives way to UTF-8, then windows-1252, and is reported."""
    document = parse(raw, content_type=content_type)
    assert document.feed.title is not None
    assert document.feed.title.value == TITLE
    assert document.encoding == encoding
    assert kinds(document) == ["encoding-override"]


def test_one_stray_byte_spoils_one_letter_only() -> None:
    """P-04: UTF-8 with a stray windows-1252 byte keeps all its other letters."""
    raw = RSS.encode().replace(b"Short.", b"Price \xa35 \xe2\x80\x93 \xe2\x82\xac6 caf\xc3\xa9")
    document = parse(raw)
    assert document.entries[0].bodies[0].text.value == "Price £5 – €6 café"
    assert kinds(document) == ["encoding-override"]


def test_few_odd_pairs_are_no_mojibake() -> None:
    """P-04: two sequences prove nothing; a text that quotes mojibake among real letters stays as it is."""
    assert parse(rss("<description>Â£ and Ã©</description>")).entries[0].bodies[0].text.value == "Â£ and Ã©"
    quoted = "Â£ Ã© Â£ é è ê ë à â ç"
    assert parse(rss(f"<description>{quoted}</description>")).entries[0].bodies[0].text.value == quoted


def test_forbidden_characters_are_taken_out() -> None:
    """P-06: C0 controls, U+FFFE, U+FFFF and references to them go; tab, LF and CR stay; a word is said about it."""
    document = parse(rss("<description>a\x0bb\x00c\ufffed\uffffe&#11;f&#x1F;g\th&#0;&#xD800;&#99999999;</description>"))
    assert document.entries[0].bodies[0].text.value == "abcdefg\th"
    assert kinds(document) == ["control-characters"]
    assert not document.partial


def test_references_to_windows_characters() -> None:
    """P-06: the numbers 128 to 159 mean what they mean in HTML."""
    document = parse(rss("<description>&#147;x&#x94; &#233;&#x1F600;</description>"))
    assert document.entries[0].bodies[0].text.value == "“x” é😀"
    assert kinds(document) == []


_ODD = st.sampled_from(
    [
        "&#",
        "&#x1f;",
        "&#X1F;",
        "&#128;",
        "&#x80;",
        "&#65;",
        "&#0;",
        "&#12ab;",
        f"&#{0:040}65;",
        f"&#x{0:09}41;",
        "\x85",
        "\x81",
        "\ufffe",
        "\x1e",
        "£",
    ]
)


@given(st.lists(_ODD | st.text(max_size=3), max_size=8).map("".join))
def test_looking_first_changes_nothing(text: str) -> None:
    """P-06: what is left alone for looking harmless is what cleaning would have left alone."""
    bare = _FORBIDDEN.sub("", text).translate(C1)
    cleaned, removed = clean(text, text.encode("utf-8") if text.isascii() else None)
    assert cleaned == _REFERENCE.sub(_mended, bare)
    assert removed == len(text) - len(bare) + sum(not _mended(found) for found in _REFERENCE.finditer(bare))
    assert (cleaned is text) == (cleaned == text)
