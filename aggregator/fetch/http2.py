"""Door: one exchange over HTTP/2, by httpcore, where both sides agreed on it while shaking hands."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from typing import NoReturn, cast

import httpcore

from aggregator.fetch.faults import Fault, plain
from aggregator.fetch.net import httpx
from aggregator.fetch.network import Wire
from aggregator.fetch.transport import Http2Fault, end_of
from aggregator.model import FailureKind


async def exchange(wire: Wire, request: httpx.Request) -> httpcore.Response:
    """Send the request, read the head of the answer. Raises `Fault`, an `Http2Fault` where HTTP/1.1 may do better."""
    url = request.url
    host, port = end_of(url)
    target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=port, target=url.raw_path)
    content = None if request.method == "GET" else cast(AsyncIterable[bytes], request.stream)
    origin = httpcore.Origin(url.raw_scheme, host.encode(), port)
    asked = httpcore.Request(
        request.method, target, headers=request.headers.raw, content=content, extensions=request.extensions
    )
    connection = httpcore.AsyncHTTP2Connection(origin=origin, stream=cast(httpcore.AsyncNetworkStream, wire))
    try:
        return await connection.handle_async_request(asked)
    except Exception as error:
        _give_up(error)


async def body(answer: httpcore.Response) -> AsyncIterator[bytes]:
    """The body in pieces, still encoded. Raises `Fault`."""
    try:
        async for part in cast(AsyncIterable[bytes], answer.stream):
            yield part
    except Exception as error:
        _give_up(error)


def _give_up(error: Exception) -> NoReturn:
    """Turn whatever the libraries raise at a hostile server's bytes into a `Fault`."""
    if isinstance(error, Fault):
        raise error
    reason = plain(str(error)) or type(error).__name__
    raise Http2Fault(FailureKind.PROTOCOL, f"the server does not keep to HTTP/2 ({reason})") from error
