"""JSON Feed documents: schema, pages, and what the archive adds."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import OriginalSource
from aggregator.publish.edition import of_feed
from aggregator.publish.jsonfeed import LARGEST_PAGE, fragment, render_json
from tests.publish.press import COUNCIL, FILE, FOUNDING, MEMBER, SITE, bare, full, item, keep, press
from tests.publish.reading import SCHEMAS, edition, pages

LONG = "<p>" + "The committee met in the town hall. " * 250 + "</p>"


def test_valid_by_the_schema() -> None:
    """R-21: every kind of entry gives a document that the schema of JSON Feed 1.1 accepts."""
    path = SCHEMAS / "jsonfeed-1.1.schema.json"
    if not path.exists():
        pytest.skip("no schema here")
    kinds = (item(1), full(2, members=(MEMBER,), enclosures=(FILE,)), bare(3, url=None, members=(MEMBER,)))
    for page in (*pages(press(hubs=("https://hub.example/",)), *kinds), *pages(press())):
        jsonschema.validate(page, json.loads(path.read_text(encoding="utf-8")))


def test_head() -> None:
    """R-21: version, addresses, language, authors, icon, hubs."""
    (page,) = pages(press(hubs=("https://hub.example/",)), item(1))
    assert page["version"] == "https://jsonfeed.org/version/1.1"
    assert page["home_page_url"] == SITE.url
    assert page["feed_url"] == SITE.url + "feed.json"
    assert page["language"] == "en-GB"
    assert page["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
    assert "next_url" not in page
    assert "hubs" not in pages(press())[0]


def test_item() -> None:
    """R-21, R-01, R-15: string id, original url, text summary, dates, authors, tags, attachments with type."""
    (one,) = pages(press(), item(1, enclosures=(FILE, replace(FILE, type=None, title=None, length=None))))[0]["items"]
    assert one["id"] == one["url"] == "https://www.otterby.example/news/1"
    assert one["summary"] == one["content_text"] == "The bridge closes on day 1."
    assert one["date_published"] == "2026-11-20T11:00:00Z"
    assert one["date_modified"] == "2026-11-20T11:05:00Z"
    assert one["authors"] == [{"name": "Iris Holm"}, {"name": "Otterby Council"}]
    assert one["tags"] == ["roads", "Otterby Council"]
    assert one["language"] == "en-GB"
    assert one["attachments"] == [
        {"url": FILE.url, "mime_type": "application/pdf", "title": "Plan", "size_in_bytes": 1234},
        {"url": FILE.url, "mime_type": "application/octet-stream"},
    ]


def test_archive_object() -> None:
    """R-21, D-21: about, source, revision, first_seen and cluster."""
    (one,) = pages(press(), item(1, revision=2, revisions=3, members=(MEMBER,)))[0]["items"]
    archive = one["_archive"]
    assert archive["about"] == SITE.url + "about-our-bot.html#archive"
    assert archive["source"]["feed"] == "otterby-council"
    assert archive["source"]["id"] == COUNCIL.tag
    assert (archive["revision"], archive["revisions"]) == (2, 3)
    assert archive["first_seen"] == "2026-11-20T11:05:00Z"
    assert archive["cluster"] == [{"source": "Dale Mercury", "title": MEMBER.title, "url": MEMBER.url}]


def test_original_source_is_kept_apart() -> None:
    """R-12, P-47: where the feed gathers entries of others, both the feed we read and the origin are named."""
    given = OriginalSource(title="Kirkdale Parish", url="https://kirkdale.example/atom")
    (one,) = pages(press(), item(1, original=given))[0]["items"]
    assert one["_archive"]["source"]["title"] == "Otterby Council"
    assert one["_archive"]["origin"]["title"] == "Kirkdale Parish"
    assert "origin" not in pages(press(), item(1))[0]["items"][0]["_archive"]


def test_republish_modes() -> None:
    """Section 7 of the domain: a link gives its title only; full gives the cleaned content."""
    (linked,) = pages(press(), bare(1, enclosures=(FILE,)))[0]["items"]
    assert linked["content_text"] == bare(1).title
    assert not {"summary", "content_html", "attachments"} & set(linked)
    (whole,) = pages(press(clean=keep), full(1))[0]["items"]
    assert whole["content_html"] == full(1).content
    assert "content_text" not in whole


def test_pages_follow_each_other() -> None:
    """R-21: pages of at most 250 KB, each leading to the next, none twice, every item once and in order."""
    items = [full(number, content=LONG) for number in range(1, 101)]
    files = render_json(edition(*items), press(clean=keep))
    documents = [json.loads(file.body) for file in files]
    assert len(files) > 2
    assert all(len(file.body) <= LARGEST_PAGE for file in files)
    assert [file.path for file in files] == ["feed.json", *(f"feed.{n}.json" for n in range(2, len(files) + 1))]
    assert [page["feed_url"] for page in documents] == [SITE.url + file.path for file in files]
    assert [page.get("next_url") for page in documents] == [*(SITE.url + file.path for file in files[1:]), None]
    listed = [one["id"] for page in documents for one in page["items"]]
    assert listed == [one.public_id for one in reversed(items)]


def test_monstrous_items_still_fit() -> None:
    """R-21: whatever an entry carries, no page is over 250 KB."""
    wide = tuple(replace(MEMBER, title="ø" * 900, url="https://e.example/" + "é" * 900) for _ in range(300))
    files = render_json(
        edition(*(full(n, content='"' * 99_000, title="ü" * 5_000, members=wide) for n in range(1, 6))),
        press(clean=keep),
    )
    assert all(len(file.body) <= LARGEST_PAGE for file in files)
    assert sum(len(json.loads(file.body)["items"]) for file in files) == 5


def test_feed_of_a_source() -> None:
    """R-10: a source's feed is read on its own page and knows its own address."""
    (file,) = render_json(of_feed(COUNCIL, [item(1)], SITE, FOUNDING), press())
    page = json.loads(file.body)
    assert file.path == "feeds/otterby-council.json"
    assert page["feed_url"] == SITE.url + "feeds/otterby-council.json"
    assert page["home_page_url"] == SITE.url + "feeds/otterby-council/"


def test_same_bytes_twice() -> None:
    """R-42: no time of rendering in the body; dated by the last change."""
    first, second = (render_json(edition(item(1), full(2)), press()) for _ in range(2))
    assert first == second
    assert first[0].changed_at == item(1).updated_at


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=120))
@settings(max_examples=60, deadline=None)
def test_same_bytes_as_json_writes(words: str) -> None:
    """R-21: each item is written as the standard library writes it without spaces, every character as it is."""
    made = fragment(item(1, title=words, members=(MEMBER,), enclosures=(FILE,)), press())
    assert made == json.dumps(json.loads(made), ensure_ascii=False, separators=(",", ":"))
