"""A hub and a publisher on loopback: real HTTP, and every bad habit that the tests need."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from aggregator.service.server import WebServer, listen


@dataclass(slots=True, kw_only=True)
class Place:
    """One subscription as the hub keeps it."""

    topic: str
    secret: str
    lease: str | None


@dataclass(slots=True)
class Hub:
    """``habit``: ``honest``; ``denies``; ``refuses`` (500 with Retry-After); ``silent`` (takes requests, never
    verifies). ``lease`` is what it grants. ``asked`` holds every form, ``answers`` what our callback said."""

    base: str = ""
    habit: str = "honest"
    lease: str | None = "864000"
    asked: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[str, int, str]] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    feed: bytes = b""
    feed_headers: dict[str, str] = field(default_factory=dict)
    polls: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"{self.base}/hub"

    @property
    def topic(self) -> str:
        return f"{self.base}/feed"

    async def subscribe(self, request: Request) -> Response:
        """The request of a subscriber; verified afterwards, as real hubs do."""
        form = dict(parse_qsl((await request.body()).decode(), strict_parsing=True))
        self.asked.append(form)
        self.headers.append(dict(request.headers))
        if self.habit == "refuses":
            return PlainTextResponse("out of order", 503, {"Retry-After": "7200"})
        if self.habit != "silent":
            task = asyncio.create_task(self.verify(form))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return Response(status_code=202)

    async def verify(self, form: dict[str, str], **changes: str) -> None:
        """Ask the callback whether it wants this."""
        query = {"hub.mode": form["hub.mode"], "hub.topic": form["hub.topic"], "hub.challenge": "prove-it"}
        if self.habit == "denies":
            query = {"hub.mode": "denied", "hub.topic": form["hub.topic"], "hub.reason": "we know you not"}
        elif self.lease is not None and form["hub.mode"] == "subscribe":
            query["hub.lease_seconds"] = self.lease
        async with httpx.AsyncClient() as client:
            answer = await client.get(form["hub.callback"], params=query | changes)
        self.answers.append((query["hub.mode"], answer.status_code, answer.text))
        if answer.status_code != 200 or answer.text != "prove-it":
            return
        if form["hub.mode"] == "unsubscribe":
            self.places.pop(form["hub.callback"], None)
        else:
            place = Place(topic=form["hub.topic"], secret=form.get("hub.secret", ""), lease=self.lease)
            self.places[form["hub.callback"]] = place

    async def quiet(self) -> None:
        """Return when every verification is over."""
        while self.tasks:
            await asyncio.gather(*self.tasks)

    async def deliver(self, body: bytes, method: str = "sha256", forged: bool = False, **headers: str) -> list[int]:
        """Post to every subscriber; returns the statuses."""
        return [await self.post(callback, body, method, forged, **headers) for callback in list(self.places)]

    async def post(
        self, callback: str, body: bytes, method: str = "sha256", forged: bool = False, **headers: str
    ) -> int:
        """Post to one callback, signed with its secret, or with another."""
        place = self.places.get(callback)
        key = b"not the secret" if forged or place is None else place.secret.encode()
        signature = hmac.new(key, body, getattr(hashlib, method)).hexdigest()
        # The links name another topic: a subscriber must not believe them.
        known = {"Link": '<https://elsewhere.example/feed>; rel="self"', "Content-Type": "application/rss+xml"}
        signed = {"X-Hub-Signature": f"{method}={signature}"} if method else {}
        async with httpx.AsyncClient() as client:
            answer = await client.post(callback, content=body, headers=known | signed | headers)
        assert not answer.has_redirect_location
        return answer.status_code

    async def publish(self, request: Request) -> Response:
        """The feed as it is polled."""
        self.polls += 1
        return Response(self.feed, 200, self.feed_headers, "application/rss+xml")


@asynccontextmanager
async def hub_on_loopback() -> AsyncIterator[Hub]:
    """A running hub and publisher."""
    hub = Hub()
    line = listen("127.0.0.1", 0)
    hub.base = f"http://127.0.0.1:{line.getsockname()[1]}"
    paths = [Route("/hub", hub.subscribe, methods=["POST"]), Route("/other-hub", hub.subscribe, methods=["POST"])]
    server = WebServer(Starlette(routes=[*paths, Route("/feed", hub.publish)]))
    server.begin(line)
    try:
        yield hub
    finally:
        await hub.quiet()
        await server.finish()
