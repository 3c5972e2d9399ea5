"""When a client has the representation already."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.web.conditional import http_date, is_known

TAG, CHANGED = '"abc"', datetime(2026, 11, 3, 10, 0, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "known"),
    [
        (['"abc"'], True),
        (['W/"abc"'], True),
        (["*"], True),
        (['"x", W/"abc" ,"y"'], True),
        (['"x"', '"abc"'], True),
        (['"a,b", "abc"'], True),
        (['"abcd"'], False),
        (['"ABC"'], False),
        (["abc"], False),
        (['"x", *'], False),
        ([""], False),
        (['"abc-gzip"'], False),
    ],
)
def test_tags_are_compared_weakly(field: list[str], known: bool) -> None:
    """R-40, RFC 9110 13.1.2: weak comparison, lists over several fields, and the star alone."""
    assert is_known(TAG, CHANGED, field, []) is known


@pytest.mark.parametrize(
    ("since", "known"),
    [
        (["Tue, 03 Nov 2026 10:00:00 GMT"], True),
        (["Tue, 03 Nov 2026 09:59:59 GMT"], False),
        (["Wed, 04 Nov 2026 00:00:00 GMT"], True),
        (["Tuesday, 03-Nov-26 10:00:00 GMT"], True),
        (["Tue Nov  3 10:00:00 2026"], True),
        (["Tue, 03 Nov 2026 10:00:00 +0000"], False),
        (["2026-11-03T10:00:00Z"], False),
        (["Tue, 33 Nov 2026 10:00:00 GMT"], False),
        (["Tue, 03 Nov 2026 10:00:00 GMT", "Tue, 03 Nov 2026 10:00:00 GMT"], False),
        ([], False),
    ],
)
def test_dates_count_to_the_second(since: list[str], known: bool) -> None:
    """R-40, RFC 9110 13.1.3: a valid HTTP-date not before the change; anything else is ignored."""
    assert is_known(TAG, CHANGED, [], since) is known


def test_date_is_ignored_beside_a_tag() -> None:
    """R-40: If-Modified-Since is ignored when If-None-Match is present."""
    assert not is_known(TAG, CHANGED, ['"old"'], ["Wed, 04 Nov 2099 00:00:00 GMT"])


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(st.text(max_size=40), st.from_regex(r"\A[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\Z"))
)
def test_any_text_is_a_date_or_none(text: str) -> None:
    """Law: hostile dates raise nothing."""
    found = http_date(text)
    assert found is None or found.tzinfo is UTC
