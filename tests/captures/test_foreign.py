"""Web archives that others wrote: packed or not, whole or cut, sound or damaged."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from io import BytesIO

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from aggregator.captures.foreign import Foreign, foreign_answers
from aggregator.errors import CaptureError

LIMIT = 10_000
PAGE = b"<html><body><h1>A page</h1><p>Words of a page, and more of them.</p></body></html>"


def archive(
    *bodies: bytes, packed: bool = True, version: str = "1.0", headers: tuple[tuple[str, str], ...] = ()
) -> bytes:
    """A web archive of these pages, as the usual crawlers write it: warcinfo, requests, answers, metadata."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=packed, warc_version=version)
    writer.write_record(writer.create_warcinfo_record("site.warc.gz", {"software": "a crawler"}))
    for number, body in enumerate(bodies):
        url = f"http://thorne.example/{number}"
        asked = StatusAndHeaders(f"GET /{number} HTTP/1.1", [("Host", "thorne.example")], is_http_request=True)
        writer.write_record(writer.create_warc_record(url, "request", http_headers=asked))
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), *headers], protocol="HTTP/1.1")
        dated = {"WARC-Date": f"2017-07-{number + 1:02d}T10:00:00Z"}
        writer.write_record(
            writer.create_warc_record(
                url, "response", payload=BytesIO(body), http_headers=head, warc_headers_dict=dated
            )
        )
    writer.write_record(writer.create_warc_record("urn:x", "metadata", payload=BytesIO(b"fetchTimeMs: 7")))
    return out.getvalue()


def read(data: bytes) -> list[Foreign]:
    """Every answer of an archive."""
    return list(foreign_answers("site.warc.gz", BytesIO(data), LIMIT))


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("packing", ["members", "whole", "none"])
def test_every_answer_is_given(packing: str, version: str) -> None:
    """One packing a record, one for the whole file, or none."""
    data = archive(PAGE, PAGE * 2, packed=packing == "members", version=version)
    found = read(gzip.compress(data) if packing == "whole" else data)
    assert [each.answer.url for each in found] == ["http://thorne.example/0", "http://thorne.example/1"]
    assert [each.answer.body for each in found] == [PAGE, PAGE * 2]
    assert found[0].at == datetime(2017, 7, 1, 10, tzinfo=UTC)
    assert (found[0].answer.status, found[0].answer.content_type) == (200, "text/html")


def test_bodies_are_unpacked() -> None:
    """As the server meant them, whatever they were packed with."""
    found = read(archive(gzip.compress(PAGE), headers=(("Content-Encoding", "gzip"),)))
    assert found[0].answer.body == PAGE
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(PAGE), PAGE)
    found = read(archive(chunks, headers=(("Transfer-Encoding", "chunked"),)))
    assert found[0].answer.body == PAGE


def test_a_body_without_end_is_given_as_none() -> None:
    """Neither a long body nor one that unpacks to a long one is held in memory."""
    bomb = gzip.compress(b"\0" * 1_000_000)
    assert len(bomb) < LIMIT
    found = read(archive(b"x" * (LIMIT + 1), PAGE))
    assert [each.answer.body for each in found] == [None, PAGE]
    assert read(archive(bomb, headers=(("Content-Encoding", "gzip"),)))[0].answer.body is None


@pytest.mark.parametrize("packed", [True, False])
def test_a_cut_archive_gives_what_is_sound(packed: bool) -> None:
    """Up to the record that is cut, which is named by its place; at every length."""
    data = archive(PAGE, PAGE, packed=packed)
    whole = read(data)
    for length in range(1, len(data), 37):
        found: list[Foreign] = []
        try:
            found.extend(foreign_answers("site", BytesIO(data[:length]), LIMIT))
        except CaptureError as fault:
            assert "site" in str(fault)
        assert found == whole[: len(found)]
        assert len(found) == len(whole) or length < len(data)


def test_damage_is_named_by_its_place() -> None:
    """A flipped byte ends the reading there."""
    data = bytearray(archive(PAGE, PAGE))
    second = read(bytes(data))[1].offset
    data[second + 40] ^= 0xFF
    found: list[Foreign] = []
    with pytest.raises(CaptureError) as fault:
        found.extend(foreign_answers("site.warc.gz", BytesIO(bytes(data)), LIMIT))
    assert len(found) == 1
    assert str(second) in str(fault.value)


@pytest.mark.parametrize(
    "data", [gzip.compress(b"a letter"), b"\x1f\x8b", b"\x1f\x8bnothing", b"WARC/1.0\r\nx", b"WARC/"]
)
def test_what_is_no_web_archive_is_named(data: bytes) -> None:
    """Packed letters, and beginnings of nothing."""
    with pytest.raises(CaptureError):
        read(data)


@pytest.mark.parametrize("length", ["-5", "abc", "99999999999999999999", ""])
def test_lengths_that_lie_are_found_out(length: str) -> None:
    """Content-Length is the archive's word, not the truth."""
    head = f"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: http://a.example/\r\nContent-Length: {length}\r\n\r\n"
    try:
        found = read(head.encode() + b"body\r\n\r\n")
    except CaptureError:
        return
    assert all(each.answer.body in (None, b"") for each in found)
