"""The door over TLS: verification without exception, TLS 1.2 at least, HTTP/2 where both speak it (H-65)."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import pytest

from aggregator.model import FailureKind, Validators
from tests.fetch.server import FEED, publisher, redirect, reply
from tests.fetch.test_client import answered, ask, failed

OPENSSL = shutil.which("openssl")
pytestmark = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")


def certificate(folder: Path, name: str) -> Path:
    """A self-made certificate with its key in one file, for ``name`` ("IP:…" or "DNS:…")."""
    assert OPENSSL is not None
    pem = folder / f"{name.replace(':', '-')}.pem"
    options = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    files = ["-subj", "/CN=ainsbeck", "-addext", f"subjectAltName={name}", "-keyout", f"{pem}.key", "-out", str(pem)]
    subprocess.run([OPENSSL, "req", *options, *files], check=True, capture_output=True)
    pem.write_text(pem.read_text() + Path(f"{pem}.key").read_text())
    return pem


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for where our servers are."""
    return certificate(tmp_path_factory.mktemp("right"), "IP:127.0.0.1")


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for somebody else."""
    return certificate(tmp_path_factory.mktemp("wrong"), "DNS:elsewhere.example")


def server_side(pem: Path, *protocols: str) -> ssl.SSLContext:
    """What a server with this certificate does; ``protocols`` by its preference."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


async def test_an_unknown_certificate_is_refused(right: Path) -> None:
    """H-65: verification is always on; not a byte of the request is sent."""
    async with publisher(server_side(right), feed=reply(200, body=FEED)) as server:
        lost = failed(await ask(server.url()), FailureKind.TLS)
    assert server.log == []
    assert "certificate of 127.0.0.1 is not valid" in lost.detail


async def test_a_certificate_for_somebody_else_is_refused(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """H-65: a known authority is not enough, the name must fit."""
    monkeypatch.setenv("SSL_CERT_FILE", str(wrong))
    async with publisher(server_side(wrong), feed=reply(200, body=FEED)) as server:
        failed(await ask(server.url()), FailureKind.TLS)
    assert server.log == []


async def test_a_known_certificate_is_accepted(right: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """H-65: with the authority known all works over TLS, HTTP/1.1 where the server offers no more."""
    monkeypatch.setenv("SSL_CERT_FILE", str(right))
    async with publisher(server_side(right), feed=reply(200, body=FEED)) as server:
        got = answered(await ask(server.url()))
    assert (got.body, got.http_version) == (FEED, "HTTP/1.1")
    assert got.certificate_ends is not None
    assert timedelta(days=1) < got.certificate_ends - datetime.now(UTC) <= timedelta(days=2), "b15: made for two days"


async def test_a_step_down_to_http_is_followed(right: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """H-43: an https to http hop is followed and shows in the hops, for the meaning never to store."""
    monkeypatch.setenv("SSL_CERT_FILE", str(right))
    async with publisher(feed=reply(200, body=FEED)) as plain, publisher(server_side(right)) as server:
        server.routes["/feed"] = redirect(301, plain.url())
        got = answered(await ask(server.url()))
    assert (got.url, got.hops[0].url, got.hops[0].target) == (plain.url(), server.url(), plain.url())


async def test_plain_http_behind_https_is_a_failure() -> None:
    """H-50: a server that does not speak TLS at all."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(400))
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        failed(await ask(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"), FailureKind.TLS)


async def test_the_greeting_offers_tls_1_2_at_least_and_http2() -> None:
    """H-65: supported_versions lists 1.3 and 1.2 only; ALPN offers h2 before http/1.1."""
    hello = bytearray()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello.extend(await reader.read(4_096))
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with server:
        await ask(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    assert b"\x00\x2b\x00\x05\x04\x03\x04\x03\x03" in hello
    assert b"\x02h2\x08http/1.1" in hello


class Http2Publisher:
    """Speaks HTTP/2 to one stream a connection: 304 to the right validators, else the feed."""

    def __init__(self, short: bool = False) -> None:
        self.short = short
        self.log: list[dict[str, str]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection until the client goes."""
        speech = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        speech.initiate_connection()
        with suppress(ConnectionError, ssl.SSLError):
            while True:
                writer.write(speech.data_to_send())
                await writer.drain()
                if not (data := await reader.read(65_536)):
                    break
                for event in speech.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        self.answer(speech, event)
        writer.close()

    def answer(self, speech: h2.connection.H2Connection, event: h2.events.RequestReceived) -> None:
        """Head and body of one answer."""
        asked = {str(name): str(value) for name, value in event.headers or []}
        self.log.append(asked)
        known = asked.get("if-none-match") == '"v1"'
        length = "0" if known else str(len(FEED) + self.short)
        head = [(":status", "304" if known else "200"), ("etag", '"v1"'), ("content-length", length)]
        assert event.stream_id is not None
        speech.send_headers(event.stream_id, head, end_stream=known)
        if not known:
            speech.send_data(event.stream_id, FEED, end_stream=True)


@asynccontextmanager
async def http2(pem: Path, server: Http2Publisher) -> AsyncIterator[str]:
    """The address of a running HTTP/2 server."""
    running = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=server_side(pem, "h2"))
    async with running:
        yield f"https://127.0.0.1:{running.sockets[0].getsockname()[1]}/feed"


async def test_http2_is_spoken_where_offered(right: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """H-65: HTTP/2 by ALPN, with the same headers and validators as ever."""
    monkeypatch.setenv("SSL_CERT_FILE", str(right))
    server = Http2Publisher()
    async with http2(right, server) as url:
        first = answered(await ask(url))
        second = answered(await ask(url, Validators(url=url, etag='"v1"')))
    assert (first.status, first.body, first.http_version) == (200, FEED, "HTTP/2")
    assert first.header("etag") == '"v1"'
    assert (second.status, second.sent) == (304, "etag")
    assert not {"cookie", "referer", "connection"} & set(server.log[0])


@pytest.mark.parametrize(
    "speech", [b"\x00\x00\x00\x63\x63 this is no frame at all", b"HTTP/1.1 400 Bad Request\r\n\r\n"]
)
async def test_broken_http2_falls_back(speech: bytes, right: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """H-65: a server that offers HTTP/2 and cannot speak it is asked again in HTTP/1.1."""
    monkeypatch.setenv("SSL_CERT_FILE", str(right))
    async with publisher(server_side(right, "h2", "http/1.1"), feed=reply(200, body=FEED)) as server:
        server.routes["*"] = speech
        got = answered(await ask(server.url()))
    assert (got.body, got.http_version) == (FEED, "HTTP/1.1")
    assert [asked.target for asked in server.log] == ["*", "/feed"]


async def test_a_short_http2_body_is_a_failure(right: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """H-51: Content-Length mismatch counts in HTTP/2 too, where there is nothing to fall back on."""
    monkeypatch.setenv("SSL_CERT_FILE", str(right))
    async with http2(right, Http2Publisher(short=True)) as url:
        lost = await ask(url)
    assert failed(lost, FailureKind.PROTOCOL)
