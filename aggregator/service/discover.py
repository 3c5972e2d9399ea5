"""From the address of a site to the address of its feed: asked politely, accepted only if it reads as a feed."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.errors import AggregatorError
from aggregator.fetch.client import HttpFetch
from aggregator.fetch.meaning import interpret
from aggregator.fetch.policy import make_request
from aggregator.model import Document, Exchange, FeedId, FeedState, Modified, ReadContext, Response, Source, Unreadable
from aggregator.opening import SystemClock
from aggregator.parse.autodiscovery import feed_links
from aggregator.parse.digest import ProcessDigest
from aggregator.pipeline.gate import RobotsGate
from aggregator.reading import read_document
from aggregator.settings import Settings
from aggregator.wiring import PARSE_MEMORY, agent_of, make_fetch

MOST_CANDIDATES = 4


class NoFeedError(AggregatorError):
    """No feed was found at, or through, an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A feed that answers: its final address, its own title, and the entries it shows now; ``answer`` is all of it."""

    url: str
    title: str | None = None
    entries: int = 0
    answer: Response | None = None


async def discover(settings: Settings, address: str) -> Found:
    """The feed at ``address``, or the first working one that the page there announces.

    Raises:
        NoFeedError: nothing there reads as a feed; the message says what was tried.
    """
    fetch = make_fetch(settings)
    digest = ProcessDigest(read_document, 1, settings.polling.total_timeout, PARSE_MEMORY)
    try:
        return await _Search(fetch, digest, agent_of(settings)).run(
            address if "://" in address else f"https://{address}"
        )
    finally:
        await fetch.aclose()
        await digest.aclose()


class _Search:
    """One search: at most five requests, all to addresses the person or the page named, and one for the robots.txt of
    each host that only the page named (H-67)."""

    def __init__(self, fetch: HttpFetch, digest: ProcessDigest, agent: str) -> None:
        self._fetch, self._digest, self._agent = fetch, digest, agent
        self._gate = RobotsGate(fetch, SystemClock(), agent)
        self._last: Exchange | None = None

    async def run(self, address: str) -> Found:
        page = await self._ask(address)
        if isinstance(page, str):
            raise NoFeedError(f"{address} cannot be read: {page}")
        if (document := await self._read(page)) is not None:
            return self._found(page, document)
        closed = 0
        for url in feed_links(page.body, page.url)[:MOST_CANDIDATES]:
            if url != address and not await self._gate.allows(url):
                closed += 1
                continue
            answer = await self._ask(url)
            if not isinstance(answer, str) and (document := await self._read(answer)) is not None:
                return self._found(answer, document)
        if closed:
            text = f"{address} announces feeds, but its robots.txt keeps programs away from them"
            raise NoFeedError(f"{text}; ask its owner, or give the address of the feed itself")
        raise NoFeedError(f"{address} is no feed and announces none that answers; give the address of the feed itself")

    async def _ask(self, url: str) -> Modified | str:
        """The answer, or why there is none."""
        now = SystemClock().now()
        source = Source(id=FeedId("search"), url=url)
        state = FeedState(feed_id=source.id, uuid="", tag="", added_at=now)
        exchange = self._last = await self._fetch(make_request(source, state, self._agent))
        meaning = interpret(exchange, state, exchange.finished_at)
        return meaning if isinstance(meaning, Modified) else getattr(meaning, "detail", "no answer")

    async def _read(self, answer: Modified) -> Document | None:
        context = ReadContext(url=answer.url, fetched_at=SystemClock().now(), content_type=answer.content_type)
        reading = await self._digest(answer.body, context)
        return None if isinstance(reading, Unreadable) else reading

    def _found(self, answer: Modified, document: Document) -> Found:
        exchange = self._last if isinstance(self._last, Response) and self._last.url == answer.url else None
        return Found(url=answer.url, title=document.feed.title, entries=len(document.entries), answer=exchange)
