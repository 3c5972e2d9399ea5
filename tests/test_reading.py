"""From bytes to document: real feeds where they are at hand, and bodies that publishers really send when they break."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator import parse_document
from aggregator.errors import UnreadableError
from aggregator.model import ReadContext
from aggregator.reading import read_document

REAL = Path(__file__).parent.parent.parent / "shared" / "feeds" / "real"
CONTEXT = ReadContext(url="https://knowsmere.example/feed/", fetched_at=datetime(2026, 6, 15, 9, tzinfo=UTC))
REAL_FEEDS = sorted(path for path in REAL.glob("*") if path.suffix in {".xml", ".rss", ".atom", ".rdf", ".json"})


@pytest.mark.skipif(not REAL_FEEDS, reason="the real feeds are not at hand")
def test_every_real_feed_is_read() -> None:
    """The real feeds all parse: entries with a fingerprint each, in bounded words, twice the same."""
    assert len(REAL_FEEDS) == 30
    for path in REAL_FEEDS:
        document = read_document(path.read_bytes(), CONTEXT)
        assert document.entries, path.name
        assert len(document.fingerprints) == len(document.entries)
        assert all(entry.title or entry.content or entry.url for entry in document.entries)
        assert document == read_document(path.read_bytes(), CONTEXT)


def rss(item: str) -> bytes:
    return f'<rss version="2.0"><channel><title>Knowsmere</title>{item}</channel></rss>'.encode()


@pytest.mark.parametrize(
    "item",
    [
        "<item><description>No title, no guid, no date, no link.</description></item>",
        "<item><title>Only a title</title></item>",
        "<item><guid>only-a-guid</guid></item>",
        "<item><title>Odd date</title><pubDate>next Tuesday, after tea</pubDate></item>",
        "<item/>",
    ],
)
def test_missing_parts_are_no_failure(item: str) -> None:
    """A missing date, guid, title or link leaves a whole entry with what there is."""
    document = read_document(rss(item), CONTEXT)
    assert len(document.entries) == len(document.fingerprints) == 1
    assert document.entries[0].published.instant is None


def test_ten_megabytes_of_title_are_bounded() -> None:
    """A monstrous title is cut, or the document refused, in plain words; it never gets through as it is."""
    body = rss(f"<item><title>{'Knowsmere ' * 1_000_000}</title><guid>1</guid></item>")
    try:
        document = read_document(body, CONTEXT)
    except UnreadableError as refused:
        assert refused.kind == "too-large"
    else:
        assert len(document.entries[0].title) < 10_000


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"<!doctype html><title>Sorry</title>", "html"),
        (b'{"hello": 1}', "not-a-feed"),
        (b"\x1f\x8b\x08 not really gzip", "not-a-feed"),
    ],
)
def test_what_is_no_feed_is_refused_by_name(body: bytes, kind: str) -> None:
    """P-01: anything but a feed is refused, with a kind for programs and words for people."""
    with pytest.raises(UnreadableError) as refused:
        read_document(body, CONTEXT)
    assert refused.value.kind == kind
    assert len(refused.value.detail) > 10


def test_wrong_encoding_is_mended() -> None:
    """P-04: UTF-8 bytes under a windows-1252 label read right."""
    body = rss("<item><title>Café’s £5 offer</title></item>")
    document = read_document(body, replace(CONTEXT, content_type="text/xml; charset=windows-1252"))
    assert document.entries[0].title == "Café’s £5 offer"


@settings(deadline=None, max_examples=80)
@given(st.binary(max_size=300), st.integers(0, 400))
def test_no_bytes_raise_anything_but_a_refusal(noise: bytes, at: int) -> None:
    """Whatever a publisher sends, reading ends with a document or with a refusal."""
    whole = rss("<item><title>A</title><guid>1</guid><pubDate>Mon, 15 Jun 2026 09:00:00 BST</pubDate></item>")
    for body in (noise, whole[:at] + noise + whole[at:]):
        try:
            read_document(body, CONTEXT)
        except UnreadableError as refused:
            assert refused.kind


def test_scripts_and_notebooks_have_one_door() -> None:
    """`from aggregator import parse_document` needs no configuration, no clock and no network."""
    document = parse_document(
        rss("<item><title>A</title><link>/a</link></item>"), url="https://knowsmere.example/feed/"
    )
    assert document.entries[0].url == "https://knowsmere.example/a"
