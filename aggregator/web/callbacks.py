"""Where hubs call back (WebSub 5.3, 7): ``/push/TOKEN`` answers their questions and takes content, never redirecting.

The token alone says which subscription is meant; nothing in the body or its headers does (H-84).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from aggregator.model import Site
from aggregator.ports import Push
from aggregator.web.limits import Buckets, Limit

MOST_CONTENT = 10_000_000
"""Bytes of one delivery, the same as for a polled body (H-64)."""
SECONDS = 30.0
"""A hub that takes longer to send its content may try again."""
HUBS = Limit(per_minute=1_200, burst=1_200)
"""One hub speaks for many feeds; whoever guesses tokens is slowed down all the same."""


def callback_routes(push: Push, site: Site, clock: Callable[[], float]) -> list[Route]:
    """The routes, with and without the path of the public address in front: proxies differ."""
    endpoint = Callbacks(push, Buckets(HUBS), clock)
    prefix = urlsplit(site.url).path or "/"
    return [Route(f"{path}push/{{token}}", endpoint) for path in dict.fromkeys((prefix, "/"))]


class Callbacks:
    """The endpoint; takes every method, so that wrong ones get a plain answer."""

    def __init__(self, push: Push, buckets: Buckets, clock: Callable[[], float]) -> None:
        self._push, self._buckets, self._clock = push, buckets, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = await self._answer(Request(scope, receive))
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        client = request.client.host if request.client else None
        if seconds := self._buckets.take(client, self._clock()):
            return _plain(429, "slow down", **{"Retry-After": str(seconds)})
        match request.method:
            case "GET":
                return await self._question(request)
            case "POST":
                return await self._content(request)
        return _plain(405, "a callback for hubs: GET and POST only", Allow="GET, POST")

    async def _question(self, request: Request) -> Response:
        """H-82: 200 with the words expected of us, else 404."""
        words = await self._push.verify(request.path_params["token"], dict(request.query_params))
        return _plain(404, "not found") if words is None else _plain(200, words)

    async def _content(self, request: Request) -> Response:
        """H-84: the body is taken within its limits, and judged by whoever knows the secret."""
        token = request.path_params["token"]
        if (status := self._push.admit(token)) != 202:
            return _plain(status, {404: "not found", 410: "unsubscribed"}.get(status, "not now"))
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            return _plain(415, "content must come without a content coding")
        declared = request.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > MOST_CONTENT:
            return _plain(413, "too large")
        try:
            async with asyncio.timeout(SECONDS):
                body = await _body(request)
        except TimeoutError:
            return _plain(408, "too slow")
        except ClientDisconnect:
            return _plain(400, "cut short")
        if body is None:
            return _plain(413, "too large")
        names = dict.fromkeys(request.headers.keys())
        headers = {name: ",".join(request.headers.getlist(name)) for name in names}
        status = await self._push.deliver(token, headers, body)
        return _plain(status, "taken" if status < 300 else "not now")


async def _body(request: Request) -> bytes | None:
    """The whole body, ``None`` where it is too large: then the rest is not read."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_CONTENT:
            return None
        parts.append(part)
    return b"".join(parts)


def _plain(status: int, words: str, **headers: str) -> Response:
    """Text that no browser takes for a page: a challenge is a stranger's words."""
    safety = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Content-Security-Policy": "sandbox"}
    return Response(words, status, {**safety, **headers}, "text/plain; charset=utf-8")
