"""The feed server of the benchmark: right answers in every manner, on loopback, counted."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from bench.farm import Farm
from bench.farmhouse import Farmhouse
from bench.formats import render
from bench.server import State, command

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs many addresses of 127.0.0.0/8")
FARM = Farm(feeds=4, entries=5, seed=3, epoch=1_790_000_000)


@pytest.fixture(scope="module")
def house() -> Iterator[Farmhouse]:
    """A small farm, served."""
    with Farmhouse(FARM) as served:
        yield served


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """A client without proxies."""
    with httpx.Client(trust_env=False) as one:
        yield one


def test_each_feed_has_its_own_loopback_address(house: Farmhouse) -> None:
    """H-70: no limit by host can make two feeds wait for each other, and nobody outside can ask."""
    hosts = {urlsplit(url).hostname or "" for url in house.urls}
    assert len(hosts) == FARM.feeds
    assert all(ipaddress.ip_address(host).is_loopback for host in hosts)


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_normal_honours_both_validators(house: Farmhouse, client: httpx.Client, coding: str) -> None:
    """R-41: 200, then 304 with the validators just received, in either coding; a new generation is 200 again."""
    for feed, url in enumerate(house.urls):
        house.behave("normal", 0)
        first = client.get(url, headers={"Accept-Encoding": coding})
        assert first.content == render(FARM, feed, 0)
        tag, date = {"If-None-Match": first.headers["etag"]}, {"If-Modified-Since": first.headers["last-modified"]}
        for asked in (tag, date, tag | date):
            assert client.get(url, headers={"Accept-Encoding": coding} | asked).status_code == 304
        house.behave("normal", 1)
        second = client.get(url, headers={"Accept-Encoding": coding} | tag | date)
        assert (second.status_code, second.content) == (200, render(FARM, feed, 1))


def test_dumb_knows_no_validators(house: Farmhouse, client: httpx.Client) -> None:
    """Always 200 with the same bytes, whatever is asked."""
    house.behave("dumb", 0)
    first, second = (client.get(house.urls[0], headers={"If-None-Match": "*"}) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert first.content == second.content
    assert "etag" not in first.headers
    assert "last-modified" not in first.headers


def test_slow_answers_as_normal_does(house: Farmhouse, client: httpx.Client) -> None:
    """Only later: the same document with the same validators."""
    house.behave("slow", 0)
    answer = client.get(house.urls[1])
    assert answer.content == render(FARM, 1, 0)
    assert client.get(house.urls[1], headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_answers_are_counted(house: Farmhouse, client: httpx.Client) -> None:
    """By status, since the last time; a path of another feed is 404."""
    house.behave("normal", 0)
    etag = client.get(house.urls[0]).headers["etag"]
    client.get(house.urls[0], headers={"If-None-Match": etag})
    client.get(house.urls[0].replace("00000", "00001"))
    counts = dict(house.counts())
    assert counts.pop("bytes") > 0
    assert counts == {"200": 1, "304": 1, "404": 1}
    assert house.counts() == {}


def test_a_head_may_come_in_pieces(house: Farmhouse) -> None:
    """Requests are found in the stream, however it is cut, and answered in order."""
    import socket

    house.behave("normal", 0)
    parts = urlsplit(house.urls[2])
    text = f"GET {parts.path} HTTP/1.1\r\nHost: x\r\n\r\nGET /no HTTP/1.1\r\n\r\n".encode()
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as line:
        for cut in (text[:9], text[9:40], text[40:]):
            line.sendall(cut)
        heard = b""
        while b"404 Not Found\r\nContent-Length: 0\r\n\r\n" not in heard:
            piece = line.recv(65536)
            assert piece
            heard += piece
    assert heard.startswith(b"HTTP/1.1 200 OK\r\n")
    assert render(FARM, 2, 0) in heard


@pytest.mark.parametrize("line", ["", "set fast 0", "set normal 9", "stop", "set normal"])
def test_unknown_commands_are_refused(line: str) -> None:
    """A typing mistake in the benchmark must not be measured."""
    state = State()
    with pytest.raises(ValueError):
        command(line, state)
    assert (state.mode, state.generation) == ("normal", 0)
