"""The order of the index, as web archive tools expect it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aggregator.captures.index import index_line, line_end, sort_key, whole_lines
from aggregator.model import CaptureKind, Place


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


def test_only_lines_of_whole_records_are_copied() -> None:
    """A backup of a growing file takes its first bytes: no line of the index may lead beyond them."""
    lines = [
        index_line(
            "https://a.example/", datetime(2026, 6, 1, tzinfo=UTC), CaptureKind.WHOLE, "text/xml", 200, "d" * 64, place
        )
        for place in (Place(file="f", offset=at, length=100) for at in (0, 100, 200))
    ]
    index = "".join(lines).encode()
    assert whole_lines(index, 300) == index
    assert whole_lines(index, 299) == whole_lines(index, 200) == "".join(lines[:2]).encode()
    assert whole_lines(index[:-5], 300) == "".join(lines[:2]).encode(), "a line just being written"
