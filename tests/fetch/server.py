"""A publisher on loopback that can misbehave in every way the tests need, and notes all it was asked."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aggregator.fetch.addresses import AddressRules
from aggregator.fetch.client import HttpFetch
from aggregator.fetch.limits import Limits

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Ainsbeck Council</title>
<item><title>Bin days at Easter</title><guid>tag:ainsbeck.example,2024:1</guid></item></channel></rss>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it arrived; header names lower-case."""

    target: str
    headers: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for key, value in self.headers if key == name), None)


Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """Routes by target; ``log`` lists all requests in order."""

    port: int = 0
    scheme: str = "http"
    routes: dict[str, Answer] = field(default_factory=dict)
    log: list[Asked] = field(default_factory=list)

    def url(self, path: str = "/feed") -> str:
        """The address of a route."""
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        try:
            await self._serve(reader, writer)
        finally:
            # Also when cancelled, or a slow answer would leave its socket to the garbage collector.
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.rstrip("\r\n").split("\r\n")
            pairs = (line.partition(":") for line in lines)
            headers = tuple((name.lower(), value.strip()) for name, _, value in pairs)
            asked = Asked(target=first.split(" ")[1], headers=headers)
            self.log.append(asked)
            answer = self.routes.get(asked.target, reply(404))
            if isinstance(answer, bytes):
                writer.write(answer)
            else:
                await answer(writer)
            await writer.drain()
        with suppress(ConnectionError, ssl.SSLError):
            writer.close()
            await writer.wait_closed()


def reply(status: int = 200, *headers: str, body: bytes = b"", length: int | None = -1) -> bytes:
    """A whole answer; ``length`` overrides Content-Length, ``None`` leaves it out."""
    lines = [f"HTTP/1.1 {status} Whatever", *headers]
    if length is not None:
        lines.append(f"Content-Length: {len(body) if length < 0 else length}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def redirect(status: int, target: str, *headers: str) -> bytes:
    """A redirect as a publisher would send it."""
    return reply(status, f"Location: {target}", *headers, body=b"<p>moved</p>")


@asynccontextmanager
async def publisher(tls: ssl.SSLContext | None = None, **routes: Answer) -> AsyncIterator[Server]:
    """A running server; keyword ``feed`` is the route ``/feed``."""
    server = Server(scheme="https" if tls else "http", routes={f"/{name}": answer for name, answer in routes.items()})
    running = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = running.sockets[0].getsockname()[1]
    async with running:
        yield server


class FakeClock:
    """Time that moves only when told to."""

    def __init__(self) -> None:
        self.instant = datetime(2025, 7, 1, 9, 30, tzinfo=UTC)

    def now(self) -> datetime:
        """The instant."""
        return self.instant


LOOPBACK = ("127.0.0.0/8", "::1/128")
QUICK = Limits(total_timeout=5.0, connect_timeout=2.0, read_timeout=2.0, max_wire=200_000, max_decoded=600_000)


@asynccontextmanager
async def client(
    limits: Limits = QUICK, allowed: tuple[str, ...] = LOOPBACK, **options: object
) -> AsyncIterator[HttpFetch]:
    """A fetch that may reach loopback."""
    fetch = HttpFetch(limits, AddressRules.parse(allowed), FakeClock(), **options)  # type: ignore[arg-type]
    try:
        yield fetch
    finally:
        await fetch.aclose()
