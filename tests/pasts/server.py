"""A loopback server that answers by a function and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

RSS, ATOM, JSON, HTML, TEXT = (
    "application/rss+xml",
    "application/atom+xml",
    "application/json",
    "text/html; charset=utf-8",
    "text/plain",
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request: its path and its parameters."""

    path: str
    query: dict[str, str]
    whole: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """One answer."""

    body: str = ""
    status: int = 200
    kind: str = HTML
    headers: dict[str, str] = field(default_factory=dict)


Tell = Callable[[Asked], Told]


@dataclass(kw_only=True)
class Place:
    """A running server: its root with a slash, and the whole paths asked for, in order."""

    url: str
    asked: list[str]


@contextmanager
def serving(tell: Callable[[str], Tell]) -> Iterator[Place]:
    """Serve until the end; ``tell`` makes the answering function from the root address."""
    asked: list[str] = []
    answer: list[Tell] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(self.path)
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            told = answer[0](Asked(path=parts.path, query=query, whole=self.path))
            body = told.body.encode()
            self.send_response(told.status)
            self.send_header("content-type", told.kind)
            self.send_header("content-length", str(len(body)))
            for name, value in told.headers.items():
                self.send_header(name, value)
            with suppress(ConnectionError):  # the one who asked may have been killed
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Silence."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        answer.append(tell(url))
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield Place(url=url, asked=asked)
        finally:
            server.shutdown()
            thread.join(5)
