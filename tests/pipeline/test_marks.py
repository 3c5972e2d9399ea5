"""By what an entry is found in captures: all that is of it alone, however it is written there."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from aggregator.barring import folded, foldings, link_token
from aggregator.captures.searching import text_of
from aggregator.model import EntryId, FeedId, Key, PublicId
from aggregator.model.dossier import Dossier, Wording
from aggregator.pipeline.marks import SHORTEST, marks_of, tokens_of

AT = datetime(2026, 6, 1, tzinfo=UTC)
TEXT = (
    "<p>Ida Thorne was seen at the swimming baths on Sunday.</p><p>Nobody else was there, a witness told us later.</p>"
)


def dossier(**changes: Any) -> Dossier:
    """An entry of one version."""
    words = {
        "title": "Agenda published for June",
        "content": TEXT,
        "content_kind": "html",
        "url": "https://a.example/news/ida-thorne/",
        "link": "https://a.example/news/ida-thorne",
        "content_hash": "c",
        "strong": True,
    }
    return Dossier(
        entry_id=EntryId(1),
        feed_id=FeedId("ashmere"),
        public_id=PublicId("tag:a.example,2026:1/abc"),
        published=True,
        first_seen_at=AT,
        last_seen_at=AT,
        forgotten_at=None,
        keys=(Key("guid:https://a.example/?p=4711"), Key("guid:7")),
        versions=(Wording(**(words | changes)),),  # type: ignore[arg-type]
    )


def neighbour(**words: str) -> Any:
    """Another entry that stays."""
    plain = {"title": "", "content": "", "url": "", "key": ""} | words
    return type("Row", (), plain)()


def test_only_what_is_of_it_alone() -> None:
    """A title that others bear too, an id of one digit: neither would be told apart from anybody else's."""
    marks = marks_of(dossier(), [neighbour(title="Agenda published for June")])
    assert "agenda published for june" not in marks
    assert "7" not in marks
    assert "a example news ida thorne" in marks
    assert any("seen at the swimming baths" in mark for mark in marks)
    assert all(len(mark) >= SHORTEST for mark in marks)


def test_a_front_page_is_no_address_of_an_entry() -> None:
    """Neither to look for nor to bar: everything of the site would go with it."""
    found = dossier(url="https://a.example/", link="https://a.example")
    assert "a example" not in marks_of(found, [])
    assert link_token("a.example") not in tokens_of(found, lambda _: 1)
    assert link_token("a.example/news/ida-thorne") in tokens_of(dossier(), lambda _: 1)
    assert link_token("a.example/news/ida-thorne") not in tokens_of(dossier(), lambda _: 2)


URL = "https://a.example/news/ida-thorne/?p=1&q=2"
WORDS = "<p>Ida Thorne, 41, of <b>Mill Lane</b> &amp; formerly of Bath, was seen at 5 &lt; 6 o’clock by the baths</p>"
BODIES = {
    "escaped": f"<item><description>{escape(WORDS)}</description></item>",
    "twice": f"<item><description>{escape(escape(WORDS))}</description></item>",
    "cdata": f"<item><description><![CDATA[{WORDS}]]></description></item>",
    "page": f"<!doctype html><nav>Home</nav>{WORDS.replace('41', '<i>41</i>')}",
    "json": json.dumps({"items": [{"content_html": WORDS}]}),
    "shouted": WORDS.upper(),
    "element": f"<item><link>{escape(URL)}</link></item>",
    "attribute": f'<entry><link href="{escape(URL)}"/></entry>',
    "http": f"<item><guid>{URL.replace('https', 'http')}</guid></item>",
    "anchor": f'<a href="{escape(URL)}#top">more</a>',
    "slashes": json.dumps({"url": URL}).replace("/", "\\/"),
}


@pytest.mark.parametrize("form", BODIES)
@pytest.mark.parametrize("coding", ["utf-8", "utf-16", "cp1252"])
def test_every_form_is_found(form: str, coding: str) -> None:
    """R-39: words and addresses in elements, attributes, CDATA and JSON; escaped not at all, once or twice."""
    marks = marks_of(dossier(title="", content=WORDS, url=URL, link=URL), [])
    text = text_of(BODIES[form].encode(coding))
    assert any(f" {mark} " in plain for plain in foldings(text) for mark in marks)


def test_what_begins_alike_is_another_address() -> None:
    """Nothing is erased for an address that goes on elsewhere."""
    marks = marks_of(dossier(title="", content="", url="https://a.example/news/2", link=None), [])
    assert "a example news 2" in marks
    for plain in foldings("<link>https://a.example/news/21</link> <a href='https://a.example/news/2b'>"):
        assert not any(f" {mark} " in plain for mark in marks)


@given(some.text(alphabet="abc XYZ éü&<>'\"/-0\u2019", min_size=20))
def test_every_writing_is_found(text: str) -> None:
    """Law: as HTML, as HTML in XML, as JSON, in another encoding, a text is found by its folded form."""
    mark = folded(escape(text))
    for written in (escape(text), escape(escape(text)), json.dumps(escape(text)), escape(text).upper()):
        assert any(f" {mark} " in plain for plain in foldings(written))
    assert any(f" {mark} " in plain for plain in foldings(escape(text).encode("cp1252").decode("utf-8", "replace")))
