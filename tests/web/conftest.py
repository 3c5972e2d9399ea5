"""A published folder of made-up feeds, and clients for the application over it."""

from __future__ import annotations

import gzip
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import brotli
import httpx
import pytest
from backports import zstd

from aggregator.model import Site
from aggregator.web import Health, create_app

SITE = Site(title="Vale news", url="https://news.vale.example/")
CHANGED = 1_795_000_000
ATOM = (
    b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">' + b"<!-- Ambleford council -->" * 60 + b"</feed>"
)
READY = Health(ready=True, alive=True, text="ready", details={"feeds": 3})
PACK: dict[str, tuple[str, Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    "gzip": (".gz", lambda body: gzip.compress(body, mtime=0), gzip.decompress),
    "br": (".br", brotli.compress, brotli.decompress),
    "zstd": (".zst", zstd.compress, zstd.decompress),
}


def put(public: Path, name: str, body: bytes, packed: bool = True, at: int = CHANGED) -> None:
    """Publish a file by rename, with compressed copies, dated ``at``."""
    copies = {suffix: pack(body) for suffix, pack, _ in PACK.values()} if packed else {}
    for suffix, content in {**copies, "": body}.items():
        target = public / (name + suffix)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.tmp")
        draft.write_bytes(content)
        os.utime(draft, (at, at))
        draft.replace(target)


@pytest.fixture
def public(tmp_path: Path) -> Path:
    """The folder as a publish leaves it."""
    root = tmp_path / "public"
    for name in ("feed", "feeds/ambleford", "category/council"):
        for ending in ("atom", "rss", "json"):
            put(root, f"{name}.{ending}", ATOM + name.encode() + ending.encode())
    for name in ("index.html", "feeds/ambleford.html", "about-our-bot.html"):
        put(root, name, b"<!doctype html><title>" + name.encode() + b"</title>" + b"<p>news</p>" * 60)
    put(root, "opml.xml", b"<opml/>" * 100)
    put(root, "feed.2.json", b'{"items": []}', packed=False)
    put(root, "robots.txt", b"User-agent: *\nDisallow:\n", packed=False)
    put(root, "style.css", b"p { margin: 0 }\n", packed=False)
    put(root, "icon.svg", b"<svg/>", packed=False)
    (root / ".state.json").write_text('{"seq": 1}')
    (root / "_note.html").write_text("not for you")
    (tmp_path / "secret.atom").write_text("secret")
    return root


def client_of(app: Any, address: str = "127.0.0.1") -> httpx.AsyncClient:
    """A client that speaks to the application directly and adds no headers of its own."""
    transport = httpx.ASGITransport(app=app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers=httpx.Headers())


@pytest.fixture
async def client(public: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application over the published folder; it accepts no codings unless told."""
    async with client_of(create_app(public, lambda: READY, SITE)) as client:
        client.headers.pop("accept-encoding", None)
        client.headers.pop("accept", None)
        yield client
