"""Entries as slices of bytes: reading some of them gives what reading all of them gives (issue of the rapid path)."""

from __future__ import annotations

import os
from random import Random

import pytest

from aggregator.errors import UnreadableError
from aggregator.parse.gate import Xml, admit
from aggregator.parse.judge import Doubt
from aggregator.parse.rapid import Part, read_part
from aggregator.parse.slices import DECLARATION, Slices, slices
from bench.farm import Farm
from bench.formats import render
from tests.parse.mutations import mutated
from tests.parse.samples import ATOM, RDF, RSS, context, rss
from tests.parse.test_rapid import REAL

MUTATIONS = int(os.environ.get("AGGREGATOR_TEST_MUTATIONS", "1000"))
FARM = Farm(feeds=40, entries=8, seed=12, epoch=1_780_000_000)


def cut(text: str) -> Slices:
    """The slices of a text without declaration."""
    found = slices(DECLARATION + text.encode())
    assert found is not None
    return found


def pieces(text: str) -> list[bytes]:
    """Its entries as bytes."""
    return [bytes(piece) for piece in cut(text).pieces()]


def parts_agree(body: bytes, rng: Random) -> bool:
    """Whether the rapid path reads this body; then any part of it must read like the same part of the whole."""
    try:
        admitted = admit(body)
    except UnreadableError:
        return False
    if not isinstance(admitted, Xml) or admitted.slices is None:
        return False
    whole = read_part(admitted, context())
    if isinstance(whole, Doubt):
        return False
    entries = whole.document.entries
    assert len(entries) in (0, len(admitted.slices.spans))
    for share in (0.0, rng.random(), 1.0):
        left_out = {position for position in range(len(entries)) if rng.random() < share}
        part = read_part(admitted, context(), left_out)
        assert isinstance(part, Part)
        assert (part.own, part.document.feed) == (whole.own, whole.document.feed)
        kept = tuple(entry for position, entry in enumerate(entries) if position not in left_out)
        assert part.document.entries == kept
    return True


@pytest.mark.parametrize("feed", range(20))
def test_parts_of_generated_feeds(feed: int) -> None:
    """Documents of every usual format, any part of them."""
    assert parts_agree(render(FARM, feed, feed), Random(feed))


def test_parts_of_mutated_documents() -> None:
    """Whatever is done to a document: what the rapid path reads, it reads in parts as well."""
    read = sum(parts_agree(mutated(number), Random(number)) for number in range(MUTATIONS))
    assert read > MUTATIONS / 3


@pytest.mark.skipif(not REAL.is_dir(), reason="no real feeds beside this checkout")
def test_parts_of_real_feeds() -> None:
    """Feeds as real sites published them."""
    files = [file for file in sorted(REAL.iterdir()) if file.suffix not in (".tsv", ".md", ".json")]
    assert sum(parts_agree(file.read_bytes(), Random(1)) for file in files) >= 0.9 * len(files)


@pytest.mark.parametrize(("text", "count"), [(RSS, 2), (ATOM, 2), (RDF, 1)], ids=["rss", "atom", "rdf"])
def test_slices_of_every_format(text: str, count: int) -> None:
    """From start tag to end tag, whatever stands between them."""
    admitted = admit(text.encode())
    assert isinstance(admitted, Xml)
    assert admitted.slices is not None
    found = [bytes(piece) for piece in admitted.slices.pieces()]
    assert len(found) == count
    starts, ends = (b"<item", b"<entry"), (b"</item>", b"</entry>")
    assert all(piece.startswith(starts) and piece.endswith(ends) for piece in found)


def test_odd_ends() -> None:
    """An empty element, spaces in an end tag, end tags in CDATA sections, comments and attributes mislead nobody."""
    odd = '<item><t a="/item>"/><![CDATA[</item>]]><!-- </item> --></item\n >'
    assert pieces(f"<rss><channel>{odd}<item/><item a='>'/><item></item></channel></rss>") == [
        odd.encode(),
        b"<item/>",
        b"<item a='>'/>",
        b"<item></item>",
    ]


def test_frame_is_the_tags_around() -> None:
    """Namespaces, language and base that entries are read in, and nothing else."""
    text = '<rss a="x>y" b=\'"\'><channel xml:lang="cy" >\n<title>no</title><item/></channel></rss>'
    assert cut(text).frame() == b'<rss a="x>y" b=\'"\'><channel xml:lang="cy" >'


def test_without_keeps_the_rest() -> None:
    """What is left is the document with those entries taken out."""
    found = cut("<rss><channel>a<item>1</item>b<item>2</item>c<item>3</item>d</channel></rss>")
    assert found.without(()) == found.data
    assert found.without({0, 2}) == DECLARATION + b"<rss><channel>ab<item>2</item>cd</channel></rss>"
    assert found.without({0, 1, 2}) == DECLARATION + b"<rss><channel>abcd</channel></rss>"


def test_entries_in_several_places_have_no_slices() -> None:
    """Where entries do not stand side by side, or the document is broken, nobody may leave one out."""
    assert slices(DECLARATION + b"<rss><channel><item/></channel><channel><item/></channel></rss>") is None
    assert slices(DECLARATION + b"<rss><channel><item/><entry/></channel></rss>") is None
    assert slices(DECLARATION + b"<rss><channel><item></channel></rss>") is None
    inner = admit(rss("<item><title>Inner</title></item>").encode())
    assert isinstance(inner, Xml)
    assert inner.slices is not None
    assert len(inner.slices.spans) == 1
