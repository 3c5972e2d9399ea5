"""The list of daily heads that witnesses keep copies of."""

from __future__ import annotations

from itertools import pairwise

import pytest

from aggregator.model import DayHead
from aggregator.proving import read_head
from aggregator.publish.heads import render_heads
from tests.publish.press import NOON

HEADS = tuple(DayHead(day=f"2026-07-{day:02}", seq=day * 10, hash=f"{day:064x}") for day in range(1, 20))


def test_the_list_only_grows() -> None:
    """Each list of an archive is the beginning of every later one, byte for byte."""
    bodies = [render_heads(HEADS[:count], NOON).body for count in range(len(HEADS))]
    assert all(later.startswith(earlier) for earlier, later in pairwise(bodies))


def test_lines_are_read_back() -> None:
    """What is published can be read by programs; the words around it are no lines."""
    lines = render_heads(HEADS, NOON).body.decode().splitlines()
    found = [head for line in lines if (head := read_head(line))]
    assert found == [(head.day, head.seq, head.hash) for head in HEADS]


@pytest.mark.parametrize(
    "line",
    ["", "# 2026-07-01 10", "2026-07-01 10", f"2026-07-01 x {'a' * 64}", f"2026-07-01 10 {'A' * 64}", f"1 {'a' * 64}"],
)
def test_what_is_no_head(line: str) -> None:
    """A witness's file may hold anything."""
    assert read_head(line) is None
