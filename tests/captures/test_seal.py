"""A capture becomes records that any web archive tool reads, and comes back to the last header line (R-66)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.captures.members import members, pack
from aggregator.captures.seal import seal
from aggregator.captures.unseal import group, unseal
from aggregator.captures.warc import Record, RecordError, parse, record
from aggregator.model import (
    Capture,
    CaptureKind,
    FeedId,
    Hop,
    Opened,
    Provenance,
    Response,
    SealedCapture,
    Slip,
    Split,
)
from tests.captures.nouns import ASKED, BODY, NOW, URL, answered, capture, original, pushed

DIGEST = sha256(BODY).hexdigest()


def records(sealed: SealedCapture) -> list[Record]:
    return [parse(member.data) for member in members(BytesIO(sealed.data))]


def opened(sealed: SealedCapture) -> Opened:
    return unseal(group(records(sealed)))


def test_an_answer_comes_back_as_it_was() -> None:
    """Address, status, every header line, body, instants, what was sent: all of it survives."""
    sealed = seal(capture(), None)
    found = opened(sealed)
    assert found.capture == capture()
    assert (found.kind, found.digest, found.record_id) == (CaptureKind.WHOLE, DIGEST, sealed.record_id)
    assert sealed.proof == sha256(sealed.data).hexdigest()


def test_an_answer_is_a_response_and_its_request() -> None:
    """R-66: request and response per 200, WARC 1.1, bound to each other; the body's digest is that of the house."""
    answer, request = records(seal(capture(), None))
    assert (answer.kind, request.kind) == ("response", "request")
    assert seal(capture(), None).data.startswith(b"\x1f\x8b")
    assert answer.field("WARC-Payload-Digest") == f"sha256:{DIGEST}"
    assert answer.field("WARC-Date") == "2026-06-15T09:00:00.123456Z"
    assert request.field("WARC-Concurrent-To") == answer.field("WARC-Record-ID")
    assert request.block.startswith(b"GET /feed/?type=rss HTTP/1.1\r\nhost: knowsmere.example\r\nuser-agent: ")


def test_the_body_is_kept_decoded_and_says_so() -> None:
    """A reader of the record must not unpack what is unpacked; the lines of the wire stay under another name."""
    block = records(seal(capture(), None))[0].block
    head = block.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    assert head[0] == "HTTP/1.1 200 OK"
    assert "x-archive-orig-content-encoding: gzip" in head
    assert "x-archive-orig-content-length: 731" in head
    assert head[-1] == f"content-length: {len(BODY)}"
    assert block.endswith(BODY)


def test_not_modified_is_a_revisit_of_the_body_it_confirms() -> None:
    """R-66: 304 as revisit server-not-modified with the 1.1 profile, and what it refers to."""
    sealed = seal(capture(answered(b"", 304)), original(DIGEST))
    (answer,) = records(sealed)
    assert answer.kind == "revisit"
    assert answer.field("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    assert answer.field("WARC-Refers-To-Target-URI") == URL
    assert answer.field("WARC-Refers-To-Date") == "2026-06-15T08:00:00.123456Z"
    assert (sealed.kind, sealed.digest, sealed.size) == (CaptureKind.NOT_MODIFIED, DIGEST, len(BODY))
    assert opened(sealed).capture == replace(capture(answered(b"", 304)), asked=())
    assert len(sealed.data) < 600


def test_not_modified_of_an_unknown_body_refers_to_nothing() -> None:
    """Captures may have begun after the body came."""
    sealed = seal(capture(answered(b"", 304)), None)
    (answer,) = records(sealed)
    assert answer.field("WARC-Refers-To-Date") is None
    assert (sealed.digest, sealed.size, opened(sealed).digest) == ("", 0, "")


def test_an_equal_body_is_a_revisit_without_it() -> None:
    """R-66: equal digest as revisit identical-payload-digest with the 1.1 profile; the head is kept."""
    sealed = seal(capture(), original(DIGEST))
    (answer,) = records(sealed)
    assert answer.kind == "revisit"
    assert answer.field("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert answer.field("WARC-Refers-To-Target-URI") == URL
    found = opened(sealed)
    assert (found.kind, found.digest, sealed.proof) == (CaptureKind.IDENTICAL, DIGEST, "")
    assert found.capture.response == replace(answered(), body=b"")


def test_an_answer_without_a_body_is_kept_whole() -> None:
    """A 404 has nothing that could be equal to anything."""
    sealed = seal(capture(answered(b"", 404)), original(sha256().hexdigest(), 0))
    assert (sealed.kind, sealed.size, sealed.proof) == (CaptureKind.WHOLE, 0, "")


def test_redirects_stand_before_the_answer() -> None:
    """Each step on the way is a record of its own, with its status, header lines and target."""
    hops = (
        Hop(url="http://a.example/", status=301, target="https://a.example/", headers=(("location", "//a.example/"),)),
        Hop(url="https://a.example/", status=307, target=URL, headers=(("location", URL), ("content-length", "0"))),
    )
    sealed = seal(capture(answered(hops=hops)), None)
    assert [each.kind for each in records(sealed)] == ["response", "response", "response", "request"]
    assert opened(sealed).capture.response.hops == hops
    assert parse(next(members(BytesIO(sealed.data), sealed.start)).data).field("Aggregator-Finished")


def test_what_a_hub_brought_is_a_resource() -> None:
    """H-85: nothing was asked, so there is neither request nor answer; the provenance is in the record."""
    sealed = seal(pushed(), None)
    (answer,) = records(sealed)
    assert (answer.kind, answer.field("Aggregator-Provenance")) == ("resource", "push")
    assert opened(sealed).capture == pushed()
    assert opened(seal(pushed(), original(DIGEST))).kind is CaptureKind.IDENTICAL
    untyped = replace(pushed(), response=replace(pushed().response, headers=()))
    assert opened(seal(untyped, None)).capture == untyped


def test_what_an_operator_brought_says_what_was_said_of_it() -> None:
    """An imported document comes back with its slip and the time of somebody else's capture."""
    slip = Slip(url=URL, title="Café: “New\r\nFeed: x”", date="2017-07", split=Split.ALWAYS, file="a/b\n.html")
    brought = replace(pushed(), provenance=Provenance.IMPORT, slip=slip, observed_at=NOW - timedelta(days=3000))
    sealed = seal(brought, None)
    (found,) = [parse(each.data) for each in members(BytesIO(sealed.data))]
    assert found.kind == "resource"
    assert unseal(group([found])).capture == brought


def test_the_same_capture_gives_the_same_bytes() -> None:
    """Sealing is pure; another poll is another record."""
    assert seal(capture(), None) == seal(capture(), None)
    later = capture(answered(at=datetime(2026, 6, 15, 10, tzinfo=UTC)))
    assert seal(later, None).record_id != seal(capture(), None).record_id


LINE = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30).map(
    lambda text: text.strip(" \t")
)
NAME = st.from_regex(r"[a-z][a-z0-9-]{0,12}|x-archive-orig-etag|content-encoding|content-length", fullmatch=True)


@given(
    st.binary(max_size=300),
    st.integers(100, 999).filter(lambda status: status != 304),
    st.lists(st.tuples(NAME, LINE), max_size=5),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), max_size=20),
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
)
def test_whatever_was_received_comes_back(
    body: bytes, status: int, headers: list[tuple[str, str]], path: str, at: datetime
) -> None:
    """Law: sealing and opening is no change, for any body, any header lines and any address."""
    response = Response(
        url=f"https://a.example/{path}",
        status=status,
        headers=tuple(headers),
        body=body,
        started_at=at,
        finished_at=at,
        wire_bytes=len(body),
        http_version="HTTP/2",
    )
    made = Capture(feed_id=FeedId("a"), response=response, asked=ASKED)
    assert opened(seal(made, None)).capture == made


def test_an_address_cannot_forge_a_field() -> None:
    """What comes from outside ends no line of a record."""
    evil = "https://a.example/\r\nWARC-Type: metadata\r\n x"
    answer, request = records(seal(capture(replace(answered(), url=evil)), None))
    assert answer.kind == "response"
    assert answer.field("WARC-Target-URI") == "https://a.example/%0D%0AWARC-Type:%20metadata%0D%0A%20x"
    assert request.kind == "request"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"WARC/1.1\r\nWARC-Type: response\r\n\r\n",
        b"WARC/1.1\r\nContent-Length: 5\r\n\r\nabc\r\n\r\n",
        b"WARC/1.1\r\nContent-Length: -5\r\n\r\n\r\n\r\n",
        record("resource", [("WARC-Record-ID", "<urn:x>")], body=b"abc").replace(b"abc", b"abd"),
    ],
)
def test_what_is_no_record_is_named(data: bytes) -> None:
    """Bytes that make no record raise, and nothing else does."""
    with pytest.raises(RecordError):
        parse(data)


def test_small_records_are_packed_small() -> None:
    """Setting up the full window would take longer than packing; both kinds are plain gzip."""
    import gzip

    for data in (b"a" * 100, b"abc" * 10_000):
        assert gzip.decompress(pack(data)) == data
