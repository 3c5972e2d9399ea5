"""Pages of single sources have no copies on the disk and answer as if they had (R-40, R-41)."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx
import pytest

from aggregator.publish.codings import copies
from aggregator.web.folder import PublishedFolder
from aggregator.web.packing import SMALLEST, is_packed_on_request
from tests.web.conftest import put

PAGE = b"<!doctype html><title>Ambleford</title>" + b"<p>The bridge is shut.</p>" * 60


@pytest.mark.parametrize(
    "path",
    ["feeds/a.html", "feeds/a/2026/11.html", "feeds/a/2026/11/feed.atom", "feeds/a/2026/11/page/2.txt", "feeds/a.atom",
     "feeds/a.json", "2026/11.html", "index.html", "feed.atom", "archive/feeds/a/2026-11/01.atom"],
)  # fmt: skip
def test_what_is_packed_on_request_is_what_has_no_copies(path: str) -> None:
    """Two rooms, one promise: every file can be had in gzip."""
    assert is_packed_on_request(path) != (".gz" in copies(path, PAGE))
    assert not copies(path, PAGE[:SMALLEST])


async def test_a_page_without_copies_is_packed(client: httpx.AsyncClient, public: Path) -> None:
    """200, then 304 with the validator just received; other bytes than plain, so another tag; the same every time."""
    put(public, "feeds/barlow.html", PAGE, packed=False)
    ask = {"Accept-Encoding": "gzip"}
    answer = await client.get("/feeds/barlow/", headers=ask)
    plain = await client.get("/feeds/barlow/", headers={"Accept-Encoding": "identity"})
    assert (answer.status_code, answer.headers["content-encoding"], answer.content) == (200, "gzip", PAGE)
    assert int(answer.headers["content-length"]) < len(PAGE)
    assert (plain.content, "content-encoding" in plain.headers) == (PAGE, False)
    assert answer.headers["etag"] != plain.headers["etag"]
    assert answer.headers["last-modified"] == plain.headers["last-modified"]
    known = await client.get("/feeds/barlow/", headers={**ask, "If-None-Match": answer.headers["etag"]})
    assert (known.status_code, known.headers["etag"]) == (304, answer.headers["etag"])
    with PublishedFolder(public).open("feeds/barlow.html", "gzip") as copy:
        assert copy is not None
        assert (copy.etag, gzip.decompress(copy.read())) == (answer.headers["etag"], PAGE)


async def test_what_is_not_there_is_not_packed(client: httpx.AsyncClient, public: Path) -> None:
    """No file, a small file, another coding, a file that has its own copies: as ever."""
    folder = PublishedFolder(public)
    put(public, "feeds/small.html", b"<p>", packed=False)
    put(public, "feeds/barlow.html", PAGE, packed=False)
    put(public, "feeds/older.html", PAGE)
    assert folder.codings("feeds/small.html") == frozenset()
    assert folder.codings("feeds/barlow.html") == {"gzip"}
    assert folder.codings("feeds/older.html") == {"gzip", "br", "zstd"}
    for file, coding in (("feeds/nothing.html", "gzip"), ("feeds/barlow.html", "br")):
        with folder.open(file, coding) as copy:
            assert copy is None
    assert (await client.get("/feeds/nothing/", headers={"Accept-Encoding": "gzip"})).status_code == 404
