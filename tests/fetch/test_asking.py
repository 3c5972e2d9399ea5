"""Which validators go out, and when a request without them is too much: H-08 to H-10."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from aggregator.fetch.asking import GIVES, offered, unconditional_until
from aggregator.fetch.meaning import interpret
from aggregator.fetch.memory import remember_failure, remember_success
from aggregator.fetch.policy import make_request
from aggregator.model import (
    AskMode,
    FailureKind,
    FeedState,
    Modified,
    NotModified,
    Response,
    Revalidation,
    Unreachable,
    Validators,
)
from tests.fetch.nouns import AGENT, NOW, URL, hops, response, source, state

KNOWN = Validators(url=URL, etag='W/"odd-gzip"', last_modified="Tue, 1 Jul 25 9:0 GMT")
BOTH = (("etag", '"a"'), ("last-modified", "x"))
DAY = timedelta(days=1)


def heard(before: FeedState, answer: Response) -> FeedState:
    """The state after a good answer."""
    meaning = interpret(answer, before, NOW)
    assert isinstance(meaning, Modified | NotModified)
    return remember_success(before, meaning, answer, NOW)


def asked(before: FeedState, *, status: int, body: bytes = b"<rss/>", given: tuple[tuple[str, str], ...] = BOTH):
    """One poll of a server that answers so."""
    sent = make_request(source(), before, AGENT).sent
    return heard(before, response(status, *given, body=body, sent=sent))


def test_requests_of_a_feed_differ_only_in_validators() -> None:
    """H-08: Accept, Accept-Encoding and the rest are the same in every mode."""
    plain = make_request(source(), state(), AGENT)
    for mode in AskMode:
        known = state(KNOWN, revalidation=Revalidation(mode=mode))
        assert make_request(source(), known, AGENT).headers == plain.headers


def test_each_mode_sends_what_it_says() -> None:
    """H-10, H-01: one, the other or both, exactly as received; a mode without its validator sends what there is."""
    sent = {mode: offered(state(KNOWN, revalidation=Revalidation(mode=mode))) for mode in AskMode}
    assert sent[AskMode.ETAG] == sent[AskMode.TRY_ETAG] == replace(KNOWN, last_modified=None)
    assert sent[AskMode.LM] == sent[AskMode.TRY_LM] == replace(KNOWN, etag=None)
    assert sent[AskMode.BOTH] == sent[AskMode.NO_304] == KNOWN
    only_date = replace(KNOWN, etag=None)
    assert offered(state(only_date, revalidation=Revalidation(mode=AskMode.ETAG))) == only_date


def test_a_server_that_never_says_304_is_tried_three_ways() -> None:
    """H-10: five equal bodies, then the ETag alone, then the date alone, then it is marked."""
    known, modes = asked(state(), status=200), []
    for _ in range(8):
        known = asked(known, status=200)
        modes.append(str(known.revalidation.mode))
    assert modes == ["both"] * 4 + ["try-etag", "try-lm", "no-304", "no-304"]


def test_the_mode_that_brings_304_is_kept() -> None:
    """H-10: a server that understands the date only, and one that understands the ETag only."""
    known = state(KNOWN, body_hash="0", revalidation=Revalidation(mode=AskMode.TRY_LM))
    assert asked(known, status=304).revalidation.mode is AskMode.LM
    known = state(KNOWN, body_hash="0", revalidation=Revalidation(mode=AskMode.TRY_ETAG))
    assert asked(known, status=304).revalidation.mode is AskMode.ETAG


def test_other_bytes_decide_nothing() -> None:
    """H-10: a changed document is a good reason for 200."""
    known = asked(state(), status=200)
    for number in range(20):
        known = asked(known, status=200, body=f"<rss n='{number}'/>".encode())
    assert known.revalidation.mode is AskMode.BOTH
    trial = replace(known, revalidation=Revalidation(mode=AskMode.TRY_ETAG))
    assert asked(trial, status=200, body=b"<rss new='1'/>").revalidation.mode is AskMode.TRY_ETAG


def test_a_server_with_one_validator_is_marked_after_five() -> None:
    """H-10: nothing else can be tried."""
    one = (("etag", '"a"'),)
    known = asked(state(), status=200, given=one)
    for _ in range(5):
        known = asked(known, status=200, given=one)
    assert known.revalidation.mode is AskMode.NO_304
    assert asked(known, status=304).revalidation.mode is AskMode.BOTH


def test_one_unconditional_request_a_day() -> None:
    """H-09: a server that takes its validators away is asked without them once, then a day passes."""
    known = asked(asked(state(), status=200), status=200, given=(), body=b"<rss a='1'/>")
    assert known.validators is None
    assert unconditional_until(known, NOW) is None
    spent = asked(known, status=200, given=(), body=b"<rss a='2'/>")
    assert unconditional_until(spent, NOW) == spent.unconditional_at + DAY
    assert unconditional_until(spent, NOW + DAY) is None


def test_a_server_without_validators_is_no_debtor() -> None:
    """H-09 speaks of servers that give validators; H-11 of the others."""
    known = asked(asked(state(), status=200, given=()), status=200, given=())
    assert known.unconditional_at is None
    assert unconditional_until(known, NOW) is None
    long_ago = replace(known, unconditional_at=NOW, revalidation=Revalidation(given_at=NOW - GIVES - DAY))
    assert unconditional_until(long_ago, NOW) is None


def test_a_clock_set_back_costs_a_day_at_most() -> None:
    """H-09: an unconditional request in the future counts as one of now."""
    known = state(unconditional_at=NOW + 900 * DAY, revalidation=Revalidation(given_at=NOW))
    assert unconditional_until(known, NOW) == NOW + DAY


def test_an_unusable_body_with_a_validator_counts() -> None:
    """H-09, H-06: a page that is no feed leaves no validator, but its server has given one."""
    page = response(200, *BOTH, body=b"<html>")
    after = remember_failure(state(), page)
    assert after.validators is None
    assert after.revalidation.given_at == page.finished_at


def test_what_reached_nobody_spends_nothing() -> None:
    """H-09: a name that is not found was no request; a time-out was one."""
    for kind, spent in ((FailureKind.DNS, False), (FailureKind.TIMEOUT, True)):
        lost = Unreachable(url=URL, kind=kind, detail="", started_at=NOW, finished_at=NOW)
        assert (remember_failure(state(KNOWN), lost).unconditional_at is not None) is spent


def test_a_redirect_to_another_address_spends() -> None:
    """H-03, H-09: the validators of one address are not those of another."""
    answer = response(200, *BOTH, url=URL + "/b", hops=hops((302, URL + "/b")))
    assert heard(state(KNOWN), answer).unconditional_at == answer.started_at
