"""Hostile entries: whatever a feed says, every document stays well formed and nothing in it runs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from aggregator.model import Category, Enclosure, Item, Member, OriginalSource, Person, Republish
from aggregator.publish.atom import render_atom
from aggregator.publish.jsonfeed import render_json
from aggregator.publish.markup import legal
from aggregator.publish.opml import render_opml
from aggregator.publish.pages import render_front, render_source
from aggregator.publish.rss import render_rss
from tests.publish.press import COUNCIL, NOON, SITE, full, item, press
from tests.publish.reading import SPACES, edition, understood

ATTACKS = [
    "<script>alert(1)</script>",
    "]]><script>alert(1)</script><![CDATA[",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></item></channel></rss>",
    "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "{{ 7 * 7 }}{% raw %}",
    "nul \x00 bell \x07 escape \x1b[31m del \x7f",
    "noncharacters \ufffe \uffff and a lone surrogate \ud800",
    "right to left \u202e gnp.exe \u2066 isolate",
    "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁷󠁬󠁳󠁿 ŵŷ",
    "a\r\nb\rc\td",
    "x" * 200_000,
    "--><!--",
]


def poisoned(text: str, number: int = 1) -> Item:
    """An entry with this text everywhere a feed can put one."""
    card = replace(COUNCIL, title=text or "x", rights=text, licence=text, authors=(text,), language=text, raw_id=text)
    return item(
        number,
        source=replace(card, republish=Republish.FULL, icon=text, status_text=text, site_url=text),
        title=text,
        url=text,
        content=text,
        content_kind="text",
        summary=text,
        authors=(Person(name=text, email=text, uri=text),),
        categories=(Category(term=text, scheme=text, label=text),),
        enclosures=(Enclosure(url=f"https://a.example/{text}", type=text, title=text), Enclosure(url=text)),
        language=text,
        rights=text,
        members=(Member(title=text, url=text, source_title=text, published_at=NOON),),
    )


def everything(one: Item) -> dict[str, bytes]:
    """Every document that shows the entry, by path."""
    made = edition(one)
    files = (
        render_atom(made, press()),
        render_rss(made, press()),
        *render_json(made, press()),
        render_opml([one.source], SITE, NOON),
        render_front(made, [one.source], press(), NOON),
        render_source(replace(made, path="feeds/x", title=one.title), one.source, press(), NOON),
    )
    return {file.path: file.body for file in files}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: ascii(text[:20]))
def test_attacks_are_inert(attack: str) -> None:
    """R-20, W-01: text stays text in every format; pages get no script, handler or foreign element."""
    documents = everything(poisoned(attack))
    for path in ("feed.atom", "feed.rss", "opml.xml"):
        root = etree.fromstring(documents[path])
        assert not list(root.iter("{*}script", "{*}img"))
    feed = etree.fromstring(documents["feed.atom"])
    assert len(feed.findall("a:entry", SPACES)) == 1
    assert len(json.loads(documents["feed.json"])["items"]) == 1
    for path in ("index.html", "feeds/x.html"):
        page = html.document_fromstring(documents[path].decode())
        assert not page.xpath("//script | //main//img | //@onerror | //@onmouseover | //@style")
        assert all(link.startswith(("https://", "/", "#")) for link in page.xpath("//@href | //@src"))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "nonsense"])
def test_bad_links_are_refused(url: str) -> None:
    """R-11: a link that is not of the web is left out of every format; the entry stays, valid."""
    for path, body in everything(item(url=url)).items():
        assert url.encode() not in body, path
    parsed = understood(render_atom(edition(item(url=url)), press()))
    assert len(parsed.entries) == 1
    assert parsed.entries[0].content


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=120))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_well_formed_documents(text: str) -> None:
    """R-10, R-20, R-21: any text at all gives XML and JSON that parse, and characters come back as they were."""
    documents = everything(poisoned(text))
    for path in ("feed.atom", "feed.rss", "opml.xml"):
        etree.fromstring(documents[path])
    summary = etree.fromstring(documents["feed.atom"]).findtext("a:entry/a:summary", "", SPACES)
    assert summary == legal(text).strip()
    assert json.loads(documents["feed.json"])["items"][0].get("summary", "") == legal(text).strip()
    html.document_fromstring(documents["index.html"].decode())


@given(st.text(max_size=80))
@settings(max_examples=50, deadline=None)
def test_original_source_is_escaped(text: str) -> None:
    """R-12: an original source with any text is well formed."""
    given_source = OriginalSource(raw_id=text, title=text, url=text, updated=text, rights=text, authors=(text,))
    etree.fromstring(render_atom(edition(item(original=given_source)), press()).body)


def test_sanitiser_output_is_checked_too() -> None:
    """P-48: what the sanitiser returns is escaped and stripped of illegal characters like everything else."""
    sloppy = press(clean=lambda markup, base: "<p>a\x00b]]></p>")
    feed = etree.fromstring(render_atom(edition(full()), sloppy).body)
    assert feed.findtext("a:entry/a:content", "", SPACES) == "<p>ab]]></p>"
