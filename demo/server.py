"""The door of the made-up publishers: one loopback server, an address for each, and a log of every request.

The only place here that opens the network. Works as a context manager, plain or asynchronous; both run a thread.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from demo.publishers import PUBLISHERS, Answer, Ask, Place, Publisher

FIRST_ADDRESS = 11
START_LIMIT = 10.0
"""Seconds to wait for the server to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it was answered. ``path`` carries the query; header names are lower-case."""

    publisher: str
    method: str
    path: str
    headers: Mapping[str, str]
    status: int
    elapsed: float


@dataclass(slots=True)
class Hand:
    """A clock that stands still until somebody moves it: ``elapsed`` is in seconds since ``start`` (aware)."""

    start: datetime
    elapsed: float = 0.0

    def __call__(self) -> datetime:
        """The instant it shows."""
        return self.start + timedelta(seconds=self.elapsed)


@dataclass(slots=True, kw_only=True)
class Publishers:
    """All made-up publishers at work. ``clock`` gives aware instants; what they say depends on ``clock() - start``.

    Inside the ``with`` block ``urls`` maps the id of each publisher to its feed address and ``asked`` grows by one
    record a request. Raises `OSError` when no loopback port can be had.
    """

    start: datetime
    clock: Callable[[], datetime]
    publishers: Sequence[Publisher] = PUBLISHERS
    asked: list[Asked] = field(default_factory=list)
    bases: dict[str, str] = field(default_factory=dict)
    _at: dict[tuple[str, int], Publisher] = field(default_factory=dict)
    _sockets: list[socket.socket] = field(default_factory=list)
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None

    @property
    def urls(self) -> dict[str, str]:
        """Where each feed is, by the id of its publisher."""
        return {one.id: self.bases[one.id] + one.feed for one in self.publishers}

    @property
    def hosts(self) -> tuple[str, ...]:
        """The ``host:port`` of each publisher."""
        return tuple(base.removeprefix("http://") for base in self.bases.values())

    def of(self, publisher: str) -> list[Asked]:
        """What one publisher was asked, in order."""
        return [asked for asked in self.asked if asked.publisher == publisher]

    def __enter__(self) -> Self:
        """Listen, and come back when the server answers."""
        for index, publisher in enumerate(self.publishers):
            self._listen(index, publisher)
        config = uvicorn.Config(self._app, log_config=None, access_log=False, lifespan="off", interface="asgi3")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=(self._sockets,), name="publishers", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + START_LIMIT
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                self._stop()
                raise OSError("the made-up publishers did not start")
            time.sleep(0.01)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        """Stop answering."""
        self._stop()

    async def __aenter__(self) -> Self:
        """The same for asynchronous code; the server has a thread and a loop of its own."""
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Stop answering."""
        await asyncio.to_thread(self._stop)

    def _listen(self, index: int, publisher: Publisher) -> None:
        listener = _bound(f"127.0.0.{FIRST_ADDRESS + index}")
        host, port = listener.getsockname()
        self._sockets.append(listener)
        self._at[host, port] = publisher
        self.bases[publisher.id] = f"http://{host}:{port}"

    def _stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._server.force_exit = True
            self._thread.join(START_LIMIT)
        for listener in self._sockets:
            with suppress(OSError):
                listener.close()

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        publisher = self._at[tuple(scope["server"])]
        elapsed = (self.clock() - self.start).total_seconds()
        answer = self._answer(publisher, request, elapsed)
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        headers = dict(request.headers)
        self.asked.append(
            Asked(
                publisher=publisher.id,
                method=request.method,
                path=path,
                headers=headers,
                status=answer.status,
                elapsed=elapsed,
            )
        )
        await _response(answer)(scope, receive, send)

    def _answer(self, publisher: Publisher, request: Request, elapsed: float) -> Answer:
        if request.method not in {"GET", "HEAD"}:
            return Answer(status=405, headers=(("Allow", "GET, HEAD"),))
        ask = Ask(
            path=request.url.path, query=dict(request.query_params), headers=dict(request.headers), elapsed=elapsed
        )
        return publisher.render(ask, Place(base=self.bases[publisher.id], start=self.start))


def _bound(host: str) -> socket.socket:
    """A socket on an ephemeral port. Where a system knows no loopback but 127.0.0.1, ports tell publishers apart."""
    for address in (host, "127.0.0.1"):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.bind((address, 0))
        except OSError:
            listener.close()
        else:
            return listener
    raise OSError("no loopback address can be bound")


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status)
    for name, value in answer.headers:
        response.headers.append(name, value)
    return response
