"""Content negotiation by the letter of RFC 9110."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.web.negotiate import choose_coding, wants_html

ALL = {"gzip", "br", "zstd"}


@pytest.mark.parametrize(
    ("accept", "available", "chosen"),
    [
        (None, ALL, "identity"),
        ("", ALL, "identity"),
        ("gzip", ALL, "gzip"),
        ("GZIP", ALL, "gzip"),
        ("x-gzip", ALL, "gzip"),
        ("gzip, br", ALL, "br"),
        ("gzip, deflate, br, zstd", ALL, "br"),
        ("gzip, zstd", ALL, "zstd"),
        ("gzip;q=1.0, br;q=0.5", ALL, "gzip"),
        ("gzip ; q=0.2 , br ; Q=0.1", ALL, "gzip"),
        ("br", {"gzip"}, "identity"),
        ("deflate", ALL, "identity"),
        ("gzip;q=0", ALL, "identity"),
        ("gzip;q=0, *", ALL, "br"),
        ("*", ALL, "br"),
        ("*;q=0", ALL, None),
        ("identity;q=0", ALL, None),
        ("identity;q=0, gzip", ALL, "gzip"),
        ("identity;q=0, gzip", set(), None),
        ("identity;q=0, *;q=0.5", ALL, "br"),
        ("identity, *;q=0", ALL, "identity"),
        ("gzip, *;q=0", ALL, "gzip"),
        ("gzip;q=0.5, identity", ALL, "identity"),
        ("gzip;q=0.5, identity;q=0.4", ALL, "gzip"),
        ("gzip;q=nonsense", ALL, "gzip"),
        ("gzip;q=0.001", ALL, "gzip"),
        (", ,gzip,,", ALL, "gzip"),
    ],
)
def test_coding_is_chosen(accept: str | None, available: set[str], chosen: str | None) -> None:
    """RFC 9110 12.5.3: weights, wildcard, refused identity; a client that lists none gets identity."""
    assert choose_coding(accept, available) == chosen


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.sets(st.sampled_from(sorted(ALL))))
def test_any_field_gets_an_available_coding(accept: str, available: set[str]) -> None:
    """Law: whatever a client sends, the coding chosen is there."""
    assert choose_coding(accept, available) in {*available, "identity", None}


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", True),
        ("*/*", False),
        (None, False),
        ("text/html;q=0, text/plain", False),
        ("application/atom+xml, text/html;q=0.1", True),
    ],
)
def test_browsers_are_told_apart(accept: str | None, html: bool) -> None:
    """Only a client that names HTML gets HTML."""
    assert wants_html(accept) is html
