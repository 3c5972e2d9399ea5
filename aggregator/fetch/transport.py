"""Door: one connection for one request. A feed's host is asked once an hour, so a pool would only cost (measured: its
bookkeeping grows with the square of what is in flight)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aggregator.fetch import http1
from aggregator.fetch.faults import Fault
from aggregator.fetch.net import httpx
from aggregator.fetch.network import Dialler, Wire

PORTS = {"http": 80, "https": 443}


def end_of(url: httpx.URL) -> tuple[str, int]:
    """Host (ASCII, no brackets) and port that an address leads to; port 0 for a scheme that is not of the web."""
    port = PORTS.get(url.scheme, 0) if url.port is None else url.port
    return url.raw_host.decode("ascii"), port


class Http2Fault(Fault):
    """HTTP/2 was agreed on but not kept to: HTTP/1.1 may work (H-65)."""


class OneShotTransport(httpx.AsyncBaseTransport):
    """httpx's transport over a `Dialler`. All that it raises is `Fault`, besides cancellation.

    ``allowance`` bounds the bytes read for one body, with whatever frames it. The request's extensions are ``timeout``
    (seconds to ``connect`` and to ``read``) and ``http2``, whether it may be agreed on.
    """

    def __init__(self, dialler: Dialler, allowance: int) -> None:
        self._dialler, self._allowance = dialler, allowance

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request on a connection of its own; closing the response closes the connection."""
        url, extensions = request.url, request.extensions
        timeout = extensions["timeout"]
        host, port = end_of(url)
        tls = url.scheme == "https"
        wire = await self._dialler.connect(host, port, timeout["connect"], tls=tls, http2=extensions["http2"])
        try:
            return await self._answer(wire, request, timeout["read"])
        except BaseException:
            wire.abort()
            raise

    async def _answer(self, wire: Wire, request: httpx.Request, read_timeout: float) -> httpx.Response:
        facts: dict[str, object] = {"certificate_ends": wire.certificate_ends}
        if wire.http2:
            # Loaded where a server wants it: most installations never meet one, and it is slow to load.
            from aggregator.fetch import http2

            answer = await http2.exchange(wire, request)
            wire.allow(self._allowance)
            parts: AsyncIterator[bytes] = http2.body(answer)
            facts |= answer.extensions
            status, lines = answer.status, answer.headers
        else:
            reading = await http1.exchange(wire, request, read_timeout)
            wire.allow(self._allowance)
            parts = http1.body(wire, reading, read_timeout)
            facts |= {"http_version": reading.version}
            status, lines = reading.status, reading.lines
        return httpx.Response(status, headers=lines, stream=OneShotBody(parts, wire), extensions=facts)


class OneShotBody(httpx.AsyncByteStream):
    """The body as it comes from the wire, still encoded."""

    def __init__(self, parts: AsyncIterator[bytes], wire: Wire) -> None:
        self._parts, self._wire = parts, wire

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._parts

    async def aclose(self) -> None:
        """Drop the connection."""
        self._wire.abort()
