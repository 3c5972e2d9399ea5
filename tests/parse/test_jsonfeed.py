"""JSON Feed: wrong types cost a field, a missing id costs an item, broken JSON costs the document."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import UnreadableError
from aggregator.model import Category, Enclosure, Link, Person, RawBody, RawDate, RawDocument, RawText
from tests.parse.samples import URL, kinds, parse

V11 = "https://jsonfeed.org/version/1.1"
HEAD = f'{{"version": "{V11}", "items": '


def feed(*items: object, **head: object) -> RawDocument:
    """A JSON Feed of these items."""
    return parse(json.dumps({"version": V11, "title": "Thornby", "items": items, **head}))


def test_an_item_word_for_word() -> None:
    """P-07: every field of JSON Feed 1.1 arrives under its name."""
    (entry,) = feed(
        {
            "id": " thornby-1 ",
            "url": "/a",
            "external_url": "https://else.example/",
            "title": "Fair &amp; free",
            "content_html": "<p>A</p>",
            "content_text": "A & B",
            "summary": "Short",
            "image": "/i.png",
            "date_published": "2026-07-06T09:00:00+01:00",
            "date_modified": "soon",
            "authors": [{"name": "Ann Reed", "url": "https://a.example/"}, {"url": "x"}],
            "author": {"name": "Old Way"},
            "tags": ["Roads, parks", "", 5, "Roads, parks"],
            "language": "cy",
            "attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 12, "title": "Sound"}, {}],
        }
    ).entries
    assert entry.raw_id == "thornby-1"
    assert entry.permalink is None
    assert entry.title == RawText(value="Fair &amp; free", kind="text", base=URL)
    assert entry.links == (Link(href="/a"), Link(href="https://else.example/", rel="related"))
    assert entry.bodies == (
        RawBody(element="content_html", text=RawText(value="<p>A</p>", kind="html", base=URL)),
        RawBody(element="content_text", text=RawText(value="A & B", kind="text", base=URL)),
        RawBody(element="summary", text=RawText(value="Short", kind="text", base=URL)),
    )
    assert entry.dates == (
        RawDate(element="date_published", text="2026-07-06T09:00:00+01:00"),
        RawDate(element="date_modified", text="soon"),
    )
    assert entry.authors == (Person(name="Ann Reed", uri="https://a.example/"),)
    assert entry.categories == (Category(term="Roads, parks"),)
    assert entry.language == "cy"
    assert entry.enclosures == (
        Enclosure(url="/a.mp3", type="audio/mpeg", length=12, title="Sound"),
        Enclosure(url="/i.png", medium="image"),
    )


def test_the_head() -> None:
    """P-07, H-28, H-80: hubs, next page, expiry and the rest of the head."""
    document = feed(
        home_page_url="https://t.example/",
        feed_url="https://t.example/feed.json",
        next_url="?page=2",
        description="News",
        icon="/i.png",
        language="en-GB",
        expired=True,
        author={"name": "Old Way"},
        hubs=[{"type": "WebSub", "url": "https://hub.example/"}, {"type": "none"}],
    )
    head = document.feed
    assert [(link.rel, link.href) for link in head.links] == [
        ("alternate", "https://t.example/"),
        ("self", "https://t.example/feed.json"),
        ("next", "?page=2"),
        ("hub", "https://hub.example/"),
    ]
    assert (head.version, head.icon, head.language, head.expired) == ("json11", "/i.png", "en-GB", True)
    assert head.authors == (Person(name="Old Way"),)
    assert head.subtitle == RawText(value="News", kind="text", base=URL)
    assert feed(expired="yes").feed.expired is False


@pytest.mark.parametrize(
    ("literal", "raw_id"),
    [
        ("5", "5"),
        ("1.50", "1.50"),
        ("-3", "-3"),
        ("9" * 5000, "9" * 5000),
        ("1e400", "1e400"),
        ('"x"', "x"),
        ('"  "', None),
        ("null", None),
        ("true", None),
        ("NaN", None),
        ("[1]", None),
        ('{"a": 1}', None),
    ],
)
def test_ids(literal: str, raw_id: str | None) -> None:
    """P-07: a number becomes a string exactly as written; an item without an id is dropped and reported."""
    document = parse(f'{{"version": "{V11}", "items": [{{"id": {literal}}}, {{"id": "other"}}]}}')
    assert [entry.raw_id for entry in document.entries] == ([raw_id] if raw_id else []) + ["other"]
    assert kinds(document) == ([] if raw_id else ["item-without-id"])
    assert not document.partial


def test_wrong_types_cost_the_field_only() -> None:
    """P-07: a field of a wrong type is left out and reported once with the position of its item."""
    document = feed(
        {
            "id": 1,
            "title": 5,
            "content_html": ["x"],
            "authors": "Ann",
            "tags": {"a": 1},
            "attachments": [7],
            "url": "/a",
        },
        "no object",
        title={"a": 1},
    )
    (entry,) = document.entries
    assert (entry.title, entry.bodies, entry.authors, entry.categories, entry.enclosures) == (None, (), (), (), ())
    assert entry.links == (Link(href="/a"),)
    assert document.feed.title is None
    assert sorted(kinds(document)) == ["item-without-id"] + ["wrong-type"] * 6
    assert {problem.position for problem in document.problems} == {0, 1, None}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{", "malformed"),
        (HEAD + '[{"id": "1"},]}', "malformed"),
        (HEAD + "[]} trailing", "malformed"),
        ("[" * 200_000, "too-deep"),
        (HEAD + "[" * 200_000 + "1" + "]" * 200_000 + "}", "too-deep"),
        ('{"version": "1.0", "items": []}', "not-a-feed"),
        ('{"version": 1, "items": []}', "not-a-feed"),
    ],
)
def test_broken_json_is_refused(text: str, kind: str) -> None:
    """P-07: broken JSON is never partly read; nesting bombs and other people's JSON are refused."""
    with pytest.raises(UnreadableError) as caught:
        parse(text)
    assert caught.value.kind == kind


def test_oddities_are_harmless() -> None:
    """P-06, P-07: of equal keys the last counts; lone surrogates and controls go; no items is an empty feed."""
    text = HEAD + 'null, "title": "a", "title": "b\\ud800\\u000b&#11;"}'
    document = parse(text)
    assert document.feed.title is not None
    assert document.feed.title.value == "b&#11;"
    assert document.entries == ()
    assert kinds(document) == ["wrong-type"]


def test_too_many_items_keep_both_ends() -> None:
    """Guards: as in XML, half of the items come from each end."""
    document = feed(*({"id": number} for number in range(5100)))
    assert len(document.entries) == 5000
    assert (document.entries[0].raw_id, document.entries[-1].raw_id) == ("0", "5099")
    assert document.partial


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["id", "url", "title", "name", "tags", "items"]), inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["items", "title", "authors", "hubs", "expired", "language"]), VALUES))
def test_any_json_is_read(values: dict[str, Any]) -> None:
    """T-03: any JSON with the right version is read, and everything in the result is of its declared type."""
    document = parse(json.dumps({"version": V11} | values))
    assert all(isinstance(entry.raw_id, str) for entry in document.entries)
    assert all(isinstance(link.href, str) for link in document.feed.links)
