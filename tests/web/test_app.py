"""The application over a published folder, asked directly."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from aggregator.model import Site
from aggregator.web import Health, Limit, create_app
from aggregator.web.folder import PublishedFolder
from tests.web.conftest import ATOM, PACK, READY, SITE, client_of, put

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    "path", ["/feed.atom", "/", "/feeds/ambleford/", "/opml.xml", "/robots.txt", "/nothing", "/feeds/ambleford"]
)
async def test_head_is_get_without_body(client: httpx.AsyncClient, path: str) -> None:
    """R-40: GET and HEAD have equal headers."""
    got, head = await client.get(path), await client.head(path)
    assert head.status_code == got.status_code
    assert dict(head.headers) == dict(got.headers)
    assert head.content == b""


async def test_headers_of_a_feed(client: httpx.AsyncClient) -> None:
    """R-40 to R-47: everything a subscription document promises."""
    answer = await client.get("/feed.atom", headers={"Accept-Encoding": "gzip"})
    assert answer.content == ATOM + b"feedatom"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=900, stale-if-error=86400"
    assert answer.headers["last-modified"] == "Wed, 18 Nov 2026 11:06:40 GMT"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert {"ETag", "Last-Modified", "Link"} <= set(answer.headers["access-control-expose-headers"].split(", "))
    assert '<https://news.vale.example/feed.atom>; rel="self"' in answer.headers["link"]
    assert answer.headers["etag"][0] == answer.headers["etag"][-1] == '"'


async def test_pages_run_no_scripts(client: httpx.AsyncClient) -> None:
    """Hostile input: even if a script got into a page, it would not run."""
    answer = await client.get("/", headers=BROWSER)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; img-src 'self'; style-src 'self'")
    assert "referrer-policy" in answer.headers


async def test_not_modified_says_what_caches_need(client: httpx.AsyncClient) -> None:
    """R-40: 304 carries ETag, Cache-Control, Vary and Content-Location, and nothing of the body."""
    first = await client.get("/.well-known/feeds")
    again = await client.get("/.well-known/feeds", headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control", "vary", "content-location", "access-control-allow-origin"):
        assert again.headers[name] == first.headers[name]
    assert not {"content-type", "content-length", "content-encoding"} & set(again.headers)


async def test_date_alone_is_enough(client: httpx.AsyncClient) -> None:
    """R-40: a client that only kept Last-Modified gets its 304; a wrong tag beside it does not."""
    since = {"If-Modified-Since": (await client.get("/feed.rss")).headers["last-modified"]}
    assert (await client.get("/feed.rss", headers=since)).status_code == 304
    assert (await client.get("/feed.rss", headers={**since, "If-None-Match": '"old"'})).status_code == 200


async def test_tag_survives_restart_and_moves_with_content(public: Path) -> None:
    """R-42: equal bytes have equal tags in every process and copy; other bytes have another, at once."""

    async def tag() -> str:
        async with client_of(create_app(public, lambda: READY, SITE)) as client:
            return str((await client.get("/feed.atom")).headers["etag"])

    first = await tag()
    put(public, "feed.atom", ATOM + b"feedatom", at=1_700_000_000)
    assert await tag() == first
    async with client_of(create_app(public, lambda: READY, SITE)) as client:
        assert (await client.get("/feed.atom")).headers["etag"] == first
        put(public, "feed.atom", ATOM + b"feedmota", at=1_700_000_000)
        assert (await client.get("/feed.atom")).headers["etag"] != first


async def test_refused_identity(client: httpx.AsyncClient) -> None:
    """RFC 9110 12.5.3: a client that refuses identity gets a copy, or 406 where there is none."""
    answer = await client.get("/feed.atom", headers={"Accept-Encoding": "identity;q=0, *"})
    assert answer.headers["content-encoding"] == "br"
    assert (await client.get("/robots.txt", headers={"Accept-Encoding": "identity;q=0"})).status_code == 406


async def test_codings_in_two_fields_are_one_list(client: httpx.AsyncClient) -> None:
    """RFC 9110 5.3: a client, or a proxy in front of it, may split a list over several fields."""
    answer = await client.get("/feed.atom", headers=[("Accept-Encoding", "identity"), ("Accept-Encoding", "br")])
    assert answer.headers["content-encoding"] == "br"


async def test_missing_copy_falls_back(client: httpx.AsyncClient, public: Path) -> None:
    """A copy that is not there, or is a link, is not offered."""
    (public / "feed.atom.br").unlink()
    (public / "feed.atom.br").symlink_to(public.parent / "secret.atom")
    answer = await client.get("/feed.atom", headers={"Accept-Encoding": "br"})
    assert "content-encoding" not in answer.headers
    assert answer.content == ATOM + b"feedatom"


@pytest.mark.parametrize(
    "path",
    ["/../secret.atom", "/%2e%2e/secret.atom", "/feeds/%2e%2e/%2e%2e/secret.atom", "/..%2fsecret.atom",
     "//secret.atom", "/.state.json", "/_note.html", "/feed.atom%00", "/feed.atom.gz", "/.feed.atom.tmp", "/a%0Ab",
     "/%ff.atom", "/feeds", "/feeds/", "/out.atom", "/outside/secret.atom", "/etc/passwd", "/feed.atom/",
     "/wp-login.php", "/" + "é" * 180 + ".atom"],
)  # fmt: skip
async def test_nothing_else_is_handed_out(client: httpx.AsyncClient, public: Path, path: str) -> None:
    """Parent folders, links, hidden files, drafts and copies are all 404."""
    (public / "out.atom").symlink_to(public.parent / "secret.atom")
    (public / "outside").symlink_to(public.parent)
    request = client.build_request("GET", "http://test/")
    request.url = request.url.copy_with(raw_path=quote(path, safe="/%.").encode())
    answer = await client.send(request)
    assert answer.status_code == 404
    assert b"secret" not in answer.content


async def test_unknown_address_in_plain_words(client: httpx.AsyncClient) -> None:
    """404 is HTML for browsers and text for everything else, and no cache keeps it."""
    page, text = await client.get("/<b>", headers=BROWSER), await client.get("/nothing.atom")
    assert (page.status_code, text.status_code) == (404, 404)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert "nothing at this address" in page.text
    assert "nothing at this address" in text.text
    assert "<b>" not in page.text
    assert text.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
async def test_reading_only(client: httpx.AsyncClient, method: str) -> None:
    """405 names what is allowed."""
    answer = await client.request(method, "/feed.atom")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


async def test_scripts_of_other_sites_may_ask(client: httpx.AsyncClient) -> None:
    """R-47: the preflight allows the conditional headers."""
    asking = {"Origin": "https://reader.example", "Access-Control-Request-Headers": "if-none-match"}
    answer = await client.options("/feed.atom", headers=asking)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert {"If-None-Match", "If-Modified-Since", "A-IM"} <= set(
        answer.headers["access-control-allow-headers"].split(", ")
    )


async def test_greedy_client_is_slowed_down(public: Path) -> None:
    """R-47: 429 with Retry-After, for that client only; the host's checks are never limited."""
    now = [0.0]
    app = create_app(public, lambda: READY, SITE, limit=Limit(per_minute=60, burst=2), clock=lambda: now[0])
    async with client_of(app, "192.0.2.1") as greedy, client_of(app, "192.0.2.2") as other:
        assert [(await greedy.get("/feed.atom")).status_code for _ in range(3)] == [200, 200, 429]
        answer = await greedy.get("/feed.atom")
        assert answer.headers["retry-after"] == "1"
        assert "wait" in answer.text
        assert (await other.get("/feed.atom")).status_code == 200
        assert (await greedy.get("/readyz")).status_code == 200
        now[0] = 1.0
        assert (await greedy.get("/feed.atom")).status_code == 200


async def test_before_the_first_publish(tmp_path: Path) -> None:
    """A feed that is not there yet is 503 with a sentence; an address that never will be is 404."""
    async with client_of(create_app(tmp_path / "public", lambda: READY, SITE)) as client:
        for path in ("/", "/feed.atom", "/feeds/ambleford.rss", "/opml.xml", "/category/x.json"):
            answer = await client.get(path)
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "60"
            assert "first time" in answer.text
        assert (await client.get("/wp-login.php")).status_code == 404


async def test_disk_that_refuses_is_no_crash(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """An input/output error is 503 in plain words, not 500."""

    def broken(*_: object, **__: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("aggregator.web.folder.os.pread", broken)
    answer = await client.get("/feed.atom")
    assert answer.status_code == 503
    assert "cannot be read" in answer.text


@pytest.mark.parametrize(("ready", "alive"), [(True, True), (False, True), (False, False)])
async def test_health(public: Path, ready: bool, alive: bool) -> None:
    """The host learns whether the service lives and is ready, with the reason, never from a cache."""
    state = Health(ready=ready, alive=alive, text="nothing is published yet", details={"polls": 3})
    async with client_of(create_app(public, lambda: state, SITE)) as client:
        for path, good in (("/healthz", alive), ("/readyz", ready)):
            answer = await client.get(path)
            assert answer.status_code == (200 if good else 503)
            assert answer.json() == {
                "alive": alive,
                "ready": ready,
                "text": "nothing is published yet",
                "details": {"polls": 3},
            }
            assert answer.headers["cache-control"] == "no-store"
            assert (await client.head(path)).status_code == answer.status_code
            assert (await client.post(path)).status_code == 405


async def test_page_of_a_source(client: httpx.AsyncClient) -> None:
    """Interfaces: /feeds/{id}/ is a page; without the slash it leads there, and only where there is one."""
    assert b"ambleford" in (await client.get("/feeds/ambleford/")).content
    moved = await client.get("/feeds/ambleford")
    assert (moved.status_code, moved.headers["location"]) == (308, "/feeds/ambleford/")
    assert (await client.get("/feeds/nobody")).status_code == 404


async def test_filters(client: httpx.AsyncClient) -> None:
    """R-60: a filter that is published leads there; one that is not supported is refused, never ignored."""
    by_feed = await client.get("/feed.rss?feed=ambleford&utm_source=x")
    assert (by_feed.status_code, by_feed.headers["location"]) == (307, "/feeds/ambleford.rss")
    by_category = await client.get("/feed.json?category=council")
    assert by_category.headers["location"] == "/category/council.json"
    assert (await client.get("/feed.atom?category=../feeds/ambleford")).status_code == 404
    assert (await client.get("/feed.atom?feed=nobody")).status_code == 404
    for query in ("q=bins", "since=2026-01-01", "feed=ambleford&category=council", "feed=a&feed=b"):
        assert (await client.get(f"/feed.atom?{query}")).status_code == 400
    assert (await client.get("/feed.atom?utm_source=x")).status_code == 200


async def test_link_made_after_the_choice(public: Path) -> None:
    """A file that turns into a link between choice and opening is not followed."""
    (public / "feed.rss").unlink()
    (public / "feed.rss").symlink_to(public.parent / "secret.atom")
    with PublishedFolder(public).open("feed.rss", "identity") as copy:
        assert copy is None


async def test_head_reads_no_file(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-40: once its hash is known, HEAD costs no reading."""
    size = (await client.get("/feed.atom")).headers["content-length"]
    monkeypatch.delattr("aggregator.web.folder.os.pread")
    assert (await client.head("/feed.atom")).headers["content-length"] == size


async def test_replaced_while_reading(public: Path) -> None:
    """A file replaced by rename between choice and reading is served whole, old or new, with the tag of those bytes."""
    folder = PublishedFolder(public)
    with folder.open("feed.atom", "identity") as copy:
        assert copy
        put(public, "feed.atom", b"<feed/>")
        assert copy.read() == ATOM + b"feedatom"
    with folder.open("feed.atom", "identity") as copy:
        assert copy
        assert copy.read() == b"<feed/>"


async def test_copy_that_vanishes_after_the_choice(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the publisher takes a copy away at the wrong moment, the choice is made again."""
    look = PublishedFolder.codings

    def late(self: PublishedFolder, file: str) -> frozenset[str] | None:
        found = look(self, file)
        (public / "feed.atom.br").unlink(missing_ok=True)
        return found

    monkeypatch.setattr(PublishedFolder, "codings", late)
    async with client_of(create_app(public, lambda: READY, SITE)) as client:
        answer = await client.get("/feed.atom", headers={"Accept-Encoding": "br"})
        assert (answer.status_code, answer.content) == (200, ATOM + b"feedatom")


async def test_copies_have_their_own_tags(client: httpx.AsyncClient) -> None:
    """R-40: the tag is the hash of the bytes of that coding, so no two codings share one."""
    tags = [
        (await client.get("/feed.atom", headers={"Accept-Encoding": coding})).headers["etag"] for coding in (*PACK, "")
    ]
    assert len(set(tags)) == 4


async def test_site_below_a_path(public: Path) -> None:
    """A public address with a path of its own works with and without that path in front."""
    site = Site(url="https://vale.example/news/")
    async with client_of(create_app(public, lambda: READY, site)) as client:
        for path in ("/news/feed.atom", "/feed.atom"):
            answer = await client.get(path)
            assert answer.status_code == 200
            assert "<https://vale.example/news/feed.atom>" in answer.headers["link"]


async def test_what_was_taken_down_answers_410(client: httpx.AsyncClient, public: Path) -> None:
    """W-09: the page says why; it has no address of its own, and a file that is there goes first."""
    put(public, "gone/entries/7.html", b"<!doctype html><h1>Taken down</h1>" + b"<p>a court ordered so</p>" * 60)
    for path in ("/entries/7/", "/entries/7", "/entries/7.html"):
        got, head = await client.get(path), await client.head(path)
        assert (got.status_code, head.status_code) == (410, 410)
        assert b"a court ordered so" in got.content
        assert dict(head.headers) == dict(got.headers)
        assert got.headers["content-type"] == "text/html; charset=utf-8"
    for path in ("/entries/8/", "/gone/entries/7/", "/gone/entries/7.html"):
        assert (await client.get(path)).status_code == 404
    put(public, "entries/7.html", b"<p>back</p>")
    assert (await client.get("/entries/7/")).status_code == 200
