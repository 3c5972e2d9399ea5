"""Which hub and topic a feed names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from aggregator.model import Headers, Link
from aggregator.push import discover
from aggregator.reading import parse_document
from tests.push.nouns import HUB, TOPIC, safe

URL = "https://knowsmere.example/news/feed"
LINKS = (Link(href="https://other-hub.example/", rel="hub"), Link(href="https://knowsmere.example/atom", rel="self"))


def header(*values: str) -> Headers:
    return tuple(("link", value) for value in values)


def test_link_header_comes_before_the_document() -> None:
    """H-80: hub and self of the Link header win over those of the document."""
    found = discover(header(f'<{HUB}>; rel="hub"', f"<{TOPIC}>; rel=self"), LINKS, URL, safe)
    assert (found.hub, found.topic, found.why) == (HUB, TOPIC, "named in the Link header")
    found = discover((), LINKS, URL, safe)
    assert (found.hub, found.topic, found.why) == (LINKS[0].href, LINKS[1].href, "named in the document")


def test_each_is_looked_for_by_itself() -> None:
    """H-80: a header that names only the hub leaves the topic to the document."""
    found = discover(header(f"<{HUB}>;rel=hub"), LINKS, URL, safe)
    assert (found.hub, found.topic) == (HUB, LINKS[1].href)


@pytest.mark.parametrize(
    "line",
    [
        f'<{HUB}>; rel="hub", <{TOPIC}>; rel="self"; type="application/atom+xml"',
        f'<https://x.example/a,b>; title="a, b; rel=hub"; rel=next, <{HUB}> ; REL = "preload HUB" , <{TOPIC}>;rel=Self',
        f"<{HUB}>;rel=hub,<{TOPIC}>;rel=self",
    ],
)
def test_link_header_grammar(line: str) -> None:
    """H-80: several links in one line, several relations in one link, commas and words inside quotes."""
    found = discover(header(line), (), URL, safe)
    assert (found.hub, found.topic) == (HUB, TOPIC)


def test_relative_addresses_resolve_and_the_topic_stays_exact() -> None:
    """H-80: the topic is rel=self exactly, case, order of parameters and escapes included."""
    odd = "HTTPS://Knowsmere.example:443/a%2fb?z=1&a=2"
    found = discover(header("</hub>; rel=hub", f"<{odd}>; rel=self"), (), URL, safe)
    assert (found.hub, found.topic) == ("https://knowsmere.example/hub", odd)


def test_https_hubs_are_preferred() -> None:
    """H-80: of several hubs the first over https is taken."""
    found = discover(header("<http://a.example/>; rel=hub", f"<{HUB}>; rel=hub", f"<{TOPIC}>; rel=self"), (), URL, safe)
    assert found.hub == HUB


def test_a_safe_topic_is_not_entrusted_to_an_unsafe_hub() -> None:
    """H-81: what is pushed over http cannot be signed, so an https feed is polled; an http feed loses nothing."""
    hub = header("<http://a.example/>; rel=hub")
    found = discover((*hub, *header(f"<{TOPIC}>; rel=self")), (), URL, safe)
    assert found.hub is None
    assert "forged" in found.why
    found = discover((*hub, *header("<http://knowsmere.example/feed>; rel=self")), (), URL, safe)
    assert found.hub == "http://a.example/"


def test_no_hub_or_no_topic_is_said() -> None:
    """H-80: without rel=self there is nothing to subscribe to."""
    assert discover((), LINKS[1:], URL, safe).why == "the feed names no hub"
    assert "rel=self" in discover((), LINKS[:1], URL, safe).why


@pytest.mark.parametrize(
    "body",
    [
        b'<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:1</id><title>K</title>'
        b'<link rel="self" href="https://knowsmere.example/feed/"/><link rel="hub" href="https://hub.example/"/></feed>',
        b'<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel><title>K</title><a:link rel="hub" '
        b'href="https://hub.example/"/><a:link rel="self" href="https://knowsmere.example/feed/"/>'
        b"<item><title>x</title><guid>1</guid></item></channel></rss>",
        b'{"version": "https://jsonfeed.org/version/1.1", "title": "K", "items": [], '
        b'"feed_url": "https://knowsmere.example/feed/", "hubs": [{"type": "WebSub", "url": "https://hub.example/"}]}',
    ],
    ids=["atom", "rss", "json"],
)
def test_every_format_names_its_hub(body: bytes) -> None:
    """H-80: Atom links, atom:link in RSS, and the hubs of a JSON Feed with its feed_url."""
    found = discover((), parse_document(body, url=URL).links, URL, safe)
    assert (found.hub, found.topic) == (HUB, TOPIC)


@pytest.mark.parametrize(
    "href", ["ftp://hub.example/", "https://u:p@hub.example/", "https://", "javascript:x", "https://h/" + "a" * 3000]
)
def test_hubs_that_are_no_hubs(href: str) -> None:
    """H-80: what is no address of the web, carries a password or never ends is ignored."""
    assert discover(header(f"<{href}>; rel=hub", f"<{TOPIC}>; rel=self"), (), URL, safe).hub is None


@settings(max_examples=100, deadline=None)
@given(some.lists(some.text(alphabet='<>;,="\\ relhubsf:/[]%\t☃', max_size=80), max_size=4))
def test_hostile_headers_never_raise(lines: list[str]) -> None:
    """H-80: any header gives an offer or a reason."""
    found = discover(header(*lines), (), URL, safe)
    assert found.why
    assert (found.hub is None) == (found.topic is None)
