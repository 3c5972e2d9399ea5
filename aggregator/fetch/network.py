"""Door: opens one guarded connection. Names are looked up anew each time, every address is checked before it is dialled
and again when connected, IPv4 and IPv6 race, certificates are always verified (H-43, H-65)."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from aggregator.fetch.addresses import AddressRules
from aggregator.fetch.faults import Fault, plain
from aggregator.fetch.net import httpx
from aggregator.model import FailureKind

AddressInfo = tuple[int, int, int, str, Any]
Resolve = Callable[[str, int], Awaitable[list[AddressInfo]]]
HIGH_WATER = 256 * 1024
HEAD_ALLOWANCE = 256 * 1024
"""Bytes that may come before an answer's head is complete: interim answers and endless headers cost time to read."""
HEAD_START = 0.25
"""Seconds the first address family has before the other is tried as well (RFC 8305)."""
MOST_ADDRESSES = 8
LOOKUP_THREADS = 16


_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}", re.ASCII)


class Resolver:
    """The system's resolver, in threads of its own so that dead name servers hold up nobody else's work."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOKUP_THREADS, thread_name_prefix="names")

    async def __call__(self, host: str, port: int) -> list[AddressInfo]:
        """Every address of a host. Raises `OSError` or `UnicodeError`."""
        if _IPV4.fullmatch(host):
            # Nothing to look up: no thread is woken for it. Odd spellings of addresses go the long way.
            return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port))]
        work = self._threads.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        return await asyncio.wrap_future(work)  # type: ignore[arg-type]

    def close(self) -> None:
        """Take no more names."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _ends(certificate: Mapping[str, object] | None) -> datetime | None:
    """When a verified certificate ends; ``None`` where it does not say so in a form we know."""
    stated = (certificate or {}).get("notAfter")
    try:
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(stated)), UTC) if stated else None
    except (ValueError, OverflowError, OSError):
        return None


class BrokenError(OSError):
    """The connection ended in an error of the network."""


class Wire(asyncio.Protocol):
    """One connection, in the form that httpcore takes as well. It reads at most `HEAD_ALLOWANCE` bytes, whatever they
    mean, until it is allowed more.

    ``ended`` once the peer has hung up; ``http2`` when both sides agreed on it while shaking hands;
    ``certificate_ends`` is when the peer's certificate ends, ``None`` without TLS.
    """

    def __init__(self) -> None:
        self._left = HEAD_ALLOWANCE
        self._buffer = bytearray()
        self._waiter: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._paused = False
        self._error: Exception | None = None
        self.ended = False
        self.http2 = False
        self.certificate_ends: datetime | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        tls = transport.get_extra_info("ssl_object")
        self.http2 = bool(tls and tls.selected_alpn_protocol() == "h2")
        self.certificate_ends = _ends(tls.getpeercert()) if tls else None

    def data_received(self, data: bytes) -> None:
        """Called by the event loop."""
        self._buffer += data
        if self._transport and not self._paused and len(self._buffer) > HIGH_WATER:
            self._transport.pause_reading()
            self._paused = True
        self._wake()

    def eof_received(self) -> None:
        """Called by the event loop."""
        self.ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop."""
        self.ended, self._error = True, exc or self._error
        self._wake()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's form
        """The next bytes, empty at the end. Raises `Fault` where the peer sends more than any sound answer needs."""
        if self._left <= 0:
            raise Fault(FailureKind.TOO_LARGE, "the server sends far more than an answer may hold")
        if not self._buffer and not self.ended:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(timeout):
                    await self._waiter
            except TimeoutError:
                raise Fault(FailureKind.TIMEOUT, f"the server sent nothing for {timeout:g} s") from None
        if not self._buffer and self._error:
            raise BrokenError(str(self._error))
        data = bytes(self._buffer[:max_bytes])
        self._left -= len(data)
        del self._buffer[:max_bytes]
        if self._transport and self._paused and not self._transport.is_closing():
            self._transport.resume_reading()
            self._paused = False
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109, ARG002
        """Send bytes. A request is a few hundred of them, so there is nothing to wait for."""
        if self._transport is None or self._transport.is_closing():
            raise BrokenError("the connection is closed")
        self._transport.write(buffer)

    def allow(self, more: int) -> None:
        """Let this many more bytes be read: the head is in, the body may come."""
        self._left += more

    def abort(self) -> None:
        """Drop the connection at once; waiting for the peer's farewell would keep sockets open."""
        if self._transport:
            self._transport.abort()

    async def aclose(self) -> None:
        """The same, in httpcore's form."""
        self.abort()

    def get_extra_info(self, info: str) -> Any:  # noqa: ARG002
        """Nothing that a connection used once needs."""
        return None


class Dialler:
    """Connects to what the rules permit."""

    def __init__(self, rules: AddressRules, resolve: Resolve) -> None:
        self._rules, self._resolve = rules, resolve
        self._contexts: dict[bool, ssl.SSLContext] = {}

    async def connect(self, host: str, port: int, timeout: float, *, tls: bool, http2: bool) -> Wire:  # noqa: ASYNC109
        """One connection to ``host`` (ASCII) within ``timeout`` seconds. Raises `Fault`."""
        try:
            async with asyncio.timeout(timeout):
                sock = await self._dial(host, port, await self._addresses(host, port))
                return await self._wire(sock, self._context(http2) if tls else None, host)
        except TimeoutError:
            detail = f"no connection to {host} port {port} came about within {timeout:g} s"
            raise Fault(FailureKind.TIMEOUT, detail) from None

    async def _addresses(self, host: str, port: int) -> list[AddressInfo]:
        """The addresses of a host that may be dialled; the others are left out."""
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            if isinstance(error, TimeoutError):
                raise
            reason = plain(getattr(error, "strerror", None) or str(error))
            raise Fault(FailureKind.DNS, f"the name {host} cannot be resolved ({reason})") from error
        permitted = [info for info in found if self._rules.permits(str(info[4][0]), host, port)]
        if not permitted:
            raise Fault(FailureKind.REFUSED_ADDRESS, f"{host} has no address on the public internet")
        return permitted[:MOST_ADDRESSES]

    async def _dial(self, host: str, port: int, addresses: list[AddressInfo]) -> socket.socket:
        try:
            sock = await (_connected(addresses[0]) if len(addresses) == 1 else _raced(addresses))
        except TimeoutError:
            raise
        except OSError as error:
            reason = plain(error.strerror or str(error))
            raise Fault(FailureKind.CONNECT, f"no connection to {host} port {port} ({reason})") from error
        try:
            peer = str(sock.getpeername()[0])
        except OSError as error:
            sock.close()
            raise Fault(FailureKind.CONNECT, f"{host} port {port} hung up at once") from error
        if not self._rules.permits(peer, host, port):
            sock.close()
            raise Fault(FailureKind.REFUSED_ADDRESS, f"{host} led to an address inside")
        return sock

    async def _wire(self, sock: socket.socket, context: ssl.SSLContext | None, host: str) -> Wire:
        loop = asyncio.get_running_loop()
        name = host.rstrip(".") if context else None
        try:
            _, wire = await loop.create_connection(Wire, sock=sock, ssl=context, server_hostname=name)
        except ssl.SSLCertVerificationError as error:
            detail = f"the certificate of {host} is not valid ({plain(error.verify_message)})"
            raise Fault(FailureKind.TLS, detail) from error
        except ssl.SSLError as error:
            reason = plain(error.reason or str(error))
            raise Fault(FailureKind.TLS, f"no secure connection to {host} ({reason})") from error
        except (OSError, ValueError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise Fault(FailureKind.CONNECT, f"{host} hung up at once ({plain(str(error))})") from error
        return wire

    def _context(self, http2: bool) -> ssl.SSLContext:
        """One context for all, made when first needed: TLS 1.2 at least, verified against the known authorities."""
        if http2 not in self._contexts:
            context = httpx.create_ssl_context()
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.set_alpn_protocols(["h2", "http/1.1"] if http2 else ["http/1.1"])
            self._contexts[http2] = context
        return self._contexts[http2]


async def _connected(address: AddressInfo) -> socket.socket:
    """A connection to the only address there is. Raises `OSError`."""
    family, kind, protocol, _, end = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, end)
    except BaseException:
        sock.close()
        raise
    return sock


async def _raced(addresses: list[AddressInfo]) -> socket.socket:
    """A connection to whichever of several addresses is first (RFC 8305). Raises `OSError`."""
    from aiohappyeyeballs import start_connection

    return await start_connection(addresses, happy_eyeballs_delay=HEAD_START, interleave=1)
