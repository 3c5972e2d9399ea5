"""The door against a real server: requests, redirects, validators (H-01 to H-03, H-40 to H-43, H-62)."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from aggregator.fetch.policy import conditional
from aggregator.model import Exchange, FailureKind, Request, Response, Unreachable, Validators
from tests.fetch.nouns import AGENT, request
from tests.fetch.server import FEED, Answer, client, publisher, redirect, reply


async def ask(url: str, validators: Validators | None = None, **options: Any) -> Exchange:
    """One exchange with a fresh client."""
    async with client(**options) as fetch:
        return await fetch(request(url, validators))


def answered(exchange: Exchange) -> Response:
    """The answer, or the reason why there is none."""
    assert isinstance(exchange, Response), exchange
    return exchange


def failed(exchange: Exchange, kind: FailureKind) -> Unreachable:
    """The failure, of the kind expected."""
    assert isinstance(exchange, Unreachable), exchange
    assert exchange.kind is kind, exchange
    assert exchange.detail.isprintable()
    return exchange


async def test_a_feed_is_fetched() -> None:
    """H-51: status, headers as received, decoded body, sizes and times."""
    async with publisher(feed=reply(200, "ETag:  W/aB'-gzip ", "X-Town: Caf\xe9", body=FEED)) as server:
        got = answered(await ask(server.url()))
    assert (got.status, got.body, got.url, got.hops) == (200, FEED, server.url(), ())
    assert got.header("etag") == "W/aB'-gzip"
    assert got.header("x-town") == "Caf\xe9"
    assert (got.wire_bytes, got.http_version, got.sent) == (len(FEED), "HTTP/1.1", "none")
    assert got.finished_at >= got.started_at


async def test_the_request_carries_what_it_should_and_nothing_else() -> None:
    """H-60 to H-64: no Cookie, no Referer, no made-up validator (H-07), no added parameters."""
    async with publisher(feed=reply(200, body=FEED)) as server:
        await ask(server.url())
    (asked,) = server.log
    assert asked.target == "/feed"
    assert {name for name, _ in asked.headers} == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert asked.get("user-agent") == AGENT
    assert asked.get("accept-encoding") == "gzip, br, zstd"
    assert asked.get("host") == f"127.0.0.1:{server.port}"


async def test_validators_go_out_letter_for_letter() -> None:
    """H-01, H-02: odd quotes, suffixes, bytes beyond ASCII and made-up dates come back as they were."""
    async with publisher(feed=reply(304, length=None)) as server:
        odd = Validators(url=server.url(), etag="W/'\xfc\"-gzip", last_modified="30 Febtober, tea time")
        got = answered(await ask(server.url(), odd))
    assert (got.status, got.sent, got.body) == (304, "both", b"")
    assert server.log[0].get("if-none-match") == odd.etag
    assert server.log[0].get("if-modified-since") == odd.last_modified


async def test_a_304_with_a_length_has_no_body_to_wait_for() -> None:
    """RFC 9110 8.6: Content-Length and Content-Encoding of a 304 speak of the 200."""
    async with publisher(feed=reply(304, 'ETag: "n"', "Content-Encoding: gzip", length=5_000)) as server:
        got = answered(await ask(server.url(), Validators(url=server.url(), etag='"o"')))
    assert (got.status, got.header("etag"), got.sent) == (304, '"n"', "etag")


async def test_validators_go_only_to_the_hop_that_owns_them() -> None:
    """H-03: asked by way of a redirect, the final address alone is asked conditionally."""
    async with publisher(feed=redirect(302, "/final"), final=reply(304, length=None)) as server:
        got = answered(await ask(server.url(), Validators(url=server.url("/final"), etag='"f"')))
    assert [asked.get("if-none-match") for asked in server.log] == [None, '"f"']
    assert (got.url, got.sent, got.status) == (server.url("/final"), "etag", 304)


async def test_validators_of_the_first_address_do_not_reach_the_target() -> None:
    """H-03: a redirect target with an equal Last-Modified must not answer a false 304."""
    async with publisher(feed=redirect(302, "/final"), final=reply(200, body=FEED)) as server:
        own = Validators(url=server.url(), etag='"first"', last_modified="x")
        got = answered(await ask(server.url(), own))
    assert [asked.get("if-none-match") for asked in server.log] == ['"first"', None]
    assert [asked.get("if-modified-since") for asked in server.log] == ["x", None]
    assert got.sent == "none"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_and_noted(status: int) -> None:
    """H-40, H-42: every hop with its status and absolute target; fragments and relative forms resolved."""
    async with publisher(feed=redirect(status, "news/../final?a=1#top")) as server:
        server.routes["/final?a=1"] = reply(200, body=FEED)
        got = answered(await ask(server.url()))
    (hop,) = got.hops
    assert (hop.url, hop.status, hop.target) == (server.url(), status, server.url("/final?a=1"))
    assert got.url == server.url("/final?a=1")
    assert all(asked.get("referer") is None for asked in server.log)


async def test_five_redirects_are_followed_and_no_more() -> None:
    """H-43: limit 5 hops."""
    routes: dict[str, Answer] = {f"r{n}": redirect(302, f"/r{n + 1}") for n in range(6)}
    async with publisher(**routes, r6=reply(200, body=FEED)) as server:
        assert len(answered(await ask(server.url("/r1"))).hops) == 5
        server.log.clear()
        lost = failed(await ask(server.url("/r0")), FailureKind.REDIRECT)
    assert "/r6" not in [asked.target for asked in server.log]
    assert lost.status == 302


async def test_a_circle_is_noticed_at_once() -> None:
    """H-43: detect loops."""
    async with publisher(a=redirect(301, "/b"), b=redirect(301, "/a")) as server:
        lost = failed(await ask(server.url("/a")), FailureKind.REDIRECT)
    assert [asked.target for asked in server.log] == ["/a", "/b"]
    assert "circles" in lost.detail
    assert len(lost.hops) == 2
    assert lost.sent == "none"


async def test_cookies_are_neither_kept_nor_sent() -> None:
    """H-62: not on the next hop, not on the next poll."""
    cookie = "Set-Cookie: session=1; Path=/"
    routes: dict[str, Answer] = {"feed": redirect(302, "/final", cookie), "final": reply(200, cookie, body=FEED)}
    async with publisher(**routes) as server, client() as fetch:
        for _ in range(2):
            answered(await fetch(request(server.url())))
    assert len(server.log) == 4
    assert all(asked.get("cookie") is None for asked in server.log)


@pytest.mark.parametrize(
    "target",
    ["ftp://127.0.0.1/feed", "file:///etc/passwd", "javascript:alert(1)", "gopher://127.0.0.1:70/", "data:text/xml,x",
     "http://user:pw@127.0.0.1/", "http://127.0.0.1:22/", "http://127.0.0.1:0/", "http://[::1", "http://",
     "http://exa mple/", "//:99999/", "http://127.0.0.1:99999/", "http://" + "a" * 9_000 + "/"],
)  # fmt: skip
async def test_strange_targets_are_not_followed(target: str) -> None:
    """H-43: other schemes, credentials, other trades' ports and nonsense end the exchange."""
    async with publisher(feed=redirect(302, target)) as server:
        lost = await ask(server.url(), allowed=(f"127.0.0.1:{server.port}",))
    failed(lost, FailureKind.REDIRECT)
    assert len(server.log) == 1


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f.1", "017700000001"]
)
async def test_a_redirect_inside_is_refused(host: str) -> None:
    """H-43: whatever way loopback is spelt, the address that would be dialled is what counts."""
    async with publisher(secret=reply(200, body=FEED)) as inner, publisher() as server:
        server.routes["/feed"] = redirect(302, f"http://{host}:{inner.port}/secret")
        lost = await ask(server.url(), allowed=(f"127.0.0.1:{server.port}",))
    failed(lost, FailureKind.REFUSED_ADDRESS)
    assert inner.log == []


async def test_a_redirect_without_target_is_an_answer() -> None:
    """H-40: it is the meaning's to judge."""
    async with publisher(feed=reply(301)) as server:
        assert answered(await ask(server.url())).status == 301


@pytest.mark.parametrize(("wait", "asked"), [("120", 1), ("0", 2)])
async def test_a_redirect_that_asks_to_wait_is_not_followed_yet(wait: str, asked: int) -> None:
    """H-48: Retry-After of a 3xx is the time to wait before the redirected request."""
    waiting = redirect(302, "/final", f"Retry-After: {wait}")
    async with publisher(feed=waiting, final=reply(200, body=FEED)) as server:
        answered(await ask(server.url()))
    assert len(server.log) == asked


class Names:
    """A resolver with a fixed answer, which remembers what it was asked."""

    def __init__(self, *addresses: str) -> None:
        self.addresses, self.asked = addresses, 0

    async def __call__(self, host: str, port: int) -> list[Any]:
        """One row for each address."""
        self.asked += 1
        families = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in self.addresses]
        return [
            (family, socket.SOCK_STREAM, 6, "", (address, port))
            for family, address in zip(families, self.addresses, strict=True)
        ]


async def test_only_the_permitted_addresses_of_a_name_are_dialled() -> None:
    """H-43: a name that leads inside and outside keeps what leads outside."""
    async with publisher(feed=reply(200, body=FEED)) as server:
        url = f"http://news.ainsbeck.example:{server.port}/feed"
        mixed = Names("169.254.169.254", "10.0.0.1", "::1", "127.0.0.1")
        assert answered(await ask(url, allowed=("127.0.0.1/32",), resolve=mixed)).status == 200
        failed(await ask(url, allowed=(), resolve=mixed), FailureKind.REFUSED_ADDRESS)
    assert server.log[0].get("host") == f"news.ainsbeck.example:{server.port}"


async def test_the_connected_address_is_what_counts() -> None:
    """H-43: an address that was let through but leads elsewhere (0.0.0.0 is loopback to the system) is dropped."""
    async with publisher(feed=reply(200, body=FEED)) as server:
        url = f"http://ainsbeck.example:{server.port}/feed"
        lost = failed(await ask(url, allowed=("0.0.0.0/32",), resolve=Names("0.0.0.0")), FailureKind.REFUSED_ADDRESS)
    assert "inside" in lost.detail
    assert server.log == []


async def test_names_are_looked_up_every_time() -> None:
    """H-65: never pinned for the life of the process."""
    names = Names("127.0.0.1")
    async with publisher(feed=reply(200, body=FEED)) as server, client(resolve=names) as fetch:
        for _ in range(3):
            answered(await fetch(request(f"http://ainsbeck.example:{server.port}/feed")))
    assert names.asked == 3


async def test_a_dead_family_does_not_hold_up_the_other() -> None:
    """H-65: IPv4 and IPv6 are raced, so one closed door is no failure."""
    async with publisher(feed=reply(200, body=FEED)) as server:
        url = f"http://ainsbeck.example:{server.port}/feed"
        assert answered(await ask(url, resolve=Names("::1", "127.0.0.1"))).status == 200


async def test_a_name_that_does_not_resolve_is_a_dns_failure() -> None:
    """H-50: DNS errors have a class of their own."""

    async def nobody(host: str, port: int) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    lost = failed(await ask("http://gone.ainsbeck.example/feed", resolve=nobody), FailureKind.DNS)
    assert "gone.ainsbeck.example" in lost.detail


async def test_a_closed_port_is_a_connect_failure() -> None:
    """H-50: nobody there."""
    async with publisher() as server:
        url = server.url()
    assert failed(await ask(url), FailureKind.CONNECT).status is None


@pytest.mark.parametrize(
    "url",
    ["ftp://ainsbeck.example/feed", "feed", "", "http://", "http://[", "http://u:p@127.0.0.1/", "http://127.0.0.1:25/"],
)
async def test_a_strange_first_address_is_refused(url: str) -> None:
    """H-43: the same gate as for redirects, and never an exception."""
    failed(await ask(url), FailureKind.REFUSED_ADDRESS)


async def test_cancelling_passes_through() -> None:
    """H-65: stopping the service does not wait for publishers."""

    arrived = asyncio.Event()

    async def silent(writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await asyncio.sleep(0.5)

    async with publisher(feed=silent) as server, client() as fetch:
        task = asyncio.create_task(fetch(request(server.url())))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_many_at_once_do_not_mix() -> None:
    """H-70: 16 in flight, each with its own connection and answer."""
    routes: dict[str, Answer] = {f"f{n}": reply(200, f'ETag: "{n}"', body=FEED + b"%d" % n) for n in range(48)}
    async with publisher(**routes) as server, client() as fetch:
        got = await asyncio.gather(*(fetch(request(server.url(f"/f{n}"))) for n in range(48)))
    assert [answered(one).header("etag") for one in got] == [f'"{n}"' for n in range(48)]
    assert all(answered(one).body.endswith(b"%d" % n) for n, one in enumerate(got))


async def test_the_environment_does_not_reroute(monkeypatch: pytest.MonkeyPatch) -> None:
    """H-43: a proxy variable would take the address check out of our hands."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with publisher(feed=reply(200, body=FEED)) as server:
        assert answered(await ask(server.url())).status == 200


def test_the_request_says_what_is_sent() -> None:
    """H-73: the door and the noun agree on the name of what goes to the first address."""
    for etag in (None, '"e"'):
        for modified in (None, "m"):
            known = Validators(url="http://a.example/", etag=etag, last_modified=modified)
            one: Request = request("http://a.example/", known)
            assert conditional(one, one.url)[1] == one.sent
