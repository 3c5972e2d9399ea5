"""Files of single sources have no copies on the disk and answer as if they had (R-40, R-41)."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
import pytest

from aggregator.model import File
from aggregator.publish.codings import copies
from aggregator.publish.folder import Folder
from aggregator.web import packing
from aggregator.web.folder import PublishedFolder
from aggregator.web.packing import SMALLEST, Packed, is_packed_on_request
from tests.web.conftest import put

PAGE = b"<!doctype html><title>Ambleford</title>" + b"<p>The bridge is shut.</p>" * 60


@pytest.mark.parametrize(
    "path",
    ["feeds/a.html", "feeds/a/2026/11.html", "feeds/a/2026/11/feed.atom", "feeds/a/2026/11/page/2.txt", "feeds/a.atom",
     "feeds/a.rss", "feeds/a.json", "feeds/a.2.json", "category/a.atom", "2026/11.html", "index.html", "feed.atom",
     "archive/feeds/a/2026-11/01.atom"],
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


async def test_a_feed_of_a_source_answers_as_if_it_had_copies(client: httpx.AsyncClient, public: Path) -> None:
    """R-40, R-41: strong tags by coding, Vary in every answer, 304 by tag and by date, and the same without a body."""
    put(public, "feeds/barlow.atom", PAGE, packed=False)
    gzipped, plain = ({"Accept-Encoding": coding} for coding in ("gzip, br", "identity"))
    answers = [await client.get("/feeds/barlow.atom", headers=ask) for ask in (gzipped, plain)]
    assert [answer.headers.get("content-encoding") for answer in answers] == ["gzip", None]
    for answer, ask in zip(answers, (gzipped, plain), strict=True):
        assert (answer.status_code, answer.content, answer.headers["vary"]) == (200, PAGE, "Accept-Encoding")
        assert not answer.headers["etag"].startswith("W/")
        for known in (
            {"If-None-Match": answer.headers["etag"]},
            {"If-Modified-Since": answer.headers["last-modified"]},
        ):
            again = await client.get("/feeds/barlow.atom", headers={**ask, **known})
            assert (again.status_code, again.content, again.headers["vary"]) == (304, b"", "Accept-Encoding")
            assert again.headers["etag"] == answer.headers["etag"]
        head = await client.head("/feeds/barlow.atom", headers=ask)
        assert {**head.headers, "date": ""} == {**answer.headers, "date": ""}
    assert answers[0].headers["etag"] != answers[1].headers["etag"]
    other = await client.get("/feeds/barlow.atom", headers={**plain, "If-None-Match": answers[0].headers["etag"]})
    assert other.status_code == 200


async def test_an_old_copy_is_never_served_for_a_new_file(client: httpx.AsyncClient, public: Path) -> None:
    """R-40: an older version left a copy; it serves until the file is written again, and is gone with that."""
    ask = {"Accept-Encoding": "gzip"}
    put(public, "feeds/barlow.atom", PAGE)
    assert (await client.get("/feeds/barlow.atom", headers=ask)).content == PAGE
    at = datetime(2026, 11, 20, tzinfo=UTC)
    Folder(public).write([File(path="feeds/barlow.atom", body=PAGE + b"new", changed_at=at)])
    assert (await client.get("/feeds/barlow.atom", headers=ask)).content == PAGE + b"new"
    assert [path.name for path in (public / "feeds").glob("barlow.atom*")] == ["barlow.atom"]


async def test_many_readers_cost_one_packing(
    client: httpx.AsyncClient, public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for each version of a file, however often it is asked for, and not for a 304."""
    calls: list[bytes] = []
    real = packing.packed
    monkeypatch.setattr(packing, "packed", lambda body: calls.append(body) or real(body))
    put(public, "feeds/barlow.atom", PAGE, packed=False)
    for _ in range(3):
        answer = await client.get("/feeds/barlow.atom", headers={"Accept-Encoding": "gzip"})
        await client.get(
            "/feeds/barlow.atom", headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["etag"]}
        )
    assert calls == [PAGE]


def test_what_was_packed_is_kept_up_to_a_limit() -> None:
    """The oldest goes first; the latest stays even when it is larger than the limit, and every answer is right."""
    held: Packed[int] = Packed(most=100)
    asked: list[int] = []

    def body(number: int) -> bytes:
        asked.append(number)
        return bytes([number]) * 500

    for number in (1, 2, 3, 4, 5, 5, 4, 1):
        assert gzip.decompress(held.of(number, partial(body, number))) == bytes([number]) * 500
    assert asked[:5] == [1, 2, 3, 4, 5]
    assert asked.count(5) == 1
    assert asked[-1] == 1


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
