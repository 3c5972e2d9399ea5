"""The application behind a real server on loopback, asked by a real client over the wire."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from aggregator.web import create_app
from tests.web.conftest import ATOM, PACK, READY, SITE


@pytest.fixture
async def address(public: Path) -> AsyncIterator[str]:
    """Where a server for the published folder listens."""
    line = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(create_app(public, lambda: READY, SITE), log_level="error", lifespan="off", access_log=False)
    )
    running = asyncio.create_task(server.serve(sockets=[line]))
    # The socket listens already: whoever comes early waits in its queue.
    yield f"http://127.0.0.1:{line.getsockname()[1]}"
    server.should_exit = True
    await running


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "identity"])
async def test_each_coding_gives_200_then_304(address: str, coding: str) -> None:
    """R-41: the validator just received gives 304 in every coding, and the bytes on the wire are in that coding."""
    async with httpx.AsyncClient(base_url=address, headers={"Accept-Encoding": coding}) as client:
        async with client.stream("GET", "/feed.atom") as first:
            wire = b"".join([part async for part in first.aiter_raw()])
        assert first.status_code == 200
        assert first.headers.get("content-encoding", "identity") == coding
        unpack = PACK[coding][2] if coding in PACK else bytes
        assert unpack(wire) == ATOM + b"feedatom"
        assert int(first.headers["content-length"]) == len(wire)
        again = await client.get("/feed.atom", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert "date" in again.headers
        head = await client.head("/feed.atom")
        assert {k: v for k, v in head.headers.items() if k != "date"} == {
            k: v for k, v in first.headers.items() if k != "date"
        }


async def test_head_of_a_refusal_has_no_body(address: str) -> None:
    """R-40: on the wire, nothing follows the headers of a HEAD, so the next answer on the connection is sound."""
    async with httpx.AsyncClient(base_url=address) as client:
        for _ in range(2):
            assert (await client.head("/nothing")).status_code == 404
            assert (await client.get("/robots.txt")).text.startswith("User-agent")


async def test_raw_paths_cannot_climb(address: str) -> None:
    """A hand-written request line with parent folders is 404, whatever a polite client would have made of it."""
    host, port = address.removeprefix("http://").split(":")
    for path in (
        "/../secret.atom",
        "/feeds/../../secret.atom",
        "/%2e%2e/secret.atom",
        "/feed.atom%00.html",
        "/.state.json",
    ):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        assert answer.startswith(b"HTTP/1.1 404"), path
        assert b"seq" not in answer
