"""The politeness ledger: what a server owner would count (H-73)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aggregator.model import FeedId, PollTrace, Score
from aggregator.pipeline.politeness import feed_scores, host_scores

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIRST = PollTrace(
    feed_id=FeedId("knowsmere"),
    host="knowsmere.example",
    started_at=NOON,
    final_url="https://knowsmere.example/feed",
    outcome="modified",
    http_status=200,
    sent="none",
    asked=None,
    given="e1/d1",
    flaws="",
    wire_bytes=100,
    hops=0,
)
SAME = replace(FIRST, outcome="not-modified", http_status=304, sent="both", asked="e1/d1", given=None, wire_bytes=0)


def after(hours: float, trace: PollTrace, **changes: object) -> PollTrace:
    """The same, so many hours later."""
    return replace(trace, started_at=NOON + timedelta(hours=hours), **changes)  # type: ignore[arg-type]


def only(*traces: PollTrace) -> Score:
    """The score of the one host."""
    (score,) = host_scores(traces)
    return score


def test_a_well_behaved_host_has_no_marks() -> None:
    """The first request is free; a 304 keeps the validators, and those it carries replace them (H-05)."""
    score = only(FIRST, after(2, SAME), after(4, SAME, given="e2/-"), after(7, SAME, asked="e2/d1"))
    assert (score.requests, score.good, score.unchanged, score.unconditional, score.bad_marks) == (4, 3, 3, 0, 0)
    assert score.shortest_gap == timedelta(hours=2)


def test_validators_are_judged_by_what_was_given() -> None:
    """H-01, H-04, H-07: given last, given earlier, given never; one of two is as good as both."""
    newer = after(2, FIRST, asked="e1/d1", sent="both", given="e2/d2")
    score = only(FIRST, newer, after(4, SAME, asked="e2/-"), after(6, SAME), after(8, SAME, asked="-/d9"))
    assert (score.good, score.out_of_sequence, score.made_up, score.bad_marks) == (2, 1, 1, 2)


def test_what_was_given_before_the_span_is_believed_once() -> None:
    """The ledger begins in the middle of a life: the first validators it sees are taken for good."""
    assert only(SAME, after(2, SAME), after(4, SAME, asked="e0/-")).made_up == 1


def test_unusable_answers_change_nothing() -> None:
    """H-06: the validators of a page that was no feed are not those to send."""
    page = after(2, FIRST, outcome="failed", asked="e1/d1", sent="both", given="page/-")
    assert only(FIRST, page, after(4, SAME)).bad_marks == 0


def test_one_unconditional_request_a_day_is_free() -> None:
    """H-09: the second one within a day is a mark; servers that give nothing have nothing to complain of."""
    assert only(FIRST, after(3, FIRST), after(28, FIRST)).over_budget == 0
    score = only(FIRST, after(3, FIRST), after(9, FIRST))
    assert (score.unconditional, score.over_budget) == (2, 1)
    assert score.unconditional_share == 2 / 3
    bare = replace(FIRST, given=None)
    assert only(bare, after(3, bare), after(6, bare)).unconditional == 0


def test_redirects_flaws_and_polls_put_off_are_counted() -> None:
    """H-62, H-70: each where it belongs; a poll put off is no request."""
    score = only(
        FIRST,
        after(2, SAME, hops=2, flaws="cookie,referer"),
        after(3, SAME, outcome="skipped", http_status=None),
        after(3.5, SAME, feed_id=FeedId("other"), final_url="https://knowsmere.example/other"),
    )
    assert (score.feeds, score.requests, score.put_off, score.cookies, score.referers) == (2, 5, 1, 1, 1)
    assert score.shortest_gap == timedelta(hours=2)
    assert score.shortest_spacing == timedelta(hours=1.5)
    assert score.bad_marks == 2


def test_hosts_are_listed_by_name() -> None:
    """One score a host."""
    far = after(1, FIRST, host="ashmere.example", feed_id=FeedId("ashmere"))
    assert [score.name for score in host_scores([FIRST, far])] == ["ashmere.example", "knowsmere.example"]


def test_a_feed_has_a_score_of_its_own() -> None:
    """H-73: two feeds of one host are told apart, the requests of each in their own order."""
    other = after(1, FIRST, feed_id=FeedId("other"), final_url="https://knowsmere.example/other")
    scores = feed_scores([FIRST, other, after(2, SAME), after(3, SAME, asked="e9/-")])
    assert [(score.name, score.requests, score.good, score.made_up) for score in scores] == [
        ("knowsmere", 3, 1, 1),
        ("other", 1, 0, 0),
    ]


def test_a_request_before_its_time_is_a_mark() -> None:
    """H-29: 59 min 59 s after the last one, unless planned so because the server itself declares a shorter life, or
    owned by the operator."""
    planned, early = replace(FIRST, planned=NOON + timedelta(hours=3)), timedelta(minutes=59, seconds=59) / HOUR
    assert (only(planned, after(early, SAME)).hurried, only(planned, after(1, SAME)).hurried) == (1, 0)
    brisk = replace(FIRST, planned=NOON + timedelta(minutes=15))
    assert only(brisk, after(0.25, SAME)).bad_marks == 0
    own = replace(FIRST, own=True, planned=planned.planned)
    assert only(own, after(0.1, replace(SAME, own=True))).bad_marks == 0
    put_off = after(0.2, SAME, outcome="skipped", planned=NOON + timedelta(hours=8))
    assert only(brisk, put_off, after(0.4, SAME)).bad_marks == 1, "a poll put off is planned anew"


def test_two_requests_within_ten_seconds_are_a_burst() -> None:
    """H-70: from start to start, whichever feeds they are for; a second is allowed for starting."""
    other = replace(SAME, feed_id=FeedId("other"), final_url="https://knowsmere.example/other")
    assert only(FIRST, after(8 / 3600, other)).bursts == 1
    assert only(FIRST, after(9.5 / 3600, other)).bad_marks == 0
    assert only(replace(FIRST, own=True), after(0, replace(other, own=True))).bad_marks == 0
