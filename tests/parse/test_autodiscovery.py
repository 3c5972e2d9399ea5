"""From a page to its feeds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.parse.autodiscovery import feed_links

PAGE = b"""<!doctype html><html><head><title>Knowsmere News</title>
<link rel="stylesheet" href="/style.css">
<link rel="alternate" type="application/rss+xml" title="Comments feed" href="/comments/feed/">
<link rel="ALTERNATE home" type="application/rss+xml; charset=utf-8" href="/feed/">
<link rel="alternate" type="text/html" hreflang="cy" href="/cy/">
<link rel="alternate" type="application/atom+xml" href="https://elsewhere.example/atom.xml">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
<link rel="alternate" type="application/rss+xml" href="http://[broken">
</head><body></body></html>"""


def test_announced_feeds_are_absolute_and_comments_come_last() -> None:
    """A site's own feed is tried before the feed of its comments."""
    assert feed_links(PAGE, "https://news.example/about/") == (
        "https://news.example/feed/",
        "https://elsewhere.example/atom.xml",
        "https://news.example/comments/feed/",
    )


def test_base_is_honoured() -> None:
    """Relative addresses resolve against the page's base element."""
    page = b'<base href="/blog/"><link rel="alternate" type="application/atom+xml" href="atom.xml">'
    assert feed_links(page, "https://news.example/x/") == ("https://news.example/blog/atom.xml",)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400))
def test_no_page_is_too_odd(page: bytes) -> None:
    """Any bytes give an answer, never an exception."""
    assert isinstance(feed_links(page, "https://news.example/"), tuple)
