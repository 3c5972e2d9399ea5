"""Posts of a WordPress become the entries that its feed would show; what is hostile costs itself only."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import UnreadableError
from aggregator.model import Document, ReadContext
from aggregator.reading import read_document
from tests.pasts.wordpress import WordPress, posts, rss

URL = "https://mossgate.example/"
CONTEXT = ReadContext(url=URL, fetched_at=datetime(2026, 6, 15, tzinfo=UTC), form="wordpress")
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("id", "date", "date_gmt", "modified_gmt", "guid", "link", "title", "content", "excerpt", "_embedded")


def read(posts_told: object, context: ReadContext = CONTEXT) -> Document:
    return read_document(json.dumps(posts_told).encode(), context)


def told(count: int = 3) -> list[dict[str, Any]]:
    site = WordPress(url=URL, all_posts=posts(URL, count))
    return [site._told(post) for post in site.all_posts]


def test_a_post_reads_as_its_feed_item() -> None:
    """B-05, B-10: id, link, title, body, author, date and every hash are those of the feed."""
    by_rest = read(told())
    as_feed = ReadContext(url=f"{URL}feed/", fetched_at=CONTEXT.fetched_at)
    by_feed = read_document(rss(URL, posts(URL, 3)).encode(), as_feed)
    # The lead hashes the date as written, which is the key of last resort and told apart by id here.
    assert [replace(each, lead="") for each in by_rest.fingerprints] == [
        replace(each, lead="") for each in by_feed.fingerprints
    ]
    for one, other in zip(by_rest.entries, by_feed.entries, strict=True):
        assert (one.raw_id, one.link, one.title, one.content) == (other.raw_id, other.link, other.title, other.content)
        assert (one.authors, one.published.instant) == (other.authors, other.published.instant)
    assert [each.term for each in by_rest.entries[0].categories] == ["Roads"]
    assert by_rest.partial


def test_a_post_without_gmt_has_the_civil_time_of_its_site() -> None:
    """P-33: the time of a site is read in the zone of its source."""
    post = told(1)[0] | {"date_gmt": "0000-00-00T00:00:00", "date": "2019-07-01T10:00:00"}
    assert read([post]).entries[0].published.instant == datetime(2019, 7, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"code": "rest_no_route", "message": "x"}', "rest_no_route"),
        (b"{}", "another object"),
        (b'"x"', "neither XML nor JSON"),
        (b"<html><title>Down</title></html>", "a web page titled"),
        (rss(URL, posts(URL, 1)).encode(), "no list of WordPress posts"),
        (b"[", "broken JSON"),
        (b"[" * 100_000, "nested too deep"),
    ],
)
def test_what_is_no_list_of_posts_is_refused_in_words(body: bytes, said: str) -> None:
    """B-05: the report names what came instead."""
    with pytest.raises(UnreadableError, match=said):
        read_document(body, CONTEXT)


@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), ANY, max_size=10) | ANY, max_size=4))
def test_whatever_stands_in_a_post_nothing_raises(posts_told: list[Any]) -> None:
    """P-07: wrong types cost a field or a post, never the page."""
    document = read(posts_told)
    assert len(document.entries) <= len(posts_told)
