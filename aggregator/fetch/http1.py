"""Door: one HTTP/1.1 exchange over a `Wire`, its answer taken apart by httptools (the parser of Node, compiled).

Each connection serves one request, so what a lenient reading lets in cannot be taken for another answer.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from typing import cast

import httptools

from aggregator.fetch.faults import Fault, plain
from aggregator.fetch.net import httpx
from aggregator.fetch.network import BrokenError, Wire
from aggregator.model import FailureKind

PIECE = 64 * 1024
SWITCHING, FINAL = 101, 200
_LINE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_TITLES: dict[bytes, bytes] = {}


class Reading:
    """The state of one answer, fed by the parser: ``status`` of the final answer, its header lines, what has come of
    the body and not been taken, and whether its end was seen. Interim answers (RFC 9110, 15.2) are passed over."""

    def __init__(self) -> None:
        self.status = 0
        self.lines: list[tuple[bytes, bytes]] = []
        self.parts: list[bytes] = []
        self.framed = self.headed = self.done = False
        self._parser = httptools.HttpResponseParser(self)
        # Servers end lines with a bare LF, and say more after "close"; both are read as they are meant.
        self._parser.set_dangerous_leniencies(lenient_data_after_close=True, lenient_optional_cr_before_lf=True)

    def feed(self, data: bytes) -> None:
        """Take bytes from the wire. Raises `Fault` PROTOCOL for what is no sound answer."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if self.done:
                return
            reason = plain(str(error)) or type(error).__name__
            raise Fault(FailureKind.PROTOCOL, f"the server does not speak sound HTTP ({reason})") from error

    @property
    def version(self) -> bytes:
        """As the status line says, ``HTTP/1.0`` or ``HTTP/1.1``."""
        return f"HTTP/{self._parser.get_http_version()}".encode()

    def on_message_begin(self) -> None:
        """Called by the parser."""
        if self.done:
            raise httptools.HttpParserError("more than one answer")
        self.lines = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser."""
        self.lines.append((name, value))

    def on_headers_complete(self) -> None:
        """Called by the parser."""
        self.status = self._parser.get_status_code()
        if self.status == SWITCHING:
            raise httptools.HttpParserError("it switches to a protocol that nobody asked for")
        self.headed = self.status >= FINAL
        self.framed = any(name.lower() in {b"content-length", b"transfer-encoding"} for name, _ in self.lines)

    def on_body(self, body: bytes) -> None:
        """Called by the parser."""
        self.parts.append(body)

    def on_message_complete(self) -> None:
        """Called by the parser, for interim answers too."""
        self.done = self.headed

    def take(self) -> bytes:
        """What has come of the body since the last time."""
        taken = b"".join(self.parts)
        self.parts.clear()
        return taken


async def exchange(wire: Wire, request: httpx.Request, read_timeout: float) -> Reading:
    """Send the request, read until the head of the answer is complete. Raises `Fault`."""
    head = _head(request)
    try:
        await wire.write(head)
        if request.method != "GET":
            async for part in cast(httpx.AsyncByteStream, request.stream):
                await wire.write(part)
    except BrokenError as error:
        raise Fault(FailureKind.PROTOCOL, "the server hung up before it was asked") from error
    reading = Reading()
    while not reading.headed:
        data = await _more(wire, read_timeout)
        if not data:
            raise Fault(FailureKind.PROTOCOL, "the server hung up without a whole answer")
        reading.feed(data)
    return reading


async def body(wire: Wire, reading: Reading, read_timeout: float) -> AsyncIterator[bytes]:
    """The body in pieces, still encoded, to its announced end or to that of the connection. Raises `Fault`."""
    while True:
        if reading.parts:
            yield reading.take()
        if reading.done:
            return
        data = await _more(wire, read_timeout, in_body=True)
        if data:
            reading.feed(data)
        elif reading.framed:
            raise Fault(FailureKind.TRUNCATED, "the connection broke off inside the body")
        else:
            return


async def _more(wire: Wire, read_timeout: float, *, in_body: bool = False) -> bytes:
    try:
        return await wire.read(PIECE, read_timeout)
    except BrokenError as error:
        reason = plain(str(error)) or "reset"
        if in_body:
            raise Fault(FailureKind.TRUNCATED, f"the connection broke off inside the body ({reason})") from error
        raise Fault(FailureKind.PROTOCOL, f"the server hung up without a whole answer ({reason})") from error


def _head(request: httpx.Request) -> bytes:
    """The request line and the header lines, with the usual capitals that old servers and their guards expect."""
    lines = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
    lines += (b"%s: %s" % (_title(name), value) for name, value in _sound(request.headers.raw))
    return b"\r\n".join((*lines, b"Connection: close", b"", b""))


def _sound(lines: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
    """The lines themselves. Raises `Fault` where one would break out of its line."""
    for name, value in lines:
        if not _LINE.fullmatch(value) or not _LINE.fullmatch(name):
            raise Fault(FailureKind.PROTOCOL, f"a header to send is not sound: {plain(name.decode('latin-1'))}")
        yield name, value


def _title(name: bytes) -> bytes:
    known = _TITLES.get(name)
    if known is None and len(_TITLES) < 256:
        known = _TITLES[name] = name.title()
    return known or name.title()
