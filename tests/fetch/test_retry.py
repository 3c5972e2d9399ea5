"""Retry-After and HTTP dates (H-48)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.fetch.retry import http_date, odd_retry, retry_at
from tests.fetch.nouns import NOW


@pytest.mark.parametrize(
    "text", ["Wed, 06 Aug 2025 08:49:37 GMT", "Wednesday, 06-Aug-25 08:49:37 GMT", "Wed Aug  6 08:49:37 2025"]
)
def test_all_three_forms_of_a_date(text: str) -> None:
    """H-48: IMF-fixdate, RFC 850 and asctime give the same instant."""
    assert http_date(text, NOW) == datetime(2025, 8, 6, 8, 49, 37, tzinfo=UTC)


@pytest.mark.parametrize(("year", "full"), [("74", 2074), ("75", 2075), ("76", 1976), ("99", 1999)])
def test_two_digits_mean_at_most_fifty_years_ahead(year: str, full: int) -> None:
    """RFC 9110 5.6.7: a year that seems more than 50 years ahead is in the past."""
    instant = http_date(f"Monday, 06-Nov-{year} 08:49:37 GMT", NOW)
    assert instant is not None
    assert instant.year == full


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2025-08-06T08:49:37Z", "Wed, 31 Feb 2025 08:49:37 GMT", "Wed, 06 Aug 2025 25:49:37 GMT",
     "Wed, 06 Xyz 2025 08:49:37 GMT", "Wed, 06 Aug 2025 08:49:37 PST", "Wed, 06 Aug 0000 08:49:37 GMT"],
)  # fmt: skip
def test_other_texts_are_no_dates(text: str) -> None:
    """H-48: what cannot be read is left alone, never an exception."""
    assert http_date(text, NOW) is None
    assert retry_at(text, NOW) is None


def test_a_leap_second_is_the_next_second() -> None:
    """RFC 9110 5.6.7: second 60 is allowed."""
    assert http_date("Sat, 31 Dec 2016 23:59:60 GMT", NOW) == datetime(2017, 1, 1, tzinfo=UTC)


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 31 * 86_400))
def test_waits_below_31_days_are_never_clipped(seconds: int) -> None:
    """H-48: delta seconds and dates alike."""
    there = NOW + timedelta(seconds=seconds)
    assert retry_at(str(seconds), NOW) == there
    assert retry_at(format_datetime(there, usegmt=True), NOW) == there


@pytest.mark.parametrize("value", ["99999999999999999999999", "2678401", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_longer_waits_count_as_31_days(value: str) -> None:
    """H-48: nobody can lock us out for ever by a number."""
    assert retry_at(value, NOW) == NOW + timedelta(days=31)


@pytest.mark.parametrize("value", [None, "0", "-5", "١٢", "1.5", "Wed, 06 Aug 2014 08:49:37 GMT"])
def test_no_wait(value: str | None) -> None:
    """H-48: absent, zero, negative, malformed and past values ask for nothing."""
    assert retry_at(value, NOW) is None


@settings(deadline=None, max_examples=100)
@given(st.text())
def test_no_text_raises(value: str) -> None:
    """H-48: the header is a stranger's text."""
    instant = retry_at(value, NOW)
    assert instant is None or NOW < instant <= NOW + timedelta(days=31)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("banana", "Retry-After “banana” is no date and no number of seconds: our own pause holds"),
        ("-60", "Retry-After “-60” is no date and no number of seconds: our own pause holds"),
        ("1.5", "Retry-After “1.5” is no date and no number of seconds: our own pause holds"),
        ("Wed, 06 Aug 1997 08:49:37 GMT", "Retry-After “Wed, 06 Aug 1997 08:49:37 GMT” is over: our own pause holds"),
        ("Sun, 06 Aug 2999 08:49:37 GMT", "Retry-After “Sun, 06 Aug 2999 08:49:37 GMT”: counts as 31 days"),
        ("99999999999999999", "Retry-After “99999999999999999”: counts as 31 days"),
        ("3600", None),
        ("0", None),
    ],
)
def test_what_is_odd_about_it_is_told(value: str, words: str | None) -> None:
    """H-48: a recorded decision each time."""
    assert odd_retry(value, NOW) == words


@given(st.text(max_size=200))
def test_telling_never_fails(value: str) -> None:
    """H-48: it is a stranger's text."""
    words = odd_retry(value, NOW)
    assert words is None or words.isprintable()
