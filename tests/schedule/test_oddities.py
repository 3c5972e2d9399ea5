"""Hints that make no sense are decided and told: what they count as stands in the row of the poll."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Hints
from aggregator.schedule.oddities import odd_headers, odd_hints
from tests.schedule.nouns import NOW

NAMES = ("cache-control", "expires", "age", "date")
DATE = ("date", "Mon, 01 Jun 2026 09:30:00 GMT")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (("age", "-5"), "Age “-5” is no number of seconds: counts as none"),
        (("age", "banana"), "Age “banana” is no number of seconds: counts as none"),
        (("cache-control", "max-age=-1"), "max-age “-1” is no number of seconds: counts as none"),
        (("cache-control", "max-age=60, max-age=90"), "max-age contradicts itself (60, 90): counts as none"),
        (("cache-control", "max-age=3153600000"), "max-age of 36,500 days: counts as a week"),
        (("expires", "tomorrow"), "Expires “tomorrow” is no date: counts as none"),
        (("expires", "Thu, 01 Jan 3999 00:00:00 GMT"), "Expires lies 720,471 days ahead: counts as a week"),
        (("date", "Tue, 01 Jun 2027 09:30:00 GMT"), "Date “2027-06-01 09:30 UTC” cannot be when the answer was made"),
        (("date", "Fri, 01 Jun 1126 09:30:00 GMT"), "Date “1126-06-01 09:30 UTC” cannot be when the answer was made"),
        (("expires", "a\x1b[31m"), "Expires “a�[31m” is no date: counts as none"),
    ],
)
def test_each_oddity_is_told_with_what_it_counts_as(header: tuple[str, str], words: str) -> None:
    """H-21, H-22: negative ages, contradictions, dates centuries off."""
    assert list(odd_headers((header,), NOW)) == [words]


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("cache-control", "max-age=3600, public"), ("age", "0"), DATE),
        (("cache-control", "no-store"), ("expires", "0"), DATE),
        (("expires", "-1"),),
        (("cache-control", "max-age=31536000"), ("date", "Mon, 01 Jun 2026 02:30:00 GMT"), ("age", "25200")),
    ],
)
def test_usual_answers_are_not_odd(headers: tuple[tuple[str, str], ...]) -> None:
    """H-23: no cache, ``Expires: 0``, a year of freshness and an answer out of a cache are everyday."""
    assert list(odd_headers(headers, NOW)) == []


def test_hints_of_the_document() -> None:
    """H-25, H-26: an absurd ttl, and lists that leave nothing open or name nothing."""
    assert list(odd_hints(Hints(ttl=99_999))) == ["ttl 99999 is not between 1 and 10080 minutes: left out"]
    (words,) = odd_hints(Hints(skip_hours=tuple(range(24))))
    assert words.startswith("skipHours and skipDays leave no hour")
    assert list(odd_hints(Hints(ttl=60, skip_hours=(1, 2), skip_days=("Sunday",)))) == []


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=80)), max_size=6),
    st.integers(-(10**7), 10**7),
)
def test_nothing_from_outside_stops_the_telling(headers: list[tuple[str, str]], hours: int) -> None:
    """Whatever headers and clocks say: words, all printable, no exception."""
    told = list(odd_headers(tuple(headers), NOW + timedelta(hours=hours)))
    assert all(text.isprintable() and len(text) < 300 for text in told)
