"""Serves the generated feeds on loopback from a process of its own: ready bytes, one address a feed, three manners.

``normal`` sends ETag and Last-Modified and honours both; ``dumb`` sends neither and always answers 200; ``slow`` is
``normal`` after 100 ms. The parent speaks to it in lines on stdin and gets one line of JSON for each.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import json
import os
import resource
import socket
import sys
from collections import Counter
from dataclasses import dataclass, field
from email.utils import formatdate

from bench.farm import Farm, kind_of
from bench.formats import TYPES, render

MODES = ("normal", "dumb", "slow")
DELAY = 0.1
GENERATIONS = 2
LARGEST_HEAD = 64 * 1024
PER_BLOCK = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """One coding of one document: head and body of the 200, the whole 304, and the ETag that tells it apart."""

    etag: bytes
    modified: bytes
    head: bytes
    plain_head: bytes
    body: bytes
    not_modified: bytes


@dataclass(slots=True)
class State:
    """What the server does at present, and what it has answered since it was last asked."""

    mode: str = "normal"
    generation: int = 0
    counts: Counter[str] = field(default_factory=Counter)


def address(feed: int) -> str:
    """The loopback address of a feed, so that no limit by host makes feeds wait for each other."""
    return f"127.1.{feed // PER_BLOCK}.{feed % PER_BLOCK + 1}"


def path(feed: int) -> str:
    """The path of a feed."""
    return f"/{feed:05d}/feed"


def representations(farm: Farm, feed: int, generation: int) -> tuple[Representation, Representation]:
    """The document as it is and gzipped."""
    body = render(farm, feed, generation)
    modified = formatdate(farm.epoch + 600 * generation, usegmt=True).encode()
    kind = TYPES[kind_of(feed)].encode()
    zipped = gzip.compress(body, 5, mtime=0)
    return _representation(body, kind, modified, b""), _representation(zipped, kind, modified, b"gzip")


def _representation(body: bytes, kind: bytes, modified: bytes, coding: bytes) -> Representation:
    etag = b'"%s%s"' % (hashlib.sha256(body).hexdigest()[:16].encode(), b"-gzip" if coding else b"")
    fixed = b"Server: farm\r\nDate: %s\r\nVary: Accept-Encoding\r\n" % formatdate(usegmt=True).encode()
    validators = b"ETag: %s\r\nLast-Modified: %s\r\n" % (etag, modified)
    entity = b"Content-Type: %s\r\nContent-Length: %d\r\n" % (kind, len(body))
    entity += b"Content-Encoding: gzip\r\n" if coding else b""
    return Representation(
        etag=etag,
        modified=modified,
        head=b"HTTP/1.1 200 OK\r\n" + fixed + validators + entity + b"\r\n",
        plain_head=b"HTTP/1.1 200 OK\r\n" + fixed + entity + b"\r\n",
        body=body,
        not_modified=b"HTTP/1.1 304 Not Modified\r\n" + fixed + validators + b"\r\n",
    )


class Stock:
    """Every answer, ready: by generation and feed."""

    def __init__(self, farm: Farm) -> None:
        self._ready = [[representations(farm, f, g) for f in range(farm.feeds)] for g in range(GENERATIONS)]

    def of(self, feed: int, generation: int, zipped: bool) -> Representation:
        """The representation to answer with. Every second feed is never compressed, as on the real web."""
        return self._ready[generation][feed][int(zipped and feed % 2 == 0)]

    def size(self, generation: int) -> int:
        """Bytes of all documents, not compressed."""
        return sum(len(plain.body) for plain, _ in self._ready[generation])


class Connection(asyncio.Protocol):
    """One keep-alive connection: reads heads, writes ready answers."""

    def __init__(self, stock: Stock, state: State, feed: int) -> None:
        self._stock, self._state, self._feed = stock, state, feed
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every whole head in the buffer."""
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            if self._state.mode == "slow":
                asyncio.get_running_loop().call_later(DELAY, self._answer, head)
            else:
                self._answer(head)
        if len(self._buffer) > LARGEST_HEAD and self._transport:
            self._transport.abort()

    def _answer(self, head: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        pieces, status = self._pieces(*_read(head))
        self._state.counts[status] += 1
        self._state.counts["bytes"] += sum(map(len, pieces))
        self._transport.writelines(pieces)

    def _pieces(self, target: bytes, fields: dict[bytes, bytes]) -> tuple[list[bytes], str]:
        if target != path(self._feed).encode():
            return [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"], "404"
        zipped = b"gzip" in fields.get(b"accept-encoding", b"")
        ready = self._stock.of(self._feed, self._state.generation, zipped)
        if self._state.mode == "dumb":
            return [ready.plain_head, ready.body], "200"
        if _unchanged(ready, fields):
            return [ready.not_modified], "304"
        return [ready.head, ready.body], "200"


def _read(head: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    first, *lines = head.split(b"\r\n")
    _, target, *_ = [*first.split(b" "), b"", b""]
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
    return target, fields


def _unchanged(ready: Representation, fields: dict[bytes, bytes]) -> bool:
    """RFC 9110, 13.2.2: If-None-Match wins over If-Modified-Since."""
    tags = fields.get(b"if-none-match")
    if tags is not None:
        return ready.etag in tags
    return fields.get(b"if-modified-since") == ready.modified


def command(line: str, state: State) -> dict[str, object]:
    """``set MODE GENERATION`` or ``counts`` (which begins to count anew); raises `ValueError` for anything else."""
    match line.split():
        case ["set", mode, generation] if mode in MODES and int(generation) in range(GENERATIONS):
            state.mode, state.generation = mode, int(generation)
            return {"mode": state.mode, "generation": state.generation}
        case ["counts"]:
            counts, state.counts = state.counts, Counter()
            return dict(counts)
    raise ValueError(line)


def listeners(feeds: int) -> list[socket.socket]:
    """A socket a feed, each on its own address, all on one port. Raises `OSError`."""
    sockets: list[socket.socket] = []
    port = 0
    for feed in range(feeds):
        one = socket.create_server((address(feed), port), backlog=64)
        port = one.getsockname()[1]
        sockets.append(one)
    return sockets


async def serve(stock: Stock, sockets: list[socket.socket]) -> None:
    """Answer until stdin ends."""
    loop, state = asyncio.get_running_loop(), State()
    servers = [
        await loop.create_server(lambda feed=feed: Connection(stock, state, feed), sock=one)  # type: ignore[misc]
        for feed, one in enumerate(sockets)
    ]
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    _say({"port": sockets[0].getsockname()[1], "bytes": [stock.size(number) for number in range(GENERATIONS)]})
    while line := await reader.readline():
        _say(command(line.decode(), state))
    for server in servers:
        server.close()


def _say(answer: dict[str, object]) -> None:
    print(json.dumps(answer), flush=True)


def main() -> None:
    """Generate, listen, tell the port, serve."""
    parser = argparse.ArgumentParser(prog="python -m bench.server", description=__doc__)
    for name in ("feeds", "entries", "seed", "epoch"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--core", type=int, default=-1, help="run on this core only")
    options = parser.parse_args()
    if options.core >= 0:
        os.sched_setaffinity(0, {options.core})
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    farm = Farm(options.feeds, options.entries, options.seed, options.epoch)
    sockets = listeners(farm.feeds)
    asyncio.run(serve(Stock(farm), sockets))


if __name__ == "__main__":
    main()
