"""The door against servers that drip, cut, flood, lie and explode (H-51, H-64, H-65)."""

from __future__ import annotations

import asyncio
import gzip
import sys
from dataclasses import replace

import brotli
import pytest

from aggregator.fetch.client import HttpFetch
from aggregator.model import FailureKind, Response
from tests.fetch.nouns import request
from tests.fetch.server import FEED, QUICK, Answer, client, publisher, reply
from tests.fetch.test_client import answered, ask, failed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

HASTY = replace(QUICK, total_timeout=0.4, read_timeout=0.2, connect_timeout=0.2)
PACKERS = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstd.compress}


def chunked(*parts: bytes, end: bytes = b"0\r\n\r\n", head: bytes = b"") -> bytes:
    """A body in chunks."""
    lines = b"HTTP/1.1 200 OK\r\n" + head + b"Transfer-Encoding: chunked\r\n\r\n"
    return lines + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + end


@pytest.mark.parametrize("encoding", PACKERS)
async def test_compressed_feeds_are_read(encoding: str) -> None:
    """H-64: what we ask for we understand; the wire is counted as sent."""
    packed = PACKERS[encoding](FEED)
    async with publisher(feed=reply(200, f"Content-Encoding: {encoding}", body=packed)) as server:
        got = answered(await ask(server.url()))
    assert (got.body, got.wire_bytes) == (FEED, len(packed))


async def test_chunked_and_unframed_bodies_are_read() -> None:
    """RFC 9112 6: chunks, and a body that ends with the connection."""
    async with publisher(a=chunked(FEED[:9], FEED[9:]), b=reply(200, body=FEED, length=None)) as server:
        assert answered(await ask(server.url("/a"))).body == FEED
        assert answered(await ask(server.url("/b"))).body == FEED


@pytest.mark.parametrize(
    "answer",
    [
        reply(200, body=FEED, length=len(FEED) + 1),
        reply(200, body=b"", length=10),
        chunked(FEED, end=b""),
        chunked(FEED, end=b"40\r\n<item>"),
        reply(200, "Content-Encoding: gzip", body=gzip.compress(FEED)[:-9]),
        reply(200, "Content-Encoding: br", body=brotli.compress(FEED)[:-9], length=None),
        chunked(zstd.compress(FEED)[:-9], head=b"Content-Encoding: zstd\r\n"),
    ],
)
async def test_a_body_that_breaks_off_is_no_body(answer: Answer) -> None:
    """H-51: Content-Length mismatch, missing last chunk, cut compression."""
    async with publisher(feed=answer) as server:
        lost = failed(await ask(server.url()), FailureKind.TRUNCATED)
    assert lost.status == 200


async def test_bad_gzip_is_a_failure() -> None:
    """H-51: plain bytes under a gzip label."""
    async with publisher(feed=reply(200, "Content-Encoding: gzip", body=FEED)) as server:
        failed(await ask(server.url()), FailureKind.ENCODING)


@pytest.mark.parametrize("encoding", PACKERS)
async def test_bombs_do_not_go_off(encoding: str) -> None:
    """H-64: stop at the limit, with the reason for the operator."""
    packed = PACKERS[encoding](bytes(5_000_000))
    async with publisher(feed=reply(200, f"Content-Encoding: {encoding}", body=packed)) as server:
        lost = failed(await ask(server.url()), FailureKind.TOO_LARGE)
    assert "unpack" in lost.detail
    assert lost.wire_bytes <= len(packed)


async def test_a_declared_size_over_the_limit_is_not_read() -> None:
    """H-64: the numbers are in the sentence, and nothing was downloaded."""
    async with publisher(feed=reply(200, body=FEED, length=25_300_000)) as server:
        lost = failed(await ask(server.url()), FailureKind.TOO_LARGE)
    assert "25.3 MB" in lost.detail
    assert "200.0 kB" in lost.detail
    assert lost.wire_bytes == 0


async def test_an_endless_body_is_stopped_at_the_limit() -> None:
    """H-64: 200 kB are allowed, the rest stays where it is."""
    written = 0

    async def endless(writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while written < 50_000_000:
            writer.write(bytes(50_000))
            written += 50_000
            await writer.drain()

    async with publisher(feed=endless) as server:
        lost = failed(await ask(server.url()), FailureKind.TOO_LARGE)
        assert lost.wire_bytes <= 200_000 + 65_536
    assert written < 50_000_000


@pytest.mark.parametrize("pause", [0.02, 10.0])
async def test_a_dripping_body_runs_into_a_deadline(pause: float) -> None:
    """H-65: the total counts, however lively the drip; silence ends at the read timeout."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(min(pause, 1.0))

    async with publisher(feed=drip) as server:
        lost = failed(await ask(server.url(), limits=HASTY), FailureKind.TIMEOUT)
    assert lost.status == 200
    assert ("sent nothing for 0.2 s" if pause > 1 else "not complete after 0.4 s") in lost.detail


async def test_dripping_headers_run_into_the_deadline() -> None:
    """H-65: the total spans the head as well."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _ in range(100):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with publisher(feed=drip) as server:
        failed(await ask(server.url(), limits=HASTY), FailureKind.TIMEOUT)


async def test_an_error_page_that_never_ends_still_says_its_status() -> None:
    """H-48: Retry-After of a 503 is heard although its page breaks off, lies or floods."""
    wait = ("Retry-After: 3600", "Content-Type: text/html")
    broken: dict[str, Answer] = {
        "cut": reply(503, *wait, body=b"<html>", length=5_000),
        "lie": reply(429, *wait, "Content-Encoding: gzip", body=b"<html>"),
        "odd": reply(503, *wait, "Content-Encoding: rot13", body=b"<html>"),
        "big": reply(503, *wait, body=b"<html>" + bytes(900_000)),
        "bomb": reply(503, *wait, "Content-Encoding: br", body=brotli.compress(bytes(5_000_000))),
    }
    async with publisher(**broken) as server, client() as fetch:
        for name in broken:
            got = answered(await fetch(request(server.url(f"/{name}"))))
            assert got.header("retry-after") == "3600"
            assert len(got.body) < 600_000


async def test_a_challenge_page_is_read_for_the_judge() -> None:
    """H-47: the body of a 503 comes along, decoded."""
    page = b"<!DOCTYPE html><title>Just a moment...</title>"
    async with publisher(feed=reply(503, "Content-Encoding: gzip", body=gzip.compress(page))) as server:
        assert answered(await ask(server.url())).body == page


GARBAGE: dict[str, bytes] = {
    "nothing": b"",
    "banner": b"SSH-2.0-OpenSSH_9.6\r\n",
    "binary": bytes(range(256)) * 50,
    "status": b"HTTP/1.1 abc OK\r\n\r\n",
    "half": b"HTTP/1.1 200 OK\r\nContent-Ty",
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n" + FEED,
    "lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n" + FEED,
    "negative": b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n" + FEED,
    "chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + FEED,
    "coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: rot13\r\n\r\n" + FEED,
    "nul": b"HTTP/1.1 200 OK\r\nETag: \"a\0b\"\r\nContent-Length: 0\r\n\r\n",
    "long": b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 300_000 + b"\r\n\r\n",
    "flood": b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(30_000)) + b"\r\n",
    "early": b"HTTP/1.1 103 Early Hints\r\n\r\n" * 60_000,
    "place": b"HTTP/1.1 302 Found\r\nLocation: http://\xff\xfe[/\r\nContent-Length: 0\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("name", GARBAGE)
async def test_garbage_is_a_failure_and_never_an_exception(name: str) -> None:
    """H-51: whatever comes, a value comes back."""
    async with publisher(feed=GARBAGE[name]) as server:
        lost = await ask(server.url())
    assert not isinstance(lost, Response), lost
    assert lost.kind in {
        FailureKind.PROTOCOL, FailureKind.TRUNCATED, FailureKind.TOO_LARGE, FailureKind.REDIRECT,
    }, lost  # fmt: skip
    assert len(lost.detail) < 400
    assert lost.detail.isprintable()


async def test_endless_interim_answers_are_stopped() -> None:
    """H-64: bytes that are neither head nor body are bounded too."""

    async def hints(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 2_000)
            await writer.drain()

    async with publisher(feed=hints) as server:
        assert failed(await ask(server.url()), FailureKind.TOO_LARGE).status is None


async def test_a_body_of_nothing_but_framing_is_stopped() -> None:
    """H-64: chunk extensions carry no body, so they are counted on the wire."""

    async def frames(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write((b"1;note=" + b"x" * 9_000 + b"\r\n<\r\n") * 20)
            await writer.drain()

    async with publisher(feed=frames) as server:
        lost = failed(await ask(server.url(), limits=replace(QUICK, max_wire=500)), FailureKind.TOO_LARGE)
    assert lost.wire_bytes < 500


async def test_a_server_that_resets_is_a_failure() -> None:
    """H-50: a reset before and inside the body."""

    async def before(writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async def inside(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + FEED)
        await writer.drain()
        writer.transport.abort()

    async with publisher(a=before, b=inside) as server:
        failed(await ask(server.url("/a")), FailureKind.PROTOCOL)
        failed(await ask(server.url("/b")), FailureKind.TRUNCATED)


async def test_a_client_survives_all_of_it() -> None:
    """H-51: one publisher's fault costs that publisher only."""
    async with publisher(**GARBAGE, good=reply(200, body=FEED)) as server, client() as fetch:
        assert isinstance(fetch, HttpFetch)
        for name in GARBAGE:
            await fetch(request(server.url(f"/{name}")))
        assert answered(await fetch(request(server.url("/good")))).body == FEED
