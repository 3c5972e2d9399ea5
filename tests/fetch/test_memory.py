"""What a state remembers: H-04, H-06, H-09, H-40, H-45."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from aggregator.fetch.meaning import interpret
from aggregator.fetch.memory import remember_failure, remember_success
from aggregator.model import (
    AskMode,
    Exchange,
    FailureKind,
    FeedState,
    Modified,
    NotModified,
    Redirect,
    Revalidation,
    Unreachable,
    Validators,
)
from tests.fetch.nouns import NOW, URL, hops, response, state

OLD = Validators(url=URL, etag='"old"', last_modified="x")
MOVED = "https://news.ainsbeck.example/feed"
LOST = Unreachable(url=URL, kind=FailureKind.DNS, detail="no such name", started_at=NOW, finished_at=NOW)


def succeed(before: FeedState, exchange: Exchange) -> FeedState:
    """The state after an exchange that went well."""
    meaning = interpret(exchange, before, NOW)
    assert isinstance(meaning, Modified | NotModified)
    return remember_success(before, meaning, exchange, NOW)


def test_a_good_body_moves_validators_and_hash() -> None:
    """H-04: both are overwritten, the absent one cleared; a success ends the failures."""
    exchange = response(200, ("etag", '"new"'), body=b"<rss/>", sent="both")
    after = succeed(state(OLD, failures=4, polls=7, body_hash="0"), exchange)
    assert after.validators == Validators(url=URL, etag='"new"')
    assert after.body_hash is not None
    assert len(after.body_hash) == 64
    assert (after.failures, after.polls, after.http_status) == (0, 8, 200)
    assert (after.last_poll_at, after.last_success_at) == (exchange.started_at, NOW)


def test_the_same_body_still_moves_validators() -> None:
    """H-04, H-13: an equal hash does not skip the headers."""
    first = succeed(state(OLD), response(200, ("etag", '"1"'), sent="both"))
    second = succeed(first, response(200, ("etag", '"2"'), sent="both"))
    assert second.body_hash == first.body_hash
    assert second.validators == Validators(url=URL, etag='"2"')


def test_a_304_keeps_the_hash_and_refreshes_validators() -> None:
    """H-05: nothing was read, so the hash stays."""
    after = succeed(state(OLD, body_hash="abc"), response(304, ("etag", '"new"'), body=b"", sent="both"))
    assert (after.body_hash, after.http_status) == ("abc", 304)
    assert after.validators == replace(OLD, etag='"new"')


def test_a_failure_leaves_the_last_good_body_in_place() -> None:
    """H-06: a body that was not read well never moves validators or hash, even if it came with new ones."""
    before = state(OLD, body_hash="abc", failures=1, polls=5, last_success_at=NOW - timedelta(days=2))
    exchange = response(200, ("etag", '"bad"'), sent="both")
    after = remember_failure(before, exchange)
    assert (after.validators, after.body_hash) == (OLD, "abc")
    assert (after.failures, after.polls, after.http_status) == (2, 6, 200)
    assert after.last_success_at == before.last_success_at
    assert after.last_poll_at == exchange.started_at


def test_the_same_permanent_target_counts_up() -> None:
    """H-40: target, first sight and count; the count is of sightings in a row."""
    exchange = response(200, url=MOVED, hops=hops((301, MOVED)))
    first = succeed(state(), exchange)
    assert first.redirect == Redirect(target=MOVED, first_seen=NOW, count=1)
    later = NOW + timedelta(days=8)
    meaning = interpret(exchange, first, later)
    assert isinstance(meaning, Modified)
    second = remember_success(first, meaning, exchange, later)
    assert second.redirect == Redirect(target=MOVED, first_seen=NOW, count=2)


def test_another_target_begins_anew_and_none_ends_it() -> None:
    """H-40: only consecutive sightings of one target are evidence."""
    before = state(redirect=Redirect(target="https://else.example/", first_seen=NOW - timedelta(days=9), count=5))
    assert succeed(before, response(200, hops=hops((308, MOVED)))).redirect == Redirect(
        target=MOVED, first_seen=NOW, count=1
    )
    assert succeed(before, response(200)).redirect is None
    assert succeed(before, response(200, hops=hops((302, MOVED)))).redirect is None


def test_a_failure_keeps_a_redirect_under_observation() -> None:
    """H-41: the old address failing later is itself a reason to move."""
    redirect = Redirect(target=MOVED, first_seen=NOW, count=2)
    after = remember_failure(state(redirect=redirect), LOST)
    assert after.redirect == redirect
    assert after.http_status is None


def test_a_request_without_validators_is_noted_once_there_are_any() -> None:
    """H-09: evidence for the budget of one unconditional GET a day."""
    asked = response(200, ("etag", '"n"'), sent="none")
    assert succeed(state(), asked).unconditional_at is None
    assert succeed(state(OLD), asked).unconditional_at == asked.started_at
    earlier = NOW - timedelta(days=3)
    assert succeed(state(OLD, unconditional_at=earlier), replace(asked, sent="etag")).unconditional_at == earlier
    failed = remember_failure(state(OLD), response(500, sent="none"))
    assert failed.unconditional_at is not None
    assert remember_failure(state(OLD), LOST).unconditional_at is None


def test_a_delta_moves_the_etag_and_nothing_about_the_whole() -> None:
    """H-66: the hash, the size and the validator mode are those of whole documents; the ETag is the new one."""
    before = state(OLD, body_hash="0" * 64, revalidation=Revalidation(mode=AskMode.TRY_ETAG, wire_bytes=9_000, same=1))
    after = succeed(before, response(226, ("im", "feed"), ("etag", '"new"'), body=b"<rss/>", sent="etag"))
    assert after.validators == Validators(url=URL, etag='"new"')
    assert (after.body_hash, after.revalidation.wire_bytes) == ("0" * 64, 9_000)
    assert after.revalidation.mode is AskMode.ETAG, "a server that knows the ETag understands the question"
