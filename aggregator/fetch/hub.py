"""Door: one request to a hub (WebSub 5.1), under the guards of a poll: address rules, no cookies, limits of time and of
size. Never raises for what a hub does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing, suppress
from urllib.parse import urlencode

from aggregator.fetch.addresses import AddressRules
from aggregator.fetch.faults import Fault, plain
from aggregator.fetch.limits import Limits
from aggregator.fetch.net import httpx
from aggregator.fetch.network import Dialler, Resolve, Resolver
from aggregator.fetch.retry import retry_at
from aggregator.fetch.transport import Http2Fault, OneShotTransport, end_of
from aggregator.model import FailureKind, HubAnswer
from aggregator.ports import Clock

MOST_HOPS = 2
MOVED = frozenset({307, 308})
"""The redirects that keep a POST a POST; WebSub 5.1 knows no others."""
HUB_LIMITS = Limits(total_timeout=30.0, connect_timeout=10.0, read_timeout=20.0, max_wire=64_000)
MOST_WORDS = 2_000
"""Bytes of a refusal that are read, to show its reason."""


class HttpHub:
    """Implements `aggregator.ports.HubClient`."""

    def __init__(
        self,
        agent: str,
        rules: AddressRules,
        clock: Clock,
        *,
        limits: Limits = HUB_LIMITS,
        resolve: Resolve | None = None,
    ) -> None:
        """``agent`` is the User-Agent; ``resolve`` replaces the system's resolver."""
        self._agent, self._rules, self._clock, self._limits = agent, rules, clock, limits
        self._resolver = Resolver()
        self._transport = OneShotTransport(Dialler(rules, resolve or self._resolver), 2 * limits.max_wire)

    async def __call__(self, hub: str, form: Sequence[tuple[str, str]]) -> HubAnswer:
        """Post the form; a failure is an answer that was not accepted."""
        try:
            async with asyncio.timeout(self._limits.total_timeout):
                return await self._post(hub, urlencode(list(form)).encode())
        except TimeoutError:
            return HubAnswer(accepted=False, detail=f"no answer within {self._limits.total_timeout:g} s")
        except Fault as fault:
            return HubAnswer(accepted=False, detail=fault.detail)

    async def aclose(self) -> None:
        """Let go of everything."""
        self._resolver.close()

    async def _post(self, hub: str, body: bytes) -> HubAnswer:
        secure = hub.lower().startswith("https:")
        for _ in range(MOST_HOPS + 1):
            try:
                answer = await self._ask(self._admitted(hub), body, http2=True)
            except Http2Fault:
                answer = await self._ask(self._admitted(hub), body, http2=False)
            if isinstance(answer, HubAnswer):
                return answer
            hub = answer
            if secure and not hub.lower().startswith("https:"):
                raise Fault(FailureKind.REDIRECT, "the hub redirects from https to http, which would show the secret")
        raise Fault(FailureKind.REDIRECT, f"the hub redirects more than {MOST_HOPS} times")

    def _admitted(self, address: str) -> httpx.URL:
        try:
            url = httpx.URL(address)
            refusal = self._rules.refusal(url.scheme, url.userinfo.decode("ascii", "replace"), *end_of(url))
        except (httpx.InvalidURL, ValueError) as error:
            refusal = f"it makes no sense ({plain(str(error))})"
        if refusal is not None:
            raise Fault(FailureKind.REFUSED_ADDRESS, f"the hub's address is refused: {refusal}")
        return url

    async def _ask(self, url: httpx.URL, body: bytes, *, http2: bool) -> HubAnswer | str:
        """One request: what the hub says, or where it redirects to."""
        limits = self._limits
        times = {"connect": limits.connect_timeout, "read": limits.read_timeout}
        headers = {"user-agent": self._agent, "content-type": "application/x-www-form-urlencoded"}
        request = httpx.Request(
            "POST", url, headers=headers, content=body, extensions={"timeout": times, "http2": http2}
        )
        response = await self._transport.handle_async_request(request)
        try:
            location = response.headers.get("location", "")
            if response.status_code in MOVED and location:
                return self._target(url, location)
            return await self._answer(response)
        finally:
            await response.aclose()

    def _target(self, url: httpx.URL, location: str) -> str:
        try:
            return str(url.join(location).copy_with(fragment=None))
        except (httpx.InvalidURL, ValueError) as error:
            raise Fault(FailureKind.REDIRECT, f"the hub redirects nowhere ({plain(str(error))})") from error

    async def _answer(self, response: httpx.Response) -> HubAnswer:
        status = response.status_code
        if 200 <= status < 300:
            return HubAnswer(accepted=True, detail=f"the hub took the request ({status})", status=status)
        words = plain((await self._words(response)).decode("utf-8", "replace"))
        return HubAnswer(
            accepted=False,
            detail=f"the hub answered {status}" + (f": {words}" if words else ""),
            status=status,
            retry_at=retry_at(response.headers.get("retry-after"), self._clock.now()),
        )

    async def _words(self, response: httpx.Response) -> bytes:
        """The beginning of a refusal in plain text; a page in HTML says nothing in one line."""
        if not response.headers.get("content-type", "").startswith("text/plain"):
            return b""
        found = b""
        with suppress(Fault):
            async with aclosing(response.aiter_raw()) as parts:  # type: ignore[type-var]
                async for part in parts:
                    found += part
                    if len(found) >= MOST_WORDS:
                        break
        return found[:MOST_WORDS]
