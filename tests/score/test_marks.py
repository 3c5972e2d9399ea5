"""The judge is judged first: each sin gets its mark, and innocence none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.score.log import Reply, Seen
from tests.score.marks import bad_marks

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://paper.example/feed"
GAVE = Reply(status=200, headers={"etag": '"1"', "last-modified": "then"})
SAME = Reply(status=304)
PLAIN = {"user-agent": "x", "accept": "y", "accept-encoding": "z"}


def seen(hours: float, reply: Reply = GAVE, number: int = 0, **headers: str) -> Seen:
    """A request at this hour."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named |= {"a-im": "feed"} if "if-none-match" in named and "a-im" not in named else {}
    at = NOON + timedelta(hours=hours)
    return Seen(at=at, exchange=number or int(hours * 3600), asked_by=URL, url=URL, headers=PLAIN | named, reply=reply)


GOOD = seen(2, SAME, if_none_match='"1"', if_modified_since="then")


def test_innocence() -> None:
    """A first request, then conditional ones with what was given."""
    assert bad_marks([seen(0), GOOD, seen(26)]) == []


@pytest.mark.parametrize(
    ("mark", "second"),
    [
        ("made-up", seen(2, SAME, if_none_match='"2"')),
        ("made-up", seen(2, SAME, if_modified_since="yesterday")),
        ("gap", replace(GOOD, at=NOON + timedelta(minutes=59, seconds=59))),
        ("header", seen(2, SAME, if_none_match='"1"', cookie="a=1")),
        ("header", seen(2, SAME, if_none_match='"1"', referer="https://x.example/")),
        ("header", seen(2, SAME, if_none_match='"1"', accept="*/*")),
        ("header", seen(2, SAME, if_modified_since="then", a_im="feed")),
        ("header", seen(2, SAME, if_none_match='"1"', a_im="")),
        ("header", replace(GOOD, url=URL + "?nocache=1", headers=PLAIN)),
        ("spacing", replace(GOOD, url="https://www.paper.example/other", at=NOON + timedelta(seconds=9))),
    ],
)
def test_each_sin_gets_its_mark(mark: str, second: Seen) -> None:
    """H-07, H-08, H-29, H-62, H-66, H-70."""
    assert mark in {text.split(":")[0] for text in bad_marks([seen(0), second])}


def test_old_validators_are_out_of_sequence() -> None:
    """H-04: what was given before the latest document."""
    newer = Reply(status=200, headers={"etag": '"2"'})
    marks = bad_marks([seen(0), seen(2, newer, if_none_match='"1"'), seen(4, SAME, if_none_match='"1"')])
    assert [text.split(":")[0] for text in marks] == ["out-of-sequence"]


def test_two_unconditional_requests_in_a_day() -> None:
    """H-09: the first one after a validator was given is free, the second one is not."""
    marks = bad_marks([seen(0), seen(3), seen(20)])
    assert [text.split(":")[0] for text in marks] == ["unconditional"]


def test_retry_after_not_heeded() -> None:
    """H-48: 429 binds the host, 503 the address."""
    elsewhere = replace(GOOD, url="https://www.paper.example/other", headers=PLAIN)
    wait = {"retry-after": "86400"}
    first = seen(0, Reply(status=429, headers=wait))
    assert any(text.startswith("retry-after") for text in bad_marks([first, elsewhere]))
    first = seen(0, Reply(status=503, headers=wait))
    assert bad_marks([first, elsewhere]) == []
    assert any(text.startswith("retry-after") for text in bad_marks([first, replace(GOOD, headers=PLAIN)]))
