"""A job walked to its end in this process, against a publisher that is a function, under a clock by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from aggregator.model import (
    Backfill,
    EntryFilter,
    EntryRow,
    Exchange,
    JobStatus,
    Request,
    Response,
    Selection,
    Source,
    Strategy,
)
from aggregator.pipeline.backfill import Desk, advance, kept, next_address, opened, prepared
from aggregator.pipeline.gate import RobotsGate
from aggregator.pipeline.pace import Pace, Rules
from aggregator.pipeline.poll import poll
from aggregator.ports import Captures
from aggregator.store.sqlite import InlineWriter
from tests.pasts.server import Asked, Tell
from tests.pipeline.fakes import FEED, Home, answer, home, unreachable

AGENT = "Aggregator/1 (+https://news.example/bot)"
SPACING = timedelta(seconds=30)


@dataclass(kw_only=True)
class Walk:
    """A home whose one feed is polled, and the desk that fetches its past."""

    home: Home
    desk: Desk
    asked: list[tuple[datetime, str]] = field(default_factory=list)

    def job(
        self,
        wanted: Strategy = Strategy.AUTO,
        since: datetime | None = None,
        until: datetime | None = None,
        cause: str = "operator",
    ) -> Backfill:
        """Begin a job and walk it until it ends or rests."""
        job = opened(self.desk.jobs, self.home.clock.at, FEED, wanted, since, until, cause)
        return self.walk(job)

    def walk(self, job: Backfill, steps: int = 10_000) -> Backfill:
        """Go on with a job, at the pace that the desk allows, for so many requests at most."""
        return asyncio.run(self._walk(job, steps))

    async def _walk(self, job: Backfill, steps: int) -> Backfill:
        ready = prepared(job, self.desk)
        job = ready if ready is job else await kept(ready, self.desk)
        while job.status is JobStatus.QUEUED and steps:
            url = next_address(job, self.desk)
            clock = self.home.clock
            clock.at = max(clock.at, self.desk.pace.ready_at(url, clock.at))
            while not self.desk.pace.take(url, clock.at):
                clock.at += timedelta(seconds=1)
            job, steps = await advance(job, self.desk), steps - 1
        return job

    def poll(self) -> None:
        """One poll of the feed, an hour later."""
        self.home.later(hours=1)
        asyncio.run(poll(FEED, self.home.ports, AGENT))

    def rows(self) -> tuple[EntryRow, ...]:
        """Everything stored."""
        return self.home.store.catalogue.entries(EntryFilter(limit=10_000))

    def told(self) -> int:
        """How many entries subscribers get."""
        return len(self.home.store.archive.items(Selection(limit=10_000)))


def walking(
    feed: str,
    hosts: Mapping[str, Tell],
    *,
    path: Path | None = None,
    web_archive: str = "",
    live: bool = False,
    captures: Captures | None = None,
) -> Walk:
    """A home whose feed was polled once; ``hosts`` answer by their root address."""
    asked: list[tuple[datetime, str]] = []

    def script(request: Request) -> Exchange:
        asked.append((made.clock.at, request.url))
        parts = urlsplit(request.url)
        tell = hosts.get(f"{parts.scheme}://{parts.netloc}/")
        if tell is None:
            return unreachable(request, made.clock)
        whole = request.url.split(parts.netloc, 1)[1]
        told = tell(Asked(path=parts.path, query=dict(parse_qsl(parts.query, keep_blank_values=True)), whole=whole))
        headers = {"content-type": told.kind, **told.headers}
        given: Response = answer(request, made.clock, told.body.encode(), told.status, headers)
        return given

    made = home(Source(id=FEED, url=feed), script=script, path=path)
    if captures is not None:
        write = InlineWriter(made.store, before_commit=captures.flush)
        made.ports = replace(made.ports, captures=captures, write=write)
    rules = Rules(spacing=lambda _url: SPACING, daily=500, live=live, host_spacing=timedelta(seconds=10))
    sources = made.store.sources
    gate = RobotsGate(made.ports.fetch, made.clock, AGENT, sources.recall, sources.remember)
    desk = Desk(
        ports=made.ports,
        jobs=made.store.backfills,
        gate=gate,
        pace=Pace(sources, rules),
        agent=AGENT,
        web_archive=web_archive,
    )
    walk = Walk(home=made, desk=desk, asked=asked)
    asyncio.run(poll(FEED, made.ports, AGENT))
    return walk
