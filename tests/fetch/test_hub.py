"""The door to hubs against a real server: the guards of a poll hold for it, too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.fetch.addresses import AddressRules
from aggregator.fetch.hub import HttpHub
from aggregator.model import HubAnswer
from tests.fetch.nouns import AGENT
from tests.fetch.server import LOOPBACK, QUICK, FakeClock, publisher, redirect, reply

FORM = (("hub.mode", "subscribe"), ("hub.topic", "https://ainsbeck.example/feed?a=1&b=ü"))


@asynccontextmanager
async def hub_client(allowed: tuple[str, ...] = LOOPBACK) -> AsyncIterator[HttpHub]:
    limits = replace(QUICK, read_timeout=0.3, total_timeout=1.0)
    client = HttpHub(AGENT, AddressRules.parse(allowed), FakeClock(), limits=limits)
    try:
        yield client
    finally:
        await client.aclose()


async def ask(url: str, **options: tuple[str, ...]) -> HubAnswer:
    async with hub_client(**options) as client:
        return await client(url, FORM)


async def test_a_form_is_posted_and_taken() -> None:
    """H-81, H-62: a form of the right type and length, our name, nothing else."""
    async with publisher(hub=reply(202)) as server:
        answer = await ask(server.url("/hub"))
    assert (answer.accepted, answer.status) == (True, 202)
    (asked,) = server.log
    names = {"host", "user-agent", "content-type", "content-length", "connection"}
    assert names <= {name for name, _ in asked.headers} <= names | {"accept", "accept-encoding"}
    assert asked.get("content-type") == "application/x-www-form-urlencoded"
    assert asked.get("user-agent") == AGENT
    assert int(asked.get("content-length") or 0) > 40


@pytest.mark.parametrize("allowed", [(), ("10.0.0.0/8",)])
async def test_hubs_inside_are_not_reached(allowed: tuple[str, ...]) -> None:
    """H-43: a feed may name any hub, but not make us post to our own inside."""
    async with publisher(hub=reply(202)) as server:
        answer = await ask(server.url("/hub"), allowed=allowed)
    assert not answer.accepted
    assert server.log == []


@pytest.mark.parametrize("url", ["ftp://hub.example/", "http://u:p@hub.example/", "http://[bad/", "", "https://x:22/"])
async def test_addresses_that_make_no_sense(url: str) -> None:
    """H-43: a reason, not an exception."""
    answer = await ask(url)
    assert not answer.accepted
    assert "refused" in answer.detail


async def test_redirects_keep_the_post() -> None:
    """H-43: 307 and 308 are followed twice at most; 301 to 303, which would turn it into a GET, are an answer."""
    async with publisher(hub=redirect(307, "/moved"), moved=reply(202), loop=redirect(308, "/loop")) as server:
        assert (await ask(server.url("/hub"))).accepted
        assert len(server.log) == 2
        circle = await ask(server.url("/loop"))
        assert not circle.accepted
        assert "more than 2" in circle.detail
        server.routes["/hub"] = redirect(302, "/moved")
        assert (await ask(server.url("/hub"))).status == 302


@pytest.mark.parametrize("target", ["http://10.0.0.1/", "file:///etc/passwd", "http://[bad"])
async def test_redirects_inside_are_not_followed(target: str) -> None:
    """H-43: the same gate for the target as for the address."""
    async with publisher(hub=redirect(307, target)) as server:
        answer = await ask(server.url("/hub"))
    assert not answer.accepted
    assert len(server.log) == 1


async def test_a_refusal_tells_why_in_one_plain_line() -> None:
    """H-48: the hub's words without control characters, cut short; Retry-After as an instant."""
    words = b"bad\r\n\x1b[31mtopic " + b"x" * 50_000
    async with publisher(hub=reply(400, "Content-Type: text/plain", "Retry-After: 90", body=words)) as server:
        answer = await ask(server.url("/hub"))
    assert (answer.accepted, answer.status) == (False, 400)
    assert answer.detail.startswith("the hub answered 400: bad [31mtopic")
    assert answer.detail.isprintable()
    assert len(answer.detail) < 300
    assert answer.retry_at == FakeClock().now() + timedelta(seconds=90)


async def test_a_page_as_a_refusal_is_not_quoted() -> None:
    """H-48: a page in HTML says nothing in one line."""
    async with publisher(hub=reply(502, "Content-Type: text/html", body=b"<h1>no</h1>")) as server:
        assert (await ask(server.url("/hub"))).detail == "the hub answered 502"


async def test_a_hub_that_hangs_or_is_not_there() -> None:
    """H-65: bounded in time; a value, never an exception."""

    async def hang(_: object) -> None:
        import asyncio

        await asyncio.sleep(5)

    async with publisher(hub=hang) as server:
        slow = await ask(server.url("/hub"))
        gone = server.url("/hub")
    assert not slow.accepted
    assert "0.3 s" in slow.detail
    assert not (await ask(gone)).accepted
