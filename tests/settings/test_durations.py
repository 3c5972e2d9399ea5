"""Durations and sizes as people write them."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.settings.durations import read_duration, read_size, write_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("15m", 900), ("1h30m", 5400), ("10s", 10), ("7d", 604_800), ("2w", 1_209_600), ("0s", 0), ("90m", 5400)],
)
def test_durations(text: str, seconds: int) -> None:
    """Interfaces: durations are strings such as 15m and 1h30m."""
    assert read_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "15", "m", "1m1h", "-5m", "1.5h", " 5m", "5m ", "5M", "١m", "5 m", "1h1h", "999999999w", "5m\n"]
)
def test_other_texts_are_refused(text: str) -> None:
    """What is not plainly a duration is refused, not guessed."""
    with pytest.raises(ValueError):
        read_duration(text)


@settings(max_examples=100, deadline=None)
@given(st.integers(min_value=0, max_value=10**9))
def test_duration_round_trip(seconds: int) -> None:
    """Law: reading what was written gives the same duration."""
    duration = timedelta(seconds=seconds)
    assert read_duration(write_duration(duration)) == duration


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=12))
def test_any_text_is_a_duration_or_a_value_error(text: str) -> None:
    """Law: no text raises anything but ValueError, and none is negative."""
    with contextlib.suppress(ValueError):
        assert read_duration(text) >= timedelta()


@pytest.mark.parametrize(
    ("text", "size"), [("10MB", 10_000_000), ("512KB", 512_000), ("1 GB", 10**9), ("1MiB", 1 << 20), ("7b", 7)]
)
def test_sizes(text: str, size: int) -> None:
    """KB counts 1000, KiB 1024."""
    assert read_size(text) == size


@pytest.mark.parametrize("text", ["", "10", "MB", "-1MB", "1.5MB", "10 megs", "1TB", "1MB\n"])
def test_other_sizes_are_refused(text: str) -> None:
    """A number without unit is refused."""
    with pytest.raises(ValueError):
        read_size(text)
