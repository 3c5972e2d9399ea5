"""What holds for every saved document."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.dedupe.canonical import words
from aggregator.errors import UnreadableError
from aggregator.history.documents.blocks import Part, blocks_of
from aggregator.history.documents.parting import part
from aggregator.history.documents.titles import slug, title_from_address, title_from_words
from aggregator.model import Split
from aggregator.reading_saved import civil
from tests.history.documents.samples import BUSES, FOUNTAIN, POOL, saved

LINES = st.sampled_from(
    [
        FOUNTAIN, BUSES, POOL, "Fountain runs again after years", "Thanks", "14 July 2017", "July 2017",
        "Monthly Archives", "Posted by Ida Thorne", "3 comments", "Older posts", "", " ", "• one", "1. two",
        "“A word.”", "date 2017-06-15 Well then.", "Category: Parks", "By Jo Bloggs",
    ]
)  # fmt: skip
TEXTS = st.lists(LINES, max_size=14).flatmap(
    lambda lines: st.lists(st.sampled_from(["\n", "\n\n", "\n \n\n"]), min_size=len(lines), max_size=len(lines)).map(
        lambda ends: "".join(line + end for line, end in zip(lines, ends, strict=True))
    )
)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from(list(Split)))
def test_no_text_is_lost_and_none_is_made_up(text: str, split: Split) -> None:
    """Every paragraph stands in exactly one entry, in the order of the page; every word of an entry is of the page."""
    try:
        document = saved(text, "http://a.example/2017/07/", split=split)
    except UnreadableError as refused:
        assert refused.kind == "empty"
        return
    bodies = "\n".join(entry.content for entry in document.entries)
    for long in (FOUNTAIN, BUSES, POOL):
        assert bodies.count(long) == text.count(long)
    page = list(words(text, "text"))
    for entry in document.entries:
        own = list(words(entry.content, "text"))
        assert not own or any(page[at : at + len(own)] == own for at in range(len(page))) or "Posted" in text


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from(list(Split)))
def test_reading_is_pure(text: str, split: Split) -> None:
    """The same bytes give the same document, whatever was read before."""
    try:
        assert saved(text, split=split) == saved(text, split=split)
    except UnreadableError:
        return


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_parting_again_changes_nothing(text: str) -> None:
    """Split and join: one post of a parted page, read alone, is not parted again, and the pieces together are the
    text that was there, in order."""
    blocks = blocks_of(text, civil)
    pieces = part(blocks, Split.SURE, listing=True).pieces
    for piece in pieces:
        if piece.title is not None:
            again = part(blocks_of(f"{piece.title}\n\n{piece.body}", civil), Split.SURE, listing=False).pieces
            assert len(again) == 1
    told = [block.text for block in blocks if block.part is Part.BODY]
    joined = [text for piece in pieces for text in piece.body.split("\n\n")]
    assert [text for text in joined if text in told] == told


@given(st.text(max_size=300))
def test_slugs_are_slugs(title: str) -> None:
    """Letters, digits and hyphens, never empty, never long, and a slug of a slug is itself."""
    made = slug(title)
    assert 0 < len(made) <= 100
    assert slug(made) == made
    assert all(char.isalnum() or char == "-" or not char.isascii() for char in made)


@given(st.text(max_size=2000))
def test_made_titles_are_one_short_line(text: str) -> None:
    """Whatever the first words are."""
    made = title_from_words(text)
    assert len(made) <= 91
    assert "\n" not in made


@given(st.text(max_size=200))
def test_any_address_is_read(url: str) -> None:
    """Hostile addresses raise nothing."""
    for form in (url, f"http://a.example/{url}"):
        made = title_from_address(form)
        assert made is None or len(made.split()) >= 2


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Bytes of any kind become a document or an error of ours."""
    for body in (data, b"<html><body><article>" + data, b"<?xml version='1.0'?>" + data, b"{" + data):
        try:
            document = saved(body)
        except UnreadableError as refused:
            assert refused.detail
        else:
            assert len(document.entries) == len(document.fingerprints)
