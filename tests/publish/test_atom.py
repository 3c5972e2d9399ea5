"""Atom documents: valid by the grammar, complete by the requirements."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from aggregator.model import Category, OriginalSource, Person, Precision
from aggregator.publish.atom import render_atom
from aggregator.publish.entry import KEPT
from tests.publish.press import COUNCIL, FILE, MEMBER, NOON, PAPER, SITE, bare, full, item, press, strip_tags
from tests.publish.reading import SCHEMAS, SPACES, atom, edition, texts

AGGREGATED = OriginalSource(
    raw_id="urn:parish:17",
    title="Kirkdale Parish",
    url="https://kirkdale.example/atom",
    site_url="https://kirkdale.example/",
    updated="2026-11-19T08:00:00Z",
    rights="Kirkdale",
    authors=("Clerk",),
)
ALL_KINDS = (
    item(1),
    full(2, members=(MEMBER,), enclosures=(FILE, replace(FILE, type=None, length=None))),
    bare(3, url=None, members=(MEMBER, replace(MEMBER, url=None))),
    item(4, url=None, title="", summary="", language="not a language"),
    item(5, original=AGGREGATED, rights="CC BY"),
    item(6, original=OriginalSource(title="Only a name", updated="yesterday")),
    item(7, source=replace(COUNCIL, updated=None, icon="https://www.otterby.example/icon.png")),
    item(8, precision=Precision.DAY),
)


def entry(feed: etree._Element, number: int = 0) -> etree._Element:
    """One entry of a parsed feed."""
    return feed.findall("a:entry", SPACES)[number]


def hrefs(element: etree._Element, rel: str) -> list[str]:
    """The addresses of all links of one relation."""
    return [link.get("href") for link in element.findall("a:link", SPACES) if link.get("rel") == rel]


@pytest.mark.parametrize("items", [(), ALL_KINDS], ids=["empty", "all kinds"])
def test_valid_by_the_grammar(items: tuple) -> None:
    """R-10, R-11: every kind of entry gives a document that the grammar of RFC 4287 accepts."""
    grammar = SCHEMAS / "rfc4287.rng"
    if not grammar.exists():
        pytest.skip("no grammar here")
    rules = etree.RelaxNG(etree.parse(grammar))
    document = etree.fromstring(render_atom(edition(*items), press(hubs=("https://hub.example/",))).body)
    assert rules.validate(document), rules.error_log
    for one in document.findall("a:entry", SPACES):
        assert hrefs(one, "alternate") or one.find("a:content", SPACES) is not None


def test_feed_head() -> None:
    """R-10: id, title, honest updated, author, generator, rights, icon, self, alternates, xml:lang."""
    feed = atom(press(), item(1))
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-GB"
    assert texts(feed, "a:id") == ["tag:news.wharfe.example,2026-01-05:feed"]
    assert texts(feed, "a:title") == ["Wharfe & Aire news"]
    assert texts(feed, "a:updated") == ["2026-11-20T11:05:00Z"]
    assert texts(feed, "a:author/a:name") == ["Wharfe & Aire news"]
    assert feed.find("a:generator", SPACES).get("version") == "1.2"
    assert texts(feed, "a:rights") != []
    assert texts(feed, "a:icon") == [SITE.url + "icon.svg"]
    assert hrefs(feed, "self") == [SITE.url + "feed.atom"]
    assert hrefs(feed, "alternate") == [SITE.url, SITE.url + "feed.rss", SITE.url + "feed.json"]


def test_hubs_only_if_given() -> None:
    """R-10: hub links are there when there is a hub, and not otherwise."""
    assert hrefs(atom(press(), item()), "hub") == []
    assert hrefs(atom(press(hubs=("https://hub.example/",)), item()), "hub") == ["https://hub.example/"]


def test_no_style_sheet() -> None:
    """R-48: no XSLT."""
    assert b"<?xml-stylesheet" not in render_atom(edition(item()), press()).body


def test_entry_fields() -> None:
    """R-11, R-01: the public id as stored, published and updated apart, one alternate, the original article."""
    one = entry(atom(press(), item(1)))
    assert texts(one, "a:id") == ["https://www.otterby.example/news/1"]
    assert texts(one, "a:published") == ["2026-11-20T11:00:00Z"]
    assert texts(one, "a:updated") == ["2026-11-20T11:05:00Z"]
    assert hrefs(one, "alternate") == ["https://www.otterby.example/news/1"]
    assert one.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-GB"
    assert texts(entry(atom(press(), item(rights="CC BY"))), "a:rights") == ["CC BY"]


def test_source_name_in_author_and_category() -> None:
    """R-15, P-44: most readers ignore atom:source, so its name is an author and a category; no e-mail, no title."""
    one = entry(atom(press(), item(1)))
    assert texts(one, "a:author/a:name") == ["Iris Holm", "Otterby Council"]
    assert [term.get("term") for term in one.findall("a:category", SPACES)] == ["roads", "Otterby Council"]
    assert b"iris@" not in etree.tostring(one)
    assert "Otterby Council" not in texts(one, "a:title")[0]


def test_author_always_present() -> None:
    """R-11: without own authors those of the source stand, and the name of the source at least; each once."""
    anonymous = entry(atom(press(), item(authors=())))
    assert texts(anonymous, "a:author/a:name") == ["Press office", "Otterby Council"]
    itself = item(authors=(Person(name="otterby council"),), categories=(Category(term="Otterby Council"),))
    assert texts(entry(atom(press(), itself)), "a:author/a:name") == ["otterby council"]


def test_source_of_entry() -> None:
    """R-12: id, title, updated, self, alternate, author, rights and category of the source feed."""
    source = entry(atom(press(), item(1))).find("a:source", SPACES)
    assert texts(source, "a:id") == [COUNCIL.tag]
    assert texts(source, "a:title") == ["Otterby Council"]
    assert texts(source, "a:updated") == ["2026-11-20T12:00:00Z"]
    assert texts(source, "a:author/a:name") == ["Press office"]
    assert texts(source, "a:rights") == ["© Otterby Council · OGL-UK-3.0"]
    assert source.find("a:category", SPACES).get("term") == "council"
    assert hrefs(source, "self") == [COUNCIL.url]
    assert hrefs(source, "alternate") == [COUNCIL.site_url]
    named = entry(atom(press(), item(1, source=PAPER))).find("a:source", SPACES)
    assert texts(named, "a:id") == ["https://dalemercury.example/#feed"]


def test_original_source_is_kept() -> None:
    """R-12, P-47: the source an aggregate named is kept as it is, nothing of the aggregate is mixed in."""
    one = entry(atom(press(), item(original=AGGREGATED)))
    source = one.find("a:source", SPACES)
    assert texts(source, "a:id") == ["urn:parish:17"]
    assert texts(source, "a:title") == ["Kirkdale Parish"]
    assert texts(source, "a:updated") == ["2026-11-19T08:00:00Z"]
    assert texts(source, "a:rights") == ["Kirkdale"]
    assert hrefs(source, "self") == ["https://kirkdale.example/atom"]
    assert "Otterby" not in etree.tostring(source, encoding="unicode")
    assert texts(one, "a:author/a:name")[-1] == "Kirkdale Parish"


def test_republish_modes() -> None:
    """Section 7 of the domain: link gives no text, summary no content, full the cleaned content with its base."""
    linked = entry(atom(press(), bare(1, enclosures=(FILE,))))
    assert linked.find("a:summary", SPACES) is None
    assert linked.find("a:content", SPACES) is None
    assert hrefs(linked, "enclosure") == []
    short = entry(atom(press(), item(1)))
    assert texts(short, "a:summary") == ["The bridge closes on day 1."]
    assert short.find("a:content", SPACES) is None
    whole = entry(atom(press(), full(1)))
    assert texts(whole, "a:content") == [strip_tags(full(1).content, full(1).base)]
    assert whole.find("a:content", SPACES).get("type") == "html"


def test_plain_text_bodies_are_escaped_not_cleaned() -> None:
    """P-48: a body of plain text becomes paragraphs; what looks like markup in it stays text."""
    one = entry(atom(press(), full(content="a <b> c\n\nsecond", content_kind="text")))
    assert texts(one, "a:content") == ["<p>a &lt;b&gt; c</p><p>second</p>"]


def test_huge_body_gives_way_to_the_summary() -> None:
    """R-15: an entry that would swell every feed is published with its summary."""
    one = entry(atom(press(), full(content="x" * 300_000)))
    assert one.find("a:content", SPACES) is None
    assert texts(one, "a:summary") == ["The bridge closes on day 1."]


@pytest.mark.parametrize("make", [item, full, bare], ids=["summary", "full", "link"])
def test_members_are_listed(make) -> None:
    """D-21: other copies are links with a title and a sentence, in every mode, escaped."""
    hostile = replace(MEMBER, source_title="<b>Echo</b>", url="javascript:alert(1)")
    one = entry(atom(press(), make(members=(MEMBER, hostile))))
    assert hrefs(one, "related") == [MEMBER.url]
    assert "Dale Mercury: Bridge to close" in one.find("a:link[@rel='related']", SPACES).get("title")
    sentence = texts(one, "a:content")[0]
    assert 'Also published by <a href="https://dalemercury.example/bridge?a=1&amp;b=2">Dale Mercury</a>' in sentence
    assert "and &lt;b&gt;Echo&lt;/b&gt;." in sentence
    assert "javascript" not in sentence
    assert ("The bridge closes" in sentence) is (make is not bare)


def test_enclosures() -> None:
    """R-11: attached files keep type, length and title; one without a web address is left out."""
    one = entry(atom(press(), item(enclosures=(FILE, replace(FILE, url="file:///etc/passwd")))))
    (link,) = one.findall("a:link[@rel='enclosure']", SPACES)
    assert dict(link.attrib) == {
        "rel": "enclosure",
        "href": FILE.url,
        "type": "application/pdf",
        "length": "1234",
        "title": "Plan",
    }


def test_day_precision_is_published_as_stored() -> None:
    """P-30: a date without time goes out as the midnight that is stored for it, without a made-up time of day."""
    one = entry(atom(press(), item(precision=Precision.DAY, published_at=NOON.replace(hour=0))))
    assert texts(one, "a:published") == ["2026-11-20T00:00:00Z"]


def test_entries_once_each_in_order() -> None:
    """R-02, R-13: one entry an id, newest publish number first."""
    feed = atom(press(), item(1), item(3), item(2), item(9, public_id=item(3).public_id))
    assert [one.rpartition("/")[2] for one in texts(feed, "a:entry/a:id")] == ["3", "2", "1"]


def test_changed_at_is_the_latest_change() -> None:
    """R-42: the file is dated by its content, and its bytes hold no time of rendering: twice the same."""
    first, second = (render_atom(edition(*ALL_KINDS), press()) for _ in range(2))
    assert first == second
    assert first.changed_at == max(one.updated_at for one in ALL_KINDS)
    assert first.path == "feed.atom"


def test_cache_is_used_and_never_stale() -> None:
    """A cleaned entry is shared between editions; another revision or member of it is another entry."""
    calls: list[str] = []

    def counting(markup: str, base: str | None) -> str:
        calls.append(markup)
        return markup

    shared = press(clean=counting)
    render_atom(edition(full(1)), shared)
    render_atom(edition(full(1), item(2)), shared)
    assert len(calls) == 1
    changed = atom(shared, full(1, revision=2, content="<p>corrected</p>"))
    assert texts(changed, "a:entry/a:content") == ["<p>corrected</p>"]
    assert "Dale Mercury" in texts(atom(shared, full(1, members=(MEMBER,))), "a:entry/a:content")[0]


def test_cache_is_bounded() -> None:
    """Rebuilding everything with one press does not keep everything in memory, and gives the same bytes."""
    shared = press()
    items = [item(number) for number in range(1, KEPT + 200)]
    for start in range(0, len(items), 300):
        render_atom(edition(*items[start : start + 300]), shared)
        assert len(shared.fragments) <= KEPT
    assert render_atom(edition(*items[:300]), shared) == render_atom(edition(*items[:300]), press())


def test_source_without_a_title_is_named_by_its_id() -> None:
    """R-11, R-15: there is an author whatever is missing."""
    nameless = item(authors=(), source=replace(COUNCIL, title=" ", authors=()))
    assert texts(entry(atom(press(), nameless)), "a:author/a:name") == ["otterby-council"]
