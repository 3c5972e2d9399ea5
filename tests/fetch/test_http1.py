"""HTTP/1.1 taken apart: sound answers of every form are read, nothing else is, and nothing is said after the answer."""

from __future__ import annotations

import httpx
import pytest

from aggregator.fetch.faults import Fault
from aggregator.fetch.http1 import Reading, exchange
from aggregator.fetch.network import Wire
from aggregator.model import FailureKind
from tests.fetch.server import FEED, publisher, reply
from tests.fetch.test_client import answered, ask, failed

PLAIN = b'HTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Length: 3\r\n\r\nabc'


def read(data: bytes, bite: int) -> Reading:
    """The bytes as they would come, a bite at a time."""
    reading = Reading()
    for start in range(0, len(data), bite):
        reading.feed(data[start : start + bite])
    return reading


@pytest.mark.parametrize("bite", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    ("data", "status", "body"),
    [
        (PLAIN, 200, b"abc"),
        (PLAIN.replace(b"\r\n", b"\n"), 200, b"abc"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + PLAIN, 200, b"abc"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + PLAIN, 200, b"abc"),
        (b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 99\r\n\r\n', 304, b""),
        (b"HTTP/1.1 204\r\n\r\n", 204, b""),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;q=1\r\nab\r\n1\r\nc\r\n0\r\nX: y\r\n\r\n",
            200,
            b"abc",
        ),
    ],
)
def test_sound_answers_are_read(data: bytes, status: int, body: bytes, bite: int) -> None:
    """RFC 9112, RFC 9110 15.2: every framing, interim answers before it, however the bytes are cut."""
    reading = read(data, bite)
    assert (reading.status, reading.take(), reading.done) == (status, body, True)


def test_header_lines_are_kept_as_received() -> None:
    """H-01: names, values and their order byte for byte, and only those of the final answer."""
    lines = b'ETag: W/"a b"\r\nX-Odd:  two  \r\nETag: "second"\r\n'
    reading = read(b"HTTP/1.1 103 x\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n" + lines + b"Content-Length: 0\r\n\r\n", 5)
    assert [name for name, _ in reading.lines] == [b"ETag", b"X-Odd", b"ETag", b"Content-Length"]
    assert reading.lines[0][1] == b'W/"a b"'


@pytest.mark.parametrize(
    "data",
    [
        b"<html>no protocol at all</html>",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: banana\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\n",
    ],
)
def test_what_is_no_answer_is_a_fault(data: bytes) -> None:
    """H-51: nothing is guessed."""
    with pytest.raises(Fault) as fault:
        read(data, 1000)
    assert fault.value.kind is FailureKind.PROTOCOL


async def test_bytes_after_the_answer_are_nothing() -> None:
    """One connection, one answer: a second one behind it is not looked at."""
    async with publisher(feed=reply(200, body=FEED) + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil") as server:
        assert answered(await ask(server.url())).body == FEED


async def test_a_server_that_hangs_up_at_once_is_a_failure() -> None:
    """H-51: no bytes are no answer."""
    async with publisher(feed=b"") as server:
        failed(await ask(server.url()), FailureKind.PROTOCOL)


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\0b"])
async def test_a_header_cannot_break_out_of_its_line(value: str) -> None:
    """Validators come from servers and are sent back: no line of ours may grow from them."""
    request = httpx.Request("GET", "http://a.example/", headers=[(b"If-None-Match", value.encode())])
    with pytest.raises(Fault):
        await exchange(Wire(), request, 1.0)


async def test_a_dead_connection_is_a_failure() -> None:
    """A connection that ended before the request was sent."""
    with pytest.raises(Fault):
        await exchange(Wire(), httpx.Request("GET", "http://a.example/"), 1.0)
