"""Door: one connection for one request. A feed's host is asked once an hour, so a pool would only cost (measured: its
bookkeeping grows with the square of what is in flight)."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from typing import NoReturn, cast

import httpcore
import httpx

from aggregator.fetch.faults import Fault, plain
from aggregator.fetch.network import Dialler, Wire
from aggregator.model import FailureKind

PORTS = {"http": 80, "https": 443}
Connection = httpcore.AsyncHTTP11Connection | httpcore.AsyncHTTP2Connection


def end_of(url: httpx.URL) -> tuple[str, int]:
    """Host (ASCII, no brackets) and port that an address leads to; port 0 for a scheme that is not of the web."""
    port = PORTS.get(url.scheme, 0) if url.port is None else url.port
    return url.raw_host.decode("ascii"), port


class Http2Fault(Fault):
    """HTTP/2 was agreed on but not kept to: HTTP/1.1 may work (H-65)."""


class OneShotTransport(httpx.AsyncBaseTransport):
    """httpx's transport over a `Dialler`. All that it raises is `Fault`, besides cancellation.

    ``allowance`` bounds the bytes read for one body, with whatever frames it.
    """

    def __init__(self, dialler: Dialler, allowance: int) -> None:
        self._dialler, self._allowance = dialler, allowance

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request on a connection of its own; closing the response closes the connection."""
        url, timeout = request.url, request.extensions["timeout"]
        host, port = end_of(url)
        wire = await self._dialler.connect(
            host, port, timeout["connect"], tls=url.scheme == "https", http2=request.extensions["http2"]
        )
        try:
            answer = await _connection(wire, url.scheme, host, port).handle_async_request(_translated(request, wire))
        except Exception as error:
            wire.abort()
            _give_up(error, wire, in_body=False)
        except BaseException:
            wire.abort()
            raise
        wire.allow(self._allowance)
        body = cast(AsyncIterable[bytes], answer.stream)
        facts = {**answer.extensions, "certificate_ends": wire.certificate_ends}
        return httpx.Response(answer.status, headers=answer.headers, stream=OneShotBody(body, wire), extensions=facts)


class OneShotBody(httpx.AsyncByteStream):
    """The body as it comes from the wire, still encoded."""

    def __init__(self, parts: AsyncIterable[bytes], wire: Wire) -> None:
        self._parts, self._wire = parts, wire

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._parts:
                yield part
        except Exception as error:
            _give_up(error, self._wire, in_body=True)

    async def aclose(self) -> None:
        """Drop the connection."""
        self._wire.abort()


def _connection(wire: Wire, scheme: str, host: str, port: int) -> Connection:
    origin = httpcore.Origin(scheme.encode(), host.encode(), port)
    if wire.http2:
        return httpcore.AsyncHTTP2Connection(origin=origin, stream=wire)
    return httpcore.AsyncHTTP11Connection(origin=origin, stream=wire)


def _translated(request: httpx.Request, wire: Wire) -> httpcore.Request:
    url = request.url
    headers = request.headers.raw
    if not wire.http2:
        # Old servers and their guards expect the usual capitals; HTTP/2 knows neither these nor Connection.
        headers = [(name.title(), value) for name, value in headers] + [(b"Connection", b"close")]
    port = end_of(url)[1]
    target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=port, target=url.raw_path)
    content = None if request.method == "GET" else cast(AsyncIterable[bytes], request.stream)
    return httpcore.Request(request.method, target, headers=headers, content=content, extensions=request.extensions)


def _give_up(error: Exception, wire: Wire, *, in_body: bool) -> NoReturn:
    """Turn whatever the libraries raise at a hostile server's bytes into a `Fault`."""
    if isinstance(error, Fault):
        raise error
    reason = plain(str(error)) or type(error).__name__
    if wire.http2:
        raise Http2Fault(FailureKind.PROTOCOL, f"the server does not keep to HTTP/2 ({reason})") from error
    if in_body and (wire.ended or isinstance(error, httpcore.NetworkError)):
        raise Fault(FailureKind.TRUNCATED, f"the connection broke off inside the body ({reason})") from error
    if isinstance(error, httpcore.NetworkError) or wire.ended:
        raise Fault(FailureKind.PROTOCOL, f"the server hung up without a whole answer ({reason})") from error
    raise Fault(FailureKind.PROTOCOL, f"the server does not speak sound HTTP ({reason})") from error
