"""Callbacks of hubs: what the web room promises whoever stands behind the port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from aggregator.model import Site
from aggregator.web import create_app
from aggregator.web.callbacks import MOST_CONTENT
from tests.web.conftest import READY, SITE, client_of


@dataclass(slots=True)
class Desk:
    """A port that says what it is told to, and keeps what it hears."""

    words: str | None = "challenge"
    admits: int = 202
    takes: int = 202
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    brought: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    async def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        self.asked.append((token, dict(query)))
        return self.words

    def admit(self, token: str) -> int:
        return self.admits

    async def deliver(self, token: str, headers: Mapping[str, str], body: bytes) -> int:
        self.brought.append((token, dict(headers), body))
        return self.takes


async def test_the_challenge_comes_back_to_the_letter(public: Path) -> None:
    """H-82: 200 with the words and nothing else, as text that no browser runs."""
    desk = Desk(words="<script>1</script> ü")
    async with client_of(create_app(public, lambda: READY, SITE, push=desk)) as client:
        got = await client.get("/push/abc?hub.mode=subscribe&hub.topic=https%3A%2F%2Fx.example%2F%3Fa%3D1")
    assert (got.status_code, got.text) == (200, "<script>1</script> ü")
    assert got.headers["content-type"].startswith("text/plain")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["cache-control"] == "no-store"
    assert desk.asked == [("abc", {"hub.mode": "subscribe", "hub.topic": "https://x.example/?a=1"})]


async def test_unexpected_questions_are_404(public: Path) -> None:
    """H-82: what is not expected is not there."""
    async with client_of(create_app(public, lambda: READY, SITE, push=Desk(words=None))) as client:
        assert (await client.get("/push/abc")).status_code == 404


@pytest.mark.parametrize("status", [404, 410, 503])
async def test_content_that_is_not_admitted_is_not_read(public: Path, status: int) -> None:
    """H-84: 410 when unsubscribed, 404 for strangers, before the body is taken."""
    desk = Desk(admits=status)
    async with client_of(create_app(public, lambda: READY, SITE, push=desk)) as client:
        assert (await client.post("/push/abc", content=b"x" * 1000)).status_code == status
    assert desk.brought == []


async def test_content_arrives_whole_with_its_headers(public: Path) -> None:
    """H-84: the token of the path decides; a signature given twice arrives as two."""
    desk = Desk()
    headers = [("X-Hub-Signature", "sha1=a"), ("X-Hub-Signature", "sha256=b"), ("Content-Type", "text/xml")]
    async with client_of(create_app(public, lambda: READY, SITE, push=desk)) as client:
        got = await client.post("/push/abc", content=b"\x00body", headers=headers)
    assert got.status_code == 202
    ((token, heard, body),) = desk.brought
    assert (token, body, heard["x-hub-signature"]) == ("abc", b"\x00body", "sha1=a,sha256=b")


async def test_content_is_bounded_whether_declared_or_not(public: Path) -> None:
    """H-64, H-84: the length is believed where it refuses, and counted where none is given; the rest is not read."""
    desk = Desk()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MOST_CONTENT // 1_000_000 + 5):
            yield bytes(1_000_000)

    async with client_of(create_app(public, lambda: READY, SITE, push=desk)) as client:
        assert (await client.post("/push/abc", content=endless())).status_code == 413
        assert (await client.post("/push/abc", headers={"Content-Length": str(MOST_CONTENT + 1)})).status_code == 413
        assert (await client.post("/push/abc", content=bytes(MOST_CONTENT))).status_code == 202
    assert [len(body) for _, _, body in desk.brought] == [MOST_CONTENT]


async def test_packed_content_is_refused(public: Path) -> None:
    """H-84: what is signed is what was sent, and nothing is unpacked for a stranger."""
    desk = Desk()
    async with client_of(create_app(public, lambda: READY, SITE, push=desk)) as client:
        got = await client.post("/push/abc", content=b"x", headers={"Content-Encoding": "gzip"})
    assert (got.status_code, desk.brought) == (415, [])


async def test_without_push_there_are_no_callbacks(public: Path) -> None:
    """H-81: off means that nobody answers."""
    async with client_of(create_app(public, lambda: READY, SITE)) as client:
        assert (await client.get("/push/abc")).status_code == 404
        assert (await client.post("/push/abc")).status_code == 405


async def test_both_paths_behind_a_proxy(public: Path) -> None:
    """H-81: with the path of the public address in front or without; a slash too many is not there, nor a redirect."""
    site = Site(title="Vale", url="https://vale.example/news/")
    async with client_of(create_app(public, lambda: READY, site, push=Desk())) as client:
        for path in ("/push/abc", "/news/push/abc"):
            assert (await client.get(path)).status_code == 200
        assert (await client.get("/news/push/abc/")).status_code == 404
        assert (await client.get("/other/push/abc")).status_code == 404


async def test_guessing_is_slowed_down(public: Path) -> None:
    """H-84: a stranger who tries tokens hears 429 in the end."""
    app = create_app(public, lambda: READY, SITE, push=Desk(words=None), clock=lambda: 0.0)
    async with client_of(app, "192.0.2.7") as client:
        statuses = {(await client.get(f"/push/{number}")).status_code for number in range(1_201)}
        last = await client.get("/push/abc")
    assert statuses == {404, 429}
    assert int(last.headers["retry-after"]) >= 1
