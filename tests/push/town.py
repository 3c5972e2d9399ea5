"""Everything that push needs of the service, put together as the service does, on a clock moved by hand."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import count
from pathlib import Path

from aggregator.fetch.addresses import AddressRules
from aggregator.fetch.client import HttpFetch
from aggregator.fetch.hub import HttpHub
from aggregator.fetch.limits import Limits
from aggregator.model import EntryFilter, FeedState, PollReport, Site, Source, Subscription
from aggregator.parse.digest import InlineDigest
from aggregator.pipeline.poll import poll
from aggregator.ports import Ports, Postroom
from aggregator.reading import read_document
from aggregator.service.push import PushDesk
from aggregator.service.server import WebServer, listen
from aggregator.store.sqlite import InlineWriter, SqliteStore, open_store
from aggregator.web import Health, create_app
from tests.pipeline.fakes import HandClock, item
from tests.push.hub import Hub, hub_on_loopback
from tests.push.nouns import FEED, NOW

AGENT = "Aggregator/0.1 (+https://news.example/bot; 1 subscribers)"


@dataclass(slots=True, kw_only=True)
class Town:
    """One feed, its publisher and hub, and our service."""

    hub: Hub
    clock: HandClock
    store: SqliteStore
    ports: Ports
    desk: PushDesk
    base: str
    source: Source

    @property
    def state(self) -> FeedState:
        return self.store.sources.get(FEED)[1]

    @property
    def subscription(self) -> Subscription:
        """The newest one."""
        return self.store.subscriptions.of(FEED)[-1]

    @property
    def callback(self) -> str:
        return f"{self.base}push/{self.subscription.token}"

    def titles(self) -> set[str]:
        return {row.title for row in self.store.catalogue.entries(EntryFilter(limit=100))}

    def later(self, **delta: float) -> datetime:
        self.clock.at += timedelta(**delta)
        return self.clock.at

    def print(self, *numbers: int, hub: str | None = "/hub") -> bytes:
        """The feed with these items, as polled from now on."""
        self.hub.feed = self.document(*numbers, hub=hub)
        return self.hub.feed

    def document(self, *numbers: int, hub: str | None = "/hub") -> bytes:
        link = f'<a:link rel="hub" href="{self.hub.base}{hub}"/>' if hub else ""
        head = f'<title>Knowsmere</title>{link}<a:link rel="self" href="{self.hub.topic}"/>'
        # One every three hours; number 40 is the last before the story begins.
        dates = ((number, NOW + timedelta(hours=3 * (number - 40))) for number in numbers)
        items = "".join(item(number, date=format_datetime(at)) for number, at in dates)
        return (
            f'<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel>{head}{items}</channel></rss>'.encode()
        )

    async def poll(self) -> PollReport:
        return await poll(FEED, self.ports, AGENT)

    async def beat(self) -> None:
        """One beat of the service, and what the hub makes of it."""
        await self.desk.beat()
        await self.hub.quiet()

    async def subscribe(self) -> None:
        """The feed is polled and the hub verifies."""
        await self.poll()
        await self.beat()
        assert self.hub.places, self.hub.answers

    async def push(self, *numbers: int) -> list[int]:
        """The hub delivers these items, and they are worked off."""
        statuses = await self.hub.deliver(self.document(*numbers))
        await self.desk.settled()
        return statuses


@asynccontextmanager
async def town(folder: Path, path: str = "/") -> AsyncIterator[Town]:
    """The town at its beginning: items 1 to 3, nothing polled yet. ``path`` is that of our public address."""
    async with hub_on_loopback() as hub:
        clock, numbers, rules = HandClock(at=NOW), count(1), AddressRules.parse(["127.0.0.0/8"])
        store = open_store(folder / "archive.db", "news.example", NOW, lambda: f"uuid-{next(numbers)}")
        fetch, client = HttpFetch(Limits(), rules, clock), HttpHub(AGENT, rules, clock)
        room = Postroom(subscriptions=store.subscriptions, mint=lambda: secrets.token_urlsafe(32), safe=lambda _: True)
        ports = Ports(
            clock=clock,
            fetch=fetch,
            digest=InlineDigest(read_document),
            sources=store.sources,
            ledger=store.ledger,
            write=InlineWriter(store),
            push=room,
        )
        source = Source(id=FEED, url=hub.topic)
        store.sources.sync([source], NOW)
        line = listen("127.0.0.1", 0)
        base = f"http://127.0.0.1:{line.getsockname()[1]}{path}"
        desk = PushDesk(ports, room, client, f"{base}push/", [source])
        health = Health(ready=True, alive=True, text="ready")
        web = WebServer(create_app(folder / "public", lambda: health, Site(title="T", url=base), push=desk))
        web.begin(line)
        desk.begin()
        place = Town(hub=hub, clock=clock, store=store, ports=ports, desk=desk, base=base, source=source)
        place.print(1, 2, 3)
        try:
            yield place
        finally:
            await desk.stop(1)
            await web.finish()
            await client.aclose()
            await fetch.aclose()
            store.close()
