"""What answers mean: H-01, H-04, H-05, H-42, H-43, H-45, H-47, H-48, H-51, H-52."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest

from aggregator.fetch.meaning import interpret, moved_to
from aggregator.model import (
    Blocked,
    Failed,
    FailureKind,
    Gone,
    Meaning,
    Modified,
    NotModified,
    Response,
    Unreachable,
    Validators,
)
from tests.fetch.nouns import NOW, URL, hops, response, state

OLD = Validators(url=URL, etag='"old"', last_modified="Mon, 30 Jun 2025 09:00:00 GMT")
CHALLENGE = (
    b"<!DOCTYPE html><html><head><title>Just a moment...</title></head>"
    b"<body><script>window._cf_chl_opt={cType:'managed'}</script></body></html>"
)
PAGE = (
    b"<!DOCTYPE html><html><title>Ainsbeck Council</title><p>Just a moment of your time: our captcha has gone.</p>"
    b"<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script></html>"
)


def meant(answer: Response | Unreachable, validators: Validators | None = OLD) -> Meaning:
    """The meaning for a feed with these validators."""
    return interpret(answer, state(validators), NOW)


def test_a_body_is_modified_with_all_that_reading_needs() -> None:
    """H-04: the new validators replace the old ones, letter for letter; H-13: the body has a hash."""
    headers = (("etag", "W/abc'-gzip"), ("content-type", "text/xml"), ("last-modified", "whenever"))
    more = (("content-language", "cy"), ("content-location", "/feed.cy"))
    assert meant(response(200, *headers, *more, body=b"<rss/>")) == Modified(
        url=URL,
        body=b"<rss/>",
        body_hash=sha256(b"<rss/>").hexdigest(),
        content_type="text/xml",
        content_language="cy",
        content_location="/feed.cy",
        validators=Validators(url=URL, etag="W/abc'-gzip", last_modified="whenever"),
    )


@pytest.mark.parametrize(
    ("headers", "left"),
    [
        ((("etag", '"new"'),), Validators(url=URL, etag='"new"')),
        ((("last-modified", "x"),), Validators(url=URL, last_modified="x")),
        ((("etag", ""),), None),
        ((), None),
    ],
)
def test_an_absent_validator_is_cleared(headers: tuple[tuple[str, str], ...], left: Validators | None) -> None:
    """H-04: a header that is now absent is cleared."""
    meaning = meant(response(200, *headers))
    assert isinstance(meaning, Modified)
    assert meaning.validators == left


def test_validators_belong_to_the_final_address() -> None:
    """H-03: the URL that produced them, not the one asked first."""
    final = "https://cdn.ainsbeck.example/feed"
    meaning = meant(response(200, ("etag", '"n"'), url=final, hops=hops((302, final))))
    assert isinstance(meaning, Modified)
    assert meaning.validators == Validators(url=final, etag='"n"')
    assert meaning.moved_to is None


@pytest.mark.parametrize(
    ("headers", "etag", "modified"),
    [
        ((), OLD.etag, OLD.last_modified),
        ((("etag", 'W/"new"'),), 'W/"new"', OLD.last_modified),
        ((("last-modified", "now"),), OLD.etag, "now"),
        ((("etag", "e"), ("last-modified", "m")), "e", "m"),
    ],
)
def test_a_304_refreshes_what_it_carries(
    headers: tuple[tuple[str, str], ...], etag: str | None, modified: str | None
) -> None:
    """H-05: a 304 updates the validators it carries and keeps the others."""
    meaning = meant(response(304, *headers, body=b"", sent="both"))
    assert meaning == NotModified(url=URL, validators=Validators(url=URL, etag=etag, last_modified=modified))


def test_a_304_to_no_question_is_a_failure() -> None:
    """H-51: without validators sent, "not modified" hides the document."""
    assert isinstance(meant(response(304, body=b"", sent="none")), Failed)
    assert isinstance(meant(response(304, body=b"", sent="none"), None), Failed)


A, B, C, PLAIN = "https://a.example/f", "https://b.example/f", "https://c.example/f", "http://d.example/f"


@pytest.mark.parametrize(
    ("steps", "target"),
    [
        ([], None),
        ([(301, A)], A),
        ([(308, A), (301, B)], B),
        ([(301, A), (302, B)], A),
        ([(301, A), (307, B), (301, C)], A),
        ([(302, A), (301, B)], None),
        ([(303, A)], None),
        ([(307, A)], None),
        ([(301, PLAIN)], None),
        ([(301, A), (301, PLAIN)], A),
        ([(301, A), (301, PLAIN), (301, B)], A),
    ],
)
def test_only_the_leading_permanent_run_moves_a_feed(steps: list[tuple[int, str]], target: str | None) -> None:
    """H-42: 301 and 308 up to the first other; H-43: never from https to http."""
    chain = hops(*steps)
    assert moved_to(chain) == target
    for answer in (response(200, hops=chain), response(304, body=b"", sent="both", hops=chain)):
        meaning = meant(answer)
        assert isinstance(meaning, Modified | NotModified)
        assert meaning.moved_to == target


def test_http_to_https_moves() -> None:
    """H-42: gaining TLS is a move like any other."""
    chain = hops((301, PLAIN), (301, A))
    assert moved_to(chain[1:]) == A


def test_410_is_gone() -> None:
    """H-45: the publisher says so."""
    assert isinstance(meant(response(410)), Gone)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_blocked(status: int) -> None:
    """H-47: 401 and 403, with the server's own wait if it names one."""
    meaning = meant(response(status, ("retry-after", "86400")))
    assert isinstance(meaning, Blocked)
    assert meaning.status == status
    assert meaning.retry_at == NOW + timedelta(days=1)


@pytest.mark.parametrize("status", [200, 403, 429, 503, 520])
def test_a_mitigated_answer_is_blocked(status: int) -> None:
    """H-47: `cf-mitigated: challenge` says it, whatever the status."""
    assert isinstance(meant(response(status, ("cf-mitigated", "challenge"))), Blocked)


@pytest.mark.parametrize("status", [200, 503])
def test_a_challenge_page_is_blocked(status: int) -> None:
    """H-47: an HTML challenge page with 200 or 503."""
    assert isinstance(meant(response(status, ("content-type", "text/html"), body=b"\n" + CHALLENGE)), Blocked)


def test_other_pages_and_feeds_about_challenges_are_not_blocked() -> None:
    """H-47: an ordinary page is for the parser to judge; a feed that quotes a challenge page is a feed."""
    assert isinstance(meant(response(200, body=PAGE)), Modified)
    assert isinstance(meant(response(200, body=b"<rss><![CDATA[" + CHALLENGE + b"]]></rss>")), Modified)
    assert isinstance(meant(response(503, body=PAGE)), Failed)
    assert isinstance(meant(response(404, body=CHALLENGE)), Failed)


@pytest.mark.parametrize("status", [300, 302, 404, 429, 500, 503, 599])
@pytest.mark.parametrize("value", ["7200", "Tue, 01 Jul 2025 11:30:00 GMT"])
def test_a_wait_is_honoured_in_both_forms(status: int, value: str) -> None:
    """H-48: 429, 503 and every 3xx, 4xx, 5xx that has Retry-After; the operator reads when."""
    meaning = meant(response(status, ("retry-after", value)))
    assert isinstance(meaning, Failed)
    assert meaning.retry_at == NOW + timedelta(hours=2)
    assert meaning.status == status
    assert f"the server answered {status}" in meaning.detail
    assert meaning.detail.endswith("asks us to come back at 2025-07-01 11:30:00 UTC")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (response(200, body=b""), FailureKind.EMPTY),
        (response(200, body=b" \r\n"), FailureKind.EMPTY),
        (response(204, body=b""), FailureKind.EMPTY),
        (response(206), FailureKind.TRUNCATED),
        (response(226), FailureKind.HTTP),
        (response(202), FailureKind.HTTP),
        (response(301), FailureKind.HTTP),
        (response(404), FailureKind.HTTP),
        (response(500), FailureKind.HTTP),
    ],
)
def test_other_answers_are_failures(answer: Response, kind: FailureKind) -> None:
    """H-51, H-52: 204, 206, 226, an empty 200 and the rest bring nothing."""
    meaning = meant(answer)
    assert isinstance(meaning, Failed)
    assert meaning.kind is kind
    assert meaning.status == answer.status
    assert meaning.retry_at is None


KNOWN = Validators(url=URL, etag='"1"', last_modified="x")


@pytest.mark.parametrize("im", ["feed", "FEED", "gzip, feed", "feed;x=1"])
def test_a_difference_that_was_asked_for_is_read(im: str) -> None:
    """H-52, H-66: 226 with ``IM: feed`` to a request with an ETag is a body to read; its new ETag is the next one."""
    meaning = interpret(response(226, ("im", im), ("etag", '"2"'), sent="both"), state(KNOWN), NOW)
    assert isinstance(meaning, Modified)
    assert (meaning.delta, meaning.validators) == (True, Validators(url=URL, etag='"2"'))
    kept = interpret(response(226, ("im", im), sent="etag"), state(KNOWN), NOW)
    assert isinstance(kept, Modified)
    assert kept.validators == KNOWN, "without a new ETag the old one stays in force"


@pytest.mark.parametrize(
    ("headers", "sent"),
    [((), "both"), ((("im", "vcdiff"),), "etag"), ((("im", "feed"),), "lm"), ((("im", "feed"),), "none")],
)
def test_a_difference_to_something_else_is_a_failure(headers: tuple[tuple[str, str], ...], sent: str) -> None:
    """H-52: in another form, or to a request without an ETag, nobody knows what it is a difference from."""
    meaning = interpret(response(226, *headers, ("etag", '"2"'), sent=sent), state(KNOWN), NOW)
    assert isinstance(meaning, Failed)
    assert (meaning.kind, meaning.status) == (FailureKind.HTTP, 226)


def test_an_unreachable_publisher_keeps_its_reason() -> None:
    """H-50: the kind decides the back-off, the sentence is the operator's."""
    lost = Unreachable(
        url=URL, kind=FailureKind.TRUNCATED, detail="broke off", started_at=NOW, finished_at=NOW, status=200
    )
    assert meant(lost) == Failed(kind=FailureKind.TRUNCATED, detail="broke off", status=200)
