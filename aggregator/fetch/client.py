"""Door: one exchange with a publisher over httpx, redirects by hand, bounded in time and size. Never raises for what a
feed does (H-03, H-40 to H-43, H-51, H-62, H-64, H-65)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from aggregator.fetch.addresses import AddressRules
from aggregator.fetch.decoding import BodyReader
from aggregator.fetch.faults import Fault, plain
from aggregator.fetch.limits import Limits, size
from aggregator.fetch.net import httpx
from aggregator.fetch.network import Dialler, Resolve, Resolver
from aggregator.fetch.policy import conditional
from aggregator.fetch.retry import retry_at
from aggregator.fetch.transport import Http2Fault, OneShotTransport, end_of
from aggregator.model import Exchange, FailureKind, Headers, Hop, Request, Response, Unreachable
from aggregator.ports import Clock

MOST_HOPS = 5
LONGEST_URL = 8_192
REDIRECTS = frozenset({301, 302, 303, 307, 308})
READ = frozenset({200, 226})
# Only these error pages are looked into, for a challenge (H-47); the others say all in their status.
EXAMINED = frozenset({202, 405, 429, 503})
EVIDENCE = Limits(max_wire=128 * 1024, max_decoded=512 * 1024)
EVIDENCE_SECONDS = 5.0


@dataclass(slots=True, kw_only=True)
class Trail:
    """How far an exchange has come, so that even a failure can say it all."""

    request: Request
    url: str
    started_at: datetime
    hops: tuple[Hop, ...] = ()
    seen: set[str] = field(default_factory=set)
    status: int | None = None
    sent: str = "none"
    wire_bytes: int = 0
    headers: Headers = ()

    def dead_end(self, fault: Fault, now: datetime) -> Unreachable:
        """The failure as a value."""
        return Unreachable(
            url=self.url,
            kind=fault.kind,
            detail=fault.detail,
            started_at=self.started_at,
            finished_at=now,
            hops=self.hops,
            status=self.status,
            wire_bytes=self.wire_bytes,
            sent=self.sent,
            headers=self.headers,
        )


class HttpFetch:
    """Implements `aggregator.ports.Fetch`. Many exchanges may run at once; each has connections of its own."""

    def __init__(self, limits: Limits, rules: AddressRules, clock: Clock, *, resolve: Resolve | None = None) -> None:
        """``resolve`` replaces the system's resolver."""
        self._limits, self._rules, self._clock = limits, rules, clock
        self._resolver = Resolver()
        # Chunk framing may at worst multiply a body; twice the body and some room is generous.
        self._transport = OneShotTransport(Dialler(rules, resolve or self._resolver), 2 * limits.max_wire + 1_000_000)

    async def __call__(self, request: Request) -> Exchange:
        """Ask, follow at most five redirects, read the body within the limits; a failure is an `Unreachable`."""
        trail = Trail(request=request, url=request.url, started_at=self._clock.now())
        try:
            async with asyncio.timeout(self._limits.total_timeout):
                return await self._follow(trail)
        except TimeoutError:
            detail = f"the answer was not complete after {self._limits.total_timeout:g} s"
            return trail.dead_end(Fault(FailureKind.TIMEOUT, detail), self._clock.now())
        except Fault as fault:
            return trail.dead_end(fault, self._clock.now())

    async def aclose(self) -> None:
        """Let go of everything."""
        self._resolver.close()

    async def _follow(self, trail: Trail) -> Response:
        while True:
            url = self._admitted(trail)
            try:
                answer = await self._ask(trail, url, http2=True)
            except Http2Fault:
                answer = await self._ask(trail, url, http2=False)
            if isinstance(answer, Response):
                return answer
            trail.hops += (answer,)
            trail.url, trail.sent = answer.target, "none"
            if len(trail.hops) > MOST_HOPS:
                raise Fault(FailureKind.REDIRECT, f"the server redirects more than {MOST_HOPS} times")

    def _admitted(self, trail: Trail) -> httpx.URL:
        """The address parsed and let through, or a `Fault`: the same gate for the first address and every target."""
        redirected = bool(trail.hops)
        try:
            url = httpx.URL(trail.url)
            host, port = end_of(url)
            refusal = self._rules.refusal(url.scheme, url.userinfo.decode("ascii", "replace"), host, port)
        except (httpx.InvalidURL, ValueError) as error:
            refusal = f"the address makes no sense ({plain(str(error))})"
        if refusal is not None:
            kind = FailureKind.REDIRECT if redirected else FailureKind.REFUSED_ADDRESS
            where = f"the redirect to {plain(trail.url)} is not followed" if redirected else "the address is refused"
            raise Fault(kind, f"{where}: {refusal}")
        if str(url) in trail.seen:
            raise Fault(FailureKind.REDIRECT, f"the redirects go round in circles (back to {plain(trail.url)})")
        trail.seen.add(str(url))
        return url

    async def _ask(self, trail: Trail, url: httpx.URL, *, http2: bool) -> Response | Hop:
        """One request: its answer read to the end, or the redirect it gave."""
        extra, trail.sent = conditional(trail.request, trail.url)
        limits = self._limits
        times = {"connect": limits.connect_timeout, "read": limits.read_timeout}
        lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in trail.request.headers + extra]
        request = httpx.Request("GET", url, headers=lines, extensions={"timeout": times, "http2": http2})
        # Nothing of a client is wanted here: no cookies (H-62), no redirects by itself (H-03), no proxies, no auth.
        response = await self._transport.handle_async_request(request)
        try:
            return await self._read(trail, url, response)
        finally:
            await response.aclose()

    async def _read(self, trail: Trail, url: httpx.URL, response: httpx.Response) -> Response | Hop:
        trail.status, trail.headers = response.status_code, _received(response)
        answer = Response(
            url=trail.url,
            status=response.status_code,
            headers=trail.headers,
            body=b"",
            started_at=trail.started_at,
            finished_at=self._clock.now(),
            hops=trail.hops,
            http_version=response.http_version,
            sent=trail.sent,
            certificate_ends=response.extensions.get("certificate_ends"),
        )
        if (target := self._target(url, answer, response)) is not None:
            return Hop(url=trail.url, status=answer.status, target=target, headers=answer.headers)
        body = b""
        if answer.status in READ:
            body = await self._body(trail, answer, response)
        elif answer.status in EXAMINED:
            body = await self._evidence(answer, response)
        return replace(answer, body=body, finished_at=self._clock.now(), wire_bytes=trail.wire_bytes)

    def _target(self, url: httpx.URL, answer: Response, response: httpx.Response) -> str | None:
        """Where a redirect leads. One that asks us to wait first is not followed but reported (H-48)."""
        if answer.status not in REDIRECTS or retry_at(answer.header("retry-after"), self._clock.now()):
            return None
        location = next((value for name, value in response.headers.raw if name.lower() == b"location"), b"").strip()
        if not location:
            return None
        try:
            text = location.decode("utf-8")
        except UnicodeDecodeError:
            text = location.decode("latin-1")
        try:
            target = str(url.join(text).copy_with(fragment=None))
        except (httpx.InvalidURL, ValueError) as error:
            raise Fault(
                FailureKind.REDIRECT, f"the server redirects to no sound address ({plain(str(error))})"
            ) from error
        if len(target) > LONGEST_URL:
            raise Fault(FailureKind.REDIRECT, f"the server redirects to an address of {len(target)} characters")
        return target

    async def _body(self, trail: Trail, answer: Response, response: httpx.Response) -> bytes:
        declared = answer.header("content-length") or ""
        if declared.isdigit() and int(declared) > self._limits.max_wire:
            detail = f"the server announces {size(int(declared))}, more than the {size(self._limits.max_wire)} allowed"
            raise Fault(FailureKind.TOO_LARGE, detail)
        reader = BodyReader(_encoding(answer), self._limits)
        async with aclosing(_parts(response)) as parts:
            async for part in parts:
                trail.wire_bytes = reader.wire + len(part)
                reader.feed(part)
        return reader.finish()

    async def _evidence(self, answer: Response, response: httpx.Response) -> bytes:
        """The beginning of an error page, as far as it comes soon and sound."""
        try:
            reader = BodyReader(_encoding(answer), EVIDENCE)
        except Fault:
            return b""
        with suppress(Fault, TimeoutError):
            async with asyncio.timeout(EVIDENCE_SECONDS), aclosing(_parts(response)) as parts:
                async for part in parts:
                    reader.feed(part)
        return reader.so_far()


def _parts(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The body as it comes from the wire, in a form that can be closed early."""
    return cast(AsyncGenerator[bytes, None], response.aiter_raw())


def _received(response: httpx.Response) -> Headers:
    """Header lines as received (H-01), byte for character; lines that HTTP forbids are left out."""
    lines = ((name.lower().decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
    return tuple((name, value.strip(" \t")) for name, value in lines if not set(value) & set("\r\n\0"))


def _encoding(answer: Response) -> str:
    """Every Content-Encoding line, joined in order."""
    return ",".join(value for name, value in answer.headers if name == "content-encoding")
