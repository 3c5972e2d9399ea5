"""Addresses: ours are absolute, those of publishers are let through only if harmless."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.publish import links
from tests.publish.press import SITE


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "mailto:a@b.example",
        "//evil.example/",
        "/relative",
        "https:evil.example",
        "https://",
        "https://user:pass@evil.example/",
        "https://bank.example\\@evil.example/",
        "https://exa mple.example/",
        'https://a.example"onmouseover="x',
        "https://a.example/\nhttps://b.example/",
        "https://a.example/" + "x" * 3_000,
        "",
        None,
    ],
)
def test_refused(url: str | None) -> None:
    """R-11: only absolute web addresses become links; scripts, credentials and line breaks never do."""
    assert links.web(url) is None


@pytest.mark.parametrize(
    ("url", "published"),
    [
        ("https://a.example/b?c=d&e=%20#f", "https://a.example/b?c=d&e=%20#f"),
        ("HTTP://A.example", "http://A.example"),
        (" https://a.example/x y ", "https://a.example/x%20y"),
        ("https://a.example/<b>\"'", "https://a.example/%3Cb%3E%22'"),
        ("https://a.example/llyfrgell-ŵ", "https://a.example/llyfrgell-%C5%B5"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("https://bücher.example:8080/", "https://bücher.example:8080/"),
    ],
)
def test_let_through(url: str, published: str) -> None:
    """R-20: addresses stay what they are, with what RFC 3986 does not allow percent-encoded."""
    assert links.web(url) == published
    assert links.web(published) == published


@given(st.text(max_size=60), st.sampled_from(["", "https://", "http://a.example", "https://a.example/"]))
@settings(max_examples=100, deadline=None)
def test_whatever_comes_out_is_harmless(text: str, start: str) -> None:
    """R-11: any text gives nothing, or an address of the web with a host and without white space or quotes."""
    address = links.web(start + text)
    if address is not None:
        assert urlsplit(address).scheme in ("http", "https")
        assert urlsplit(address).hostname
        assert "@" not in urlsplit(address).netloc
        assert not set(address) & set(' \t\r\n"<>\\')


def test_ours_are_made_from_the_site() -> None:
    """R-10: our addresses start with that of the site."""
    assert links.ours(SITE, "category/a b.atom") == "https://news.wharfe.example/category/a%20b.atom"
    assert links.local(SITE, "style.css") == "/style.css"
