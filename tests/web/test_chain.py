"""What the head of a document says of its place in a chain (RFC 5005)."""

from __future__ import annotations

from aggregator.web.chain import chain_links

HEAD = b'<feed><link rel="current" href="https://x.example/feed.atom"/>'


def test_only_the_head_is_believed() -> None:
    """R-45: what an entry brings, a stranger wrote."""
    stranger = b'<entry><link rel="prev-archive" href="https://evil.example/"/></entry>'
    for first in (b"<entry>", b"<item>", b'<at:deleted-entry ref="x">'):
        assert chain_links(HEAD + first + stranger) == {"current": "https://x.example/feed.atom"}


def test_no_address_can_end_its_field() -> None:
    """An address with a line break, a bracket or a blank would be another header to whoever reads it."""
    for bad in (
        b"https://x.example/\r\nSet-Cookie: a",
        b"https://x.example/&gt;; rel=&quot;self",
        b"a b",
        b"caf\xe9",
        b"",
    ):
        assert chain_links(b'<feed><link rel="next-archive" href="' + bad + b'"/>') == {}


def test_addresses_are_those_the_markup_means() -> None:
    """An ampersand is one character."""
    assert chain_links(b'<channel><atom:link rel="prev-archive" href="https://x.example/?a&amp;b"/>') == {
        "prev-archive": "https://x.example/?a&b"
    }
