"""The publishers over HTTP: on loopback only, each at its own address, every request on record."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import pytest

from demo.publishers import PUBLISHERS
from demo.server import Hand, Publishers

START = datetime(2026, 7, 3, 9, 0, tzinfo=UTC)


def test_each_publisher_answers_at_its_own_address() -> None:
    """Loopback, all different, so that no host limit of one touches another; the clock is in our hand."""
    hand = Hand(START)
    with Publishers(start=START, clock=hand) as farm, httpx.Client(follow_redirects=True, trust_env=False) as client:
        places = {urlsplit(url).netloc for url in farm.urls.values()}
        assert len(places) == len(PUBLISHERS)
        assert all(ipaddress.ip_address(place.split(":")[0]).is_loopback for place in places)
        for url in farm.urls.values():
            assert client.get(url).status_code == 200
        hand.elapsed = 13
        assert client.get(farm.urls["parish"]).status_code == 503


def test_every_request_is_on_record() -> None:
    """T-01: method, path with query, headers and status, in order; HEAD has no body, POST is refused."""
    with Publishers(start=START, clock=Hand(START)) as farm, httpx.Client(trust_env=False) as client:
        url = farm.urls["penketh"]
        etag = client.get(url + "?paged=2", headers={"User-Agent": "test/1"}).headers["etag"]
        assert client.get(url + "?paged=2", headers={"If-None-Match": etag}).status_code == 304
        assert client.head(url).content == b""
        assert client.post(url).status_code == 405
        seen = farm.of("penketh")
    assert [(asked.method, asked.path, asked.status) for asked in seen] == [
        ("GET", "/feed/?paged=2", 200),
        ("GET", "/feed/?paged=2", 304),
        ("HEAD", "/feed/", 200),
        ("POST", "/feed/", 405),
    ]
    assert seen[0].headers["user-agent"] == "test/1"
    assert seen[1].headers["if-none-match"] == etag


async def test_it_serves_asynchronous_code_too() -> None:
    """The same as an asynchronous context manager; nobody listens afterwards."""
    async with Publishers(start=START, clock=Hand(START)) as farm, httpx.AsyncClient(trust_env=False) as client:
        url = farm.urls["council"]
        assert (await client.get(url)).status_code == 200
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(url)
