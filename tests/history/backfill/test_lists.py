"""Lists of captures and addresses: hostile lines are passed over, and nothing ever raises."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.history.backfill.addresses import MOST_VARIANTS, site_of_feed, variants, with_parameters
from aggregator.history.backfill.captures import raw_address, read_cdx, read_timemap, stamp_in

ARCHIVE = "https://archive.example/"


def test_cdx_lines_and_the_resumption_key() -> None:
    """B-07: 14 digits, the address as asked for, and the key after the empty line."""
    body = (
        b"20170615093000 http://a.example/feed/ 200 text/xml AAAA 1234\n"
        b"20170616093000 http://a.example/feed/ 200 text/html BBBB 99\n"
        b"20170617093000 http://www.a.example:80/feed 200 application/rss+xml CCCC 1\n"
        b"\ncom,example)/feed 20170617\n"
    )
    captures, key = read_cdx(body)
    assert [(one.stamp, one.digest) for one in captures] == [("20170615093000", "AAAA"), ("20170617093000", "CCCC")]
    assert key == "com,example)/feed 20170617"
    assert raw_address(ARCHIVE, captures[0]) == f"{ARCHIVE}web/20170615093000id_/http://a.example/feed/"


@given(st.binary(max_size=400))
def test_any_bytes_are_read_as_a_list(body: bytes) -> None:
    """B-07: a list is data, whatever is in it; what it yields is always a capture of a web address."""
    for capture in (*read_cdx(body)[0], *read_timemap(body)):
        assert urlsplit(capture.url).scheme in ("http", "https")
        assert urlsplit(raw_address(ARCHIVE, capture)).netloc == "archive.example"
        assert capture.at.tzinfo is not None


@given(st.from_regex(r"[0-9]{14} http://[a-z@:/.#?%]{1,20} 200 text/xml [A-Z]{2} 1", fullmatch=True))
def test_no_line_leads_to_another_host(line: str) -> None:
    """B-07: the address of a capture stays below the archive's root."""
    for capture in read_cdx(line.encode())[0]:
        url = raw_address(ARCHIVE, capture)
        assert url.startswith(f"{ARCHIVE}web/{capture.stamp}id_/")
        assert stamp_in(url) == capture.stamp


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://a.example/feed/", "https://a.example/"),
        ("https://a.example/feed", "https://a.example/"),
        ("https://a.example/news/feed/rss2/", "https://a.example/news/"),
        ("https://a.example/?feed=rss2", "https://a.example/"),
        ("https://a.example/category/roads/feed/", None),
        ("https://a.example/tag/roads/feed/", None),
        ("https://a.example/feed/?cat=3", None),
        ("https://a.example/rss.xml", None),
        ("https://a.example/comments/feed/", None),
    ],
)
def test_which_feeds_are_those_of_a_whole_site(url: str, site: str | None) -> None:
    """B-01: REST and months are ways for these only."""
    assert site_of_feed(url) == site


def test_parameters_leave_the_others_alone() -> None:
    """B-05, B-06: a page number is set, nothing else is changed."""
    assert with_parameters("https://a.example/f?cat=3&paged=9#x", paged=2) == "https://a.example/f?cat=3&paged=2"
    assert with_parameters("https://a.example/f", start__index=1, max__results=100) == (
        "https://a.example/f?start-index=1&max-results=100"
    )


@given(st.lists(st.from_regex(r"https?://(www\.)?[a-z]{1,8}\.example(/[a-z]{0,5}){0,3}", fullmatch=True), max_size=3))
def test_variants_are_few_and_begin_with_those_given(urls: list[str]) -> None:
    """B-07: every spelling once, in bounds."""
    found = variants(*urls)
    assert len(set(found)) == len(found) <= MOST_VARIANTS
    assert found[: len(dict.fromkeys(urls))] == tuple(dict.fromkeys(urls))
