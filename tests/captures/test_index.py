"""The order of the index, as web archive tools expect it."""

from __future__ import annotations

import pytest

from aggregator.captures.index import line_end, sort_key


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Knowsley.gov.uk/Feed/?a=B", "uk,gov,knowsley)/feed/?a=b"),
        ("http://news.example:8080", "example,news:8080)/"),
        ("http://127.0.0.1:80/feed", "127.0.0.1)/feed"),
        ("http://[::1]/feed", "::1)/feed"),
        ("http://[broken/feed", "http://[broken/feed"),
        ("file:a.xml", ")a.xml"),
    ],
)
def test_addresses_sort_from_the_right(url: str, key: str) -> None:
    """Host turned round without www, usual port left out, all in small letters; nothing makes it fail."""
    assert sort_key(url) == key


@pytest.mark.parametrize(
    "line", ["", "a", "a b c", "a b {}", 'a b {"offset": "1"}', 'a b {"offset": "x", "length": 1}']
)
def test_a_broken_line_is_none(line: str) -> None:
    """The index may be cut anywhere."""
    assert line_end(line) is None
