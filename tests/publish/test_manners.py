"""The page on which publishers check us: H-73."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model import Score
from aggregator.publish.manners import render_manners
from tests.publish.press import press

UNTIL = datetime(2026, 6, 8, tzinfo=UTC)
WEEK = timedelta(days=7)
SCORE = Score(
    name="otterby.gov.uk",
    feeds=2,
    requests=90,
    unchanged=80,
    unconditional=1,
    over_budget=0,
    good=89,
    out_of_sequence=0,
    made_up=0,
    cookies=0,
    referers=0,
    put_off=3,
    wire_bytes=12_345,
    shortest_gap=timedelta(minutes=59, seconds=59),
    shortest_spacing=timedelta(seconds=11),
)


def page(*scores: Score) -> str:
    """The page as text."""
    made, _ = render_manners(scores, UNTIL - WEEK, UNTIL, press())
    assert made.path == "politeness.html"
    return made.body.decode()


def about(*scores: Score) -> str:
    """The other page, as text."""
    _, made = render_manners(scores, UNTIL - WEEK, UNTIL, press())
    assert made.path == "about-our-bot.html"
    return made.body.decode()


def test_one_line_a_host() -> None:
    """What the owner would count, and from when to when."""
    text = page(SCORE, replace(SCORE, name="idle.example", requests=0))
    for part in (
        "otterby.gov.uk",
        "<td>90</td>",
        "<td>80</td>",
        "<td>1</td>",
        "<td>0</td>",
        "2026-06-01 to 2026-06-07",
    ):
        assert part in text
    assert "idle.example" not in text


@pytest.mark.parametrize(
    ("gap", "words"),
    [(timedelta(minutes=59, seconds=59), "59 min"), (timedelta(hours=1), "1 h 00 min"), (None, "–")],
)
def test_gaps_are_rounded_down(gap: timedelta | None, words: str) -> None:
    """H-29: 59 min 59 s is not an hour."""
    assert f"<td>{words}</td>" in page(replace(SCORE, shortest_gap=gap))


def test_hostile_names_stay_text() -> None:
    """A host name comes from the configuration of feeds and their redirects."""
    assert "<script>" not in page(replace(SCORE, name="<script>x</script>"))


def test_the_page_about_our_bot_sums_it_up() -> None:
    """H-73: whoever follows the address in our User-Agent reads how we behaved, and finds the ledger."""
    text = about(SCORE, replace(SCORE, name="b.example", requests=10, unchanged=5), replace(SCORE, requests=0))
    for part in (
        "From 2026-06-01 to 2026-06-07 (UTC)",
        "100 requests to 2 hosts",
        "85 % were answered",
        "no bad mark.",
        'politeness.html"',
    ):
        assert part in text, part
    assert "1 request to 1 host; 100 % were answered “not modified”; 3 bad marks." in about(
        replace(SCORE, requests=1, unchanged=1, hurried=1, bursts=2)
    )
    assert "we made no request." in about()


def test_the_first_day_is_no_week_without_requests() -> None:
    """H-73: whoever finds us in the log of today is not told that we made no request."""
    for made in render_manners((), UNTIL - WEEK, UNTIL, press(), UNTIL + timedelta(hours=9)):
        assert b"Our first requests are of 2026-06-08; the ledger begins when that day" in made.body
        assert b"no request" not in made.body.lower()


def test_no_request_is_said_so() -> None:
    """An empty table would look broken."""
    assert "No request was made" in page()
