"""The same publishers on a real loopback server, asked by the real client: what is on the wire (T-01)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import count
from urllib.parse import urlsplit

import pytest

from aggregator.fetch.addresses import AddressRules
from aggregator.fetch.client import HttpFetch
from aggregator.fetch.limits import Limits
from aggregator.model import FeedId, Source
from aggregator.pipeline.poll import poll
from aggregator.ports import Ports
from aggregator.store.memory import MemoryStore
from aggregator.store.sqlite import InlineWriter
from tests.score.farm import web
from tests.score.installation import AGENT, silence
from tests.score.log import Seen
from tests.score.marks import bad_marks
from tests.score.world import TinyDigest, World

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
STEP = timedelta(hours=31)
ROUNDS = 12
SKIPPED = ("torn", "slow", "loop", "bomb", "second.chain", "third.chain", "end.chain")
"""Faults of the connection itself are tested with the client; the steps of a chain are asked through it."""


class Wire:
    """Serves every publisher of a world under ``/HOST/PATH`` and writes down what really arrived."""

    def __init__(self, world: World) -> None:
        self.world, self.port = world, 0

    def local(self, url: str) -> str:
        """The address on loopback that stands for this one."""
        parts = urlsplit(url)
        return f"http://127.0.0.1:{self.port}/{parts.netloc}{parts.path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip("\r\n")
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        _, host, path = first.split(" ")[1].split("/", 2)
        url = f"https://{host}/{path}"
        reply = self.world.feeds[url].answer(headers, self.world.at)
        seen = Seen(
            at=self.world.at, exchange=self.world.exchanges, asked_by=url, url=url, headers=headers, reply=reply
        )
        self.world.log.append(seen)
        given = {**reply.headers, "connection": "close", "content-length": str(len(reply.body))}
        if "location" in given:
            given["location"] = self.local(given["location"])
        text = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        writer.write(f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n{text}\r\n".encode() + reply.body)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def opened(world: World) -> AsyncIterator[Wire]:
    """A server on a free port."""
    wire = Wire(world)
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        await server.wait_closed()


def installation(world: World, wire: Wire) -> tuple[Ports, HttpFetch]:
    """A store in memory with a subscription to each publisher, and the real client."""
    numbers = count(1)
    store = MemoryStore("news.example", world.at, lambda: f"uuid-{next(numbers)}")
    limits = Limits(total_timeout=10, max_wire=1_000_000, max_decoded=3_000_000)
    fetch = HttpFetch(limits, AddressRules.parse([f"127.0.0.1:{wire.port}"]), world)
    feeds = [url for url in world.feeds if not urlsplit(url).netloc.startswith(SKIPPED)]
    sources = [Source(id=FeedId(urlsplit(url).netloc), url=wire.local(url)) for url in feeds]
    store.sources.sync(sources, world.at)
    ports = Ports(
        clock=world,
        fetch=fetch,
        digest=TinyDigest(),
        sources=store.sources,
        ledger=store.ledger,
        write=InlineWriter(store),
    )
    return ports, fetch


@pytest.fixture(scope="module")
def log() -> list[Seen]:
    """A fortnight of polls, each feed asked once in every step, if it may be."""

    async def fortnight() -> list[Seen]:
        world = World(at=START, feeds=web(START))
        async with opened(world) as wire:
            ports, fetch = installation(world, wire)
            for _ in range(ROUNDS):
                for row in [url for url in world.feeds if not urlsplit(url).netloc.startswith(SKIPPED)]:
                    world.exchanges += 1
                    await poll(FeedId(urlsplit(row).netloc), ports, AGENT)
                    world.at += timedelta(seconds=11)
                world.at += STEP
            await fetch.aclose()
        return world.log

    with silence():
        return asyncio.run(fortnight())


def test_the_wire_bears_no_bad_mark(log: list[Seen]) -> None:
    """H-01 to H-09, H-62: real headers of the real client, odd quotes and all; nothing made up, no cookie returned."""
    assert len(log) > 300
    plain = [replace(seen, headers=dict(seen.headers)) for seen in log]
    assert [mark for mark in bad_marks(plain) if not mark.startswith(("gap", "spacing", "retry-after"))] == []


def test_cookies_were_offered(log: list[Seen]) -> None:
    """H-62: the test above means something: servers did try."""
    assert any("set-cookie" in seen.reply.headers for seen in log)


def test_validators_went_back_as_they_came(log: list[Seen]) -> None:
    """H-01, H-02: a weak ETag with a suffix and its date, both at once, to the byte."""
    sent = [seen.sent for seen in log if "plain.example" in seen.url and seen.sent != (None, None)]
    assert len(sent) >= ROUNDS - 2
    assert all(etag and etag.startswith('W/"') and etag.endswith('-gzip"') and date for etag, date in sent)


def test_only_wanted_headers_are_sent(log: list[Seen]) -> None:
    """H-08, H-60: the client adds nothing of its own."""
    usual = {"host", "user-agent", "accept", "accept-encoding", "connection"}
    asking = {"if-none-match", "if-modified-since", "a-im"}
    assert set().union(*(seen.headers for seen in log)) <= usual | asking


def test_a_delta_is_read_off_the_wire(log: list[Seen]) -> None:
    """H-52, H-66: the real client asks for it beside the ETag, and the next ETag is the one that came with it."""
    told = [seen for seen in log if "//sparing." in seen.url]
    assert [seen.reply.status for seen in told[:3]] == [200, 226, 226]
    assert [seen.sent[0] for seen in told[1:3]] == [seen.reply.headers["etag"] for seen in told[:2]]
