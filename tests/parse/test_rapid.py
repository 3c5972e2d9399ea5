"""The rapid path reads like the patient one, field by field, or leaves the document to it (P-01 to P-08)."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest
from feedparser.api import StrictFeedParser

from aggregator.errors import UnreadableError
from aggregator.model import RawDocument
from aggregator.parse import vocabulary
from aggregator.parse.judge import Doubt
from aggregator.parse.paths import differences, read_by_patient_path, read_by_rapid_path
from bench.farm import Farm, kind_of
from bench.formats import TYPES, render
from tests.parse.mutations import mutated
from tests.parse.samples import ATOM, JSON, RDF, RSS, atom, context, rss

MUTATIONS = int(os.environ.get("AGGREGATOR_TEST_MUTATIONS", "1000"))
REAL = Path(__file__).parents[3] / "shared" / "feeds" / "real"
FARM = Farm(feeds=40, entries=8, seed=11, epoch=1_780_000_000)


def doubt(body: str | bytes) -> str:
    """Why the rapid path leaves a document alone."""
    read = read_by_rapid_path(body.encode() if isinstance(body, str) else body, context())
    assert isinstance(read, Doubt)
    return read.reason


def agree(body: str | bytes, **said: str | None) -> bool:
    """Whether the rapid path reads it; what it reads must be what the patient path reads."""
    body = body.encode() if isinstance(body, str) else body
    try:
        rapid = read_by_rapid_path(body, context(**said))
    except UnreadableError as refused:
        with pytest.raises(UnreadableError) as also:
            read_by_patient_path(body, context(**said))
        assert also.value.kind == refused.kind
        return False
    if isinstance(rapid, Doubt):
        return False
    found = differences(rapid, read_by_patient_path(body, context(**said)))
    assert not found, f"{found[0].field}: rapid {found[0].rapid}, patient {found[0].patient}"
    return True


@pytest.mark.parametrize("feed", range(20))
def test_generated_feeds(feed: int) -> None:
    """Documents of every usual format go the rapid path, and come out equal."""
    assert agree(render(FARM, feed, feed), content_type=TYPES[kind_of(feed)])


def test_mutated_documents() -> None:
    """Whatever is done to a document, both paths read the same or the rapid one steps aside; neither crashes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        rapid = sum(agree(mutated(number)) for number in range(MUTATIONS))
    # Most documents must still be read, else this would prove nothing.
    assert rapid > MUTATIONS / 3


@pytest.mark.skipif(not REAL.is_dir(), reason="no real feeds beside this checkout")
def test_real_feeds() -> None:
    """Feeds as real sites published them are read equally, nearly all of them rapidly."""
    files = [file for file in sorted(REAL.iterdir()) if file.suffix not in (".tsv", ".md", ".json")]
    rapid = sum(agree(file.read_bytes()) for file in files)
    assert rapid >= 0.9 * len(files)


@pytest.mark.parametrize("body", [RSS, ATOM, RDF, JSON], ids=["rss", "atom", "rdf", "json"])
def test_plain_documents_are_rapid(body: str) -> None:
    """The samples of every format are known in full."""
    assert agree(body)


@pytest.mark.parametrize(
    ("root", "version"),
    [
        ('<rss version="0.91">', "rss091"),
        ('<rss version="0.92">', "rss092"),
        ('<rss version="2.0.1">', "rss20"),
        ('<rss version="9">', "rss20"),
        ("<rss>", "rss20"),
        ('<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom" xmlns:r="http://purl.org/rss/1.0/">', "rss20"),
        ('<rss version="2.0" xmlns:r="http://purl.org/rss/1.0/" xmlns:a="http://www.w3.org/2005/Atom">', "rss10"),
        ('<rss version="2.0" xmlns:r="http://purl.org/rss/1.0/">', "rss10"),
        ('<rss xmlns="http://backend.userland.com/rss2" version="2.0">', "rss20"),
        ('<rss xmlns="http://my.netscape.com/rdf/simple/0.9/" version="2.0">', "rss090"),
    ],
)
def test_version_by_the_root(root: str, version: str) -> None:
    """The version is what feedparser would say: namespaces tell before attributes, the first one counts."""
    body = f"{root}<channel><title>A</title><link>https://a.example/</link></channel></rss>"
    assert agree(body)
    assert read_by_patient_path(body.encode(), context()).feed.version == version


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (rss("<item><title>Inner</title></item>"), "<item> is not known here"),
        (rss("<tags>a,b</tags>"), "<tags>"),
        (rss("<x:a>" * 100 + "</x:a>" * 100), "nested very deep"),
        (rss("<pubDate>Fri, 2026/13/15 08:19:53 EDT</pubDate>"), "<pubdate>"),
        (rss("<image><url>i</url></image>"), "<image> in an entry"),
        (rss('<x:item xmlns:x="http://purl.org/pie/"/>'), "something unusual"),
        (rss('<content type="image/png">x</content>'), "a text of type image/png"),
        (rss("<media:content url='a'><media:title>M</media:title></media:content>").replace("<title>T</title>", ""),
         "a title in an unusual place"),
        (rss("<description><source src='a'/></description>"), "<source> as markup"),
        (rss(channel="<itunes:owner><itunes:name>Jo</itunes:name></itunes:owner>"), "an author in an unusual place"),
        (atom("<content><svg xmlns='http://www.w3.org/2000/svg'/></content>"), "as markup"),
        (rss().replace("<channel>", "<channel/><channel>"), "not exactly one"),
        (rss("<title>half").replace("</channel></rss>", ""), "not well-formed"),
    ],
)  # fmt: skip
def test_what_is_in_doubt(body: str, reason: str) -> None:
    """What feedparser might read otherwise, or choke on, is left to the patient path, and the reason says why."""
    assert reason in doubt(body)


def test_vocabulary_knows_what_feedparser_handles() -> None:
    """The allow-list is held against the library: a new handler or namespace there shows up here."""
    handled = {name.split("_", 2)[2] for name in dir(StrictFeedParser) if name.startswith(("_start_", "_end_"))}
    spelled = {name.lower().replace("_", ":", 1) for name in handled}
    prefixed = {name for name in spelled if ":" in name}
    assert prefixed == {name for name in prefixed if name in vocabulary.KINDS or name in vocabulary.UNMODELLED}
    assert {name.split(":")[0] for name in prefixed} == vocabulary.HANDLED
    for uri, prefix in StrictFeedParser.namespaces.items():
        known = vocabulary.PREFIXES.get(uri.lower())
        if prefix == "":
            assert known == "" or uri.lower() in vocabulary.REFUSED
        elif prefix.lower() in vocabulary.HANDLED:
            assert known == prefix.lower()
    assert not vocabulary.MARKUP & handled


def test_differences_are_named() -> None:
    """A comparison names each field that differs, and is silent on equal documents."""
    one = read_by_patient_path(RSS.encode(), context())
    other = read_by_patient_path(RSS.replace("Library hours", "Library").encode(), context())
    assert differences(one, one) == ()
    (found,) = differences(one, other)
    assert (found.field, found.rapid, found.patient) == ("entries[1].title.value", "'Library hours'", "'Library'")
    shorter = RawDocument(feed=one.feed, entries=one.entries[:1])
    assert [difference.field for difference in differences(one, shorter)] == ["entries[1]"]
