"""Whole documents: raw in, normalised out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import (
    Category,
    DateStatus,
    Document,
    Enclosure,
    Link,
    OriginalSource,
    Person,
    Precision,
    Problem,
    RawBody,
    RawDate,
    RawDocument,
    RawEntry,
    RawFeed,
    RawText,
    RawTombstone,
    ReadContext,
)
from aggregator.normalise import normalise

NOW = datetime(2025, 8, 1, 12, tzinfo=UTC)
CONTEXT = ReadContext(url="https://feeds.millbrook.example/news/rss.xml", fetched_at=NOW)
FEED = RawFeed(version="rss20", title=RawText(value="Millbrook &amp; District", kind="unknown"))


def document(*entries: RawEntry, feed: RawFeed = FEED, context: ReadContext = CONTEXT) -> Document:
    """These entries under one feed, normalised."""
    return normalise(RawDocument(feed=feed, entries=entries), context)


def linked(href: str, **fields: object) -> RawEntry:
    """An entry with one alternate link."""
    return replace(RawEntry(links=(Link(href=href),)), **fields)  # type: ignore[arg-type]


def test_an_ordinary_entry() -> None:
    """P-40 to P-46: every field of a usual item in its normalised form."""
    raw = RawEntry(
        raw_id="tag:millbrook.example,2025:1",
        title=RawText(value="Bins &amp; roads", kind="unknown"),
        links=(Link(href="/bins?utm_source=rss"),),
        bodies=(RawBody(element="description", text=RawText(value="<p>Bins <b>now</b></p>")),),
        dates=(RawDate(element="pubDate", text="1 Jul 2025 10:00:00 BST"),),
        authors=(Person(name="jo@millbrook.example (Jo Bloggs)"),),
        categories=(Category(term=" Bins, roads "), Category(term="Bins, roads"), Category(term=" ")),
        enclosures=(Enclosure(url="/a.pdf", length=0), Enclosure(url="javascript:x")),
        rights=" © Millbrook ",
        comments="/bins#comments",
        points=((53.4, -2.9), (999.0, 0.0)),
    )
    (entry,) = document(raw).entries
    assert entry.url == "https://feeds.millbrook.example/bins?utm_source=rss"
    assert entry.link == "https://feeds.millbrook.example/bins"
    assert (entry.title, entry.summary, entry.summary_generated) == ("Bins & roads", "Bins now", True)
    assert (entry.content, entry.content_kind) == ("<p>Bins <b>now</b></p>", "html")
    assert entry.authors == (Person(name="Jo Bloggs", email="jo@millbrook.example"),)
    assert entry.categories == (Category(term="Bins, roads"),)
    assert entry.enclosures == (Enclosure(url="https://feeds.millbrook.example/a.pdf"),)
    assert entry.published.instant == datetime(2025, 7, 1, 9, tzinfo=UTC)
    assert (entry.raw_date, entry.updated) == ("1 Jul 2025 10:00:00 BST", None)
    assert entry.comments == "https://feeds.millbrook.example/bins#comments"
    assert entry.points == ((53.4, -2.9),)
    assert (entry.raw_id, entry.rights) == ("tag:millbrook.example,2025:1", "© Millbrook")


@pytest.mark.parametrize(
    ("raw_id", "permalink", "link"),
    [
        ("https://millbrook.example/bins", True, "https://millbrook.example/bins"),
        ("https://millbrook.example/bins", False, None),
        ("https://millbrook.example/bins", None, None),
        ("12346", True, None),
        ("/bins", True, None),
    ],
)
def test_guid_as_link(raw_id: str, permalink: bool | None, link: str | None) -> None:
    """P-13: a permalink guid is a link only if it is an absolute web address."""
    (entry,) = document(RawEntry(raw_id=raw_id, permalink=permalink)).entries
    assert entry.link == link


def test_the_link_that_is_a_page_is_taken() -> None:
    """P-20: an alternate in HTML goes before one of another type; data, self and enclosures are no pages."""
    links = (
        Link(href="/1.json", type="application/json"),
        Link(href="/1", rel="self"),
        Link(href="/1.pdf", type="application/pdf"),
        Link(href="/1.html", type="text/html"),
    )
    assert [document(RawEntry(links=links[:n])).entries[0].url for n in (2, 3, 4)] == [
        None,
        "https://feeds.millbrook.example/1.pdf",
        "https://feeds.millbrook.example/1.html",
    ]


def test_bases() -> None:
    """P-20: nearest xml:base, then Content-Location, then the final address."""
    body = (RawBody(element="atom:content", text=RawText(value="x", base="https://c.example/body/")),)
    header = replace(CONTEXT, content_location="https://h.example/here/feed")
    based = replace(FEED, base="https://b.example/there/")
    assert document(linked("x")).entries[0].url == "https://feeds.millbrook.example/news/x"
    assert document(linked("x"), context=header).entries[0].url == "https://h.example/here/x"
    assert document(linked("x"), context=header, feed=based).entries[0].url == "https://b.example/there/x"
    (entry,) = document(linked("x", base="https://e.example/a/", bodies=body), feed=based).entries
    assert (entry.url, entry.base) == ("https://e.example/a/x", "https://c.example/body/")


def test_fragments_that_tell_entries_apart_stay() -> None:
    """P-21: fragments are dropped but where two entries of a document differ only there."""
    page = "https://millbrook.example/notices"
    told_apart = document(linked(f"{page}#a"), linked(f"{page}#b"), linked(page), linked("https://x.example/#c"))
    assert [entry.link for entry in told_apart.entries] == [f"{page}#a", f"{page}#b", page, "https://x.example/"]
    equal = document(linked(f"{page}#a"), linked(f"{page}#a"))
    assert {entry.link for entry in equal.entries} == {page}


def test_referrer_parameters_name_the_site() -> None:
    """P-22: the hosts of the feed, of its site and of the configured site count for ref=."""
    feed = replace(FEED, links=(Link(href="https://www.millbrook.example/"),))
    context = replace(CONTEXT, site_url="https://council.example/")
    for host in ("feeds.millbrook.example", "millbrook.example", "council.example"):
        assert document(linked(f"https://a.example/?ref={host}"), feed=feed, context=context).entries[0].link == (
            "https://a.example/"
        )


@pytest.mark.parametrize(
    ("body", "entry", "feed", "http", "configured", "expected"),
    [
        ("cy", "en", "fr", "de", "pl", ("cy", "entry")),
        (None, "cy", "fr", "de", "pl", ("cy", "entry")),
        ("en-gb", None, "en-GB", "de", "pl", ("en-GB", "feed")),
        (None, None, None, "de", "pl", ("de", "http")),
        (None, None, None, "de, en", "pl", ("pl", "configured")),
        (None, None, None, None, None, ("en", "detected")),
    ],
)
def test_language_and_origin(
    body: str | None, entry: str | None, feed: str | None, http: str | None, configured: str | None, expected: object
) -> None:
    """P-43: element, entry, feed, header, configuration, then a guess; the origin is kept."""
    words = "The council has agreed to mend the railings on the promenade before the summer. " * 5
    raw = RawEntry(language=entry, bodies=(RawBody(element="atom:content", text=RawText(value=words, language=body)),))
    context = replace(CONTEXT, content_language=http, language=configured)
    (read,) = document(raw, feed=replace(FEED, language=feed), context=context).entries
    assert (read.language, read.language_origin) == expected


def test_authors_fall_back() -> None:
    """P-44: the source's author, else the feed's, else the feed's title."""
    sourced = RawEntry(source=OriginalSource(authors=("Al",)))
    authored = replace(FEED, authors=(Person(name="Press Office"),))
    assert document(sourced, feed=authored).entries[0].authors == (Person(name="Al"),)
    assert document(RawEntry(), feed=authored).entries[0].authors == (Person(name="Press Office"),)
    assert document(RawEntry()).entries[0].authors == (Person(name="Millbrook & District"),)


def test_source_of_an_aggregate() -> None:
    """P-47: the original source is kept with absolute addresses."""
    source = OriginalSource(raw_id="urn:x", title=" Sister\npaper ", url="/s.xml", site_url="javascript:x")
    (entry,) = document(RawEntry(source=source)).entries
    assert entry.source == OriginalSource(
        raw_id="urn:x", title="Sister paper", url="https://feeds.millbrook.example/s.xml"
    )


def test_midnight_rule_over_the_document() -> None:
    """P-35: five stamps at midnight are five days."""
    raws = [RawEntry(dates=(RawDate(element="pubDate", text=f"{day} Jul 2025 00:00:00 GMT"),)) for day in range(1, 6)]
    assert {entry.published.precision for entry in document(*raws).entries} == {Precision.DAY}
    assert {entry.published.precision for entry in document(*raws[:4]).entries} == {Precision.SECOND}


def test_problems_are_told() -> None:
    """P-30, P-41: a date that cannot be believed and a cut title are problems of their entry; earlier ones stay."""
    raw = RawDocument(
        feed=FEED,
        entries=(
            RawEntry(),
            RawEntry(
                title=RawText(value="x" * 3_000, kind="text"), dates=(RawDate(element="pubDate", text="29 Feb 2023"),)
            ),
        ),
        problems=(Problem(kind="cut", detail="end missing"),),
        partial=True,
    )
    read = normalise(raw, CONTEXT)
    assert [(problem.kind, problem.position) for problem in read.problems] == [
        ("cut", None),
        ("title-cut", 1),
        ("bad-date", 1),
    ]
    assert read.partial
    assert read.entries[1].published.status is DateStatus.BAD
    assert read.entries[1].raw_date == "29 Feb 2023"


def test_head_of_the_document() -> None:
    """R-12, H-25 to H-28: profile, links, hints and tombstones go through."""
    feed = RawFeed(
        version="atom10",
        raw_id="urn:feed",
        title=RawText(value="Millbrook <b>News</b>", kind="html"),
        subtitle=RawText(value=" From  the coast ", kind="text"),
        links=(
            Link(href="/"),
            Link(href="https://hub.example/", rel="hub"),
            Link(href="javascript:x", rel="hub"),
            Link(href="?page=2", rel="next"),
        ),
        authors=(Person(name="Press Office", email="press@millbrook.example"),),
        language="cy-gb",
        icon="/icon.png",
        ttl=30,
        skip_hours=(1, 2),
        complete=True,
        expired=True,
        tombstones=(RawTombstone(ref="urn:1"),),
    )
    read = document(feed=feed)
    assert read.feed.title == "Millbrook News"
    assert read.feed.subtitle == "From the coast"
    assert read.feed.site_url == "https://feeds.millbrook.example/"
    assert read.feed.hubs == ("https://hub.example/",)
    assert read.feed.authors == ("Press Office",)
    assert read.feed.language == "cy-GB"
    assert read.feed.icon == "https://feeds.millbrook.example/icon.png"
    assert [link.href for link in read.links if link.rel == "next"] == [
        "https://feeds.millbrook.example/news/rss.xml?page=2"
    ]
    assert (read.hints.ttl, read.hints.skip_hours, read.hints.expired) == (30, (1, 2), True)
    assert (read.version, read.complete, read.tombstones) == ("atom10", True, feed.tombstones)


hostile = st.text(alphabet="<>/&;:#?%[]@\\ab1 \n\x00\ud800é", max_size=30)


@settings(max_examples=60, deadline=None)
@given(text=hostile, href=hostile, date=hostile, url=st.sampled_from([CONTEXT.url, "-", "file:///tmp/x", ""]))
def test_nothing_raises(text: str, href: str, date: str, url: str) -> None:
    """P-20 to P-47: hostile words in every field give a document with the same number of entries."""
    words = RawText(value=text, kind="unknown", language=text, base=href)
    raw = RawEntry(
        raw_id=href,
        permalink=True,
        title=words,
        links=(Link(href=href),),
        bodies=(RawBody(element="description", text=words),),
        dates=(RawDate(element="pubDate", text=date), RawDate(element="atom:updated", text=date)),
        authors=(Person(name=text, email=text, uri=href),),
        categories=(Category(term=text),),
        enclosures=(Enclosure(url=href),),
        source=OriginalSource(title=text, url=href, authors=(text,)),
        rights=text,
        comments=href,
        points=((float("nan"), 0.0),),
    )
    feed = RawFeed(version="rss20", title=words, links=(Link(href=href),), base=href, icon=href, rights=text)
    context = replace(CONTEXT, url=url, content_location=href, site_url=href, content_language=text)
    assert len(document(raw, raw, feed=feed, context=context).entries) == 2
