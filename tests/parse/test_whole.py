"""Ill-formed and cut documents: repaired where that is certain, cut to complete entries, and called partial."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import UnreadableError
from aggregator.model import RawDocument, RawEntry
from tests.parse.samples import ATOM, JSON, RDF, RSS, kinds, parse, rss

REAL = Path(__file__).parents[3] / "shared" / "feeds" / "real"
MIXED = RSS.replace("Library hours", "Library & hours &nbsp; <x:y/>")
STEP = 2
"""Every byte of one format, every second of the others: the time is better spent elsewhere."""
LOOSE = RSS.replace("<channel>", "<channel></b>")


def texts(entry: RawEntry) -> tuple[str, ...]:
    """The title and bodies of an entry."""
    return (entry.title.value if entry.title else "", *(body.text.value for body in entry.bodies))


@pytest.mark.parametrize("whole", [RSS, ATOM, RDF, MIXED, LOOSE], ids=["rss", "atom", "rdf", "mended", "loose"])
def test_cut_anywhere_never_gives_half_an_entry(whole: str) -> None:
    """P-05: cut at any byte, a document gives its complete entries, says that it is partial, or is refused."""
    data = whole.strip().encode()
    expected = parse(data).entries
    for length in range(1, len(data), STEP if whole is not RSS else 1):
        try:
            document = parse(data[:length])
        except UnreadableError:
            continue
        assert document.entries == expected[: len(document.entries)], length
        assert document.partial, length
        assert "cut" in kinds(document), length
        assert data[:length].count(b"</item>") + data[:length].count(b"</entry>") == len(document.entries), length


def test_cut_json_is_not_partly_read() -> None:
    """P-07: JSON that stops anywhere is refused as a whole."""
    for length in range(1, len(JSON)):
        with pytest.raises(UnreadableError) as caught:
            parse(JSON[:length])
        assert caught.value.kind in ("malformed", "not-a-feed")


def test_cut_head_keeps_only_complete_parts() -> None:
    """P-05: half a feed title is no feed title."""
    document = parse("<rss version='2.0'><channel><link>http://a.example/</link><title>Alder")
    assert document.feed.title is None
    assert [link.href for link in document.feed.links] == ["http://a.example/"]
    assert document.partial


def test_bare_ampersand_and_html_entity_keep_the_text() -> None:
    """P-05: ``R&D`` and an undeclared ``&nbsp;`` lose nothing; the document is partial but whole."""
    document = parse(
        rss("<description>R&D &amp; Q & A&nbsp;5 < 6 &bogus; <![CDATA[a & b]]></description><category>C</category>")
    )
    entry = document.entries[0]
    assert entry.bodies[0].text.value == "R&D & Q & A\xa05 < 6 &bogus; a & b"
    assert [category.term for category in entry.categories] == ["C"]
    assert kinds(document) == ["not-well-formed"]
    assert document.partial


def test_undeclared_prefixes_mean_what_they_usually_mean() -> None:
    """P-05: a forgotten namespace declaration costs nothing."""
    document = parse(
        "<rss version='2.0'><channel><title>t</title><item><dc:creator>A. Reed</dc:creator>"
        "<own:tag own:x='1'>v</own:tag>"
        "<content:encoded>&lt;p&gt;Body&lt;/p&gt;</content:encoded></item></channel></rss>"
    )
    entry = document.entries[0]
    assert [person.name for person in entry.authors] == ["A. Reed"]
    assert [(body.element, body.text.value) for body in entry.bodies] == [("content:encoded", "<p>Body</p>")]
    assert "urn:undeclared:own" in entry.extras[0]
    assert kinds(document) == ["not-well-formed"]


def test_mismatched_tags_are_read_by_feedparser() -> None:
    """P-05: beyond certain repair the text is feedparser's, ids and dates are the raw pass's, all entries are there."""
    document = parse(
        RSS.replace("<description>Short.</description>", "<description>Short <b>and</i> bold</description>")
    )
    first, second = document.entries
    assert (first.raw_id, first.permalink) == ("ald-101", False)
    assert first.dates[0].text == "Mon, 06 Jul 2026 09:30:00 BST"
    assert second.raw_id == "https://www.aldermere.example/news/library"
    assert any("closed" in text for text in texts(first))
    assert document.partial
    assert "cut" not in kinds(document)


def test_junk_behind_the_root_is_left_out() -> None:
    """P-05: what follows the closing root tag puts nothing of the feed in doubt."""
    document = parse(RSS + "<script>track()</script><!-- 0.3 s -->")
    assert len(document.entries) == 2
    assert kinds(document) == ["trailing-junk"]
    assert not document.partial


def read_or_refuse(data: bytes) -> RawDocument | None:
    """A document, or None where it is refused; anything else is a failure."""
    try:
        return parse(data)
    except UnreadableError as refused:
        error = refused
    assert error.kind
    assert error.detail.isprintable()
    return None


PIECES = [
    *(b"<", b">", b"&", b'"', b"{", b"<?", b"<!--", b"<![CDATA[", b"]]>", b"<!DOCTYPE x [", b"&#0;", b"&nbsp;"),
    *(b"</item>", b"<item>", b"</rss>", b"<title/>", b"xmlns=''", b"xml:base='http://['"),
    *(b"\x00", b"\xff\xfe", b"\xe2\x80"),
]


@settings(max_examples=100, deadline=None)
@given(
    whole=st.sampled_from([RSS, ATOM, RDF, JSON, MIXED]),
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), st.one_of(st.binary(max_size=6), st.sampled_from(PIECES))),
        min_size=1,
        max_size=6,
    ),
)
def test_mutations_are_read_or_refused(whole: str, edits: list[tuple[float, int, bytes]]) -> None:
    """T-03: whatever happens to the bytes of a document, nothing but `UnreadableError` comes out."""
    data = whole.encode()
    for where, length, piece in edits:
        at = int(where * len(data))
        data = data[:at] + piece + data[at + length :]
    read_or_refuse(data)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """T-03: so it is with bytes that never were a document."""
    read_or_refuse(data)


def real_feeds() -> list[tuple[str, int]]:
    """Name and number of entries of the recorded feeds."""
    if not (REAL / "INDEX.tsv").exists():
        return []
    with (REAL / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
        rows = csv.DictReader(index, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["file"], int(row["entries"])) for row in rows]


@pytest.mark.skipif(not real_feeds(), reason="the recorded feeds are not here")
@pytest.mark.parametrize(("name", "entries"), real_feeds())
def test_recorded_feeds_are_read(name: str, entries: int) -> None:
    """T-03: real feeds give as many entries as feedparser finds, less the half-read last one of a cut document."""
    document = parse((REAL / name).read_bytes())
    assert len(document.entries) == entries - ("cut" in kinds(document))
    assert "raw-mismatch" not in kinds(document)
    assert all(texts(entry) != ("",) or entry.enclosures for entry in document.entries)


@pytest.mark.skipif(not real_feeds(), reason="the recorded feeds are not here")
@pytest.mark.parametrize("name", [name for name, _ in real_feeds()][::3])
def test_recorded_feeds_survive_damage(name: str) -> None:
    """T-03: the same law for real feeds with random damage."""
    dice = random.Random(name)
    data = bytearray((REAL / name).read_bytes()[:15_000])
    for _ in range(4):
        for _ in range(dice.randint(1, 8)):
            at = dice.randrange(len(data))
            data[at : at + dice.randint(0, 12)] = dice.choice(PIECES)
        read_or_refuse(bytes(data))
