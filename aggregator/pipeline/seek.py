"""Looks for the new address of a feed that has been missing for a month: on its site, seldom, under robots.txt (H-46).

Law: what is found is proposed; it is adopted only if it holds entries that the archive knows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from aggregator.dedupe.decide import head_query
from aggregator.dedupe.identity import identify, mode
from aggregator.fetch.meaning import interpret
from aggregator.fetch.policy import plain_request
from aggregator.model import (
    SOUGHT,
    Document,
    Exchange,
    FailureKind,
    FeedId,
    FeedRow,
    FeedState,
    FeedStatus,
    Modified,
    Move,
    PollRecord,
    Source,
    Unreachable,
    Unreadable,
    poll_url,
)
from aggregator.parse.autodiscovery import feed_links
from aggregator.pipeline.context import read_context
from aggregator.pipeline.gate import RobotsGate
from aggregator.ports import Ports
from aggregator.schedule.cadence import at_new_address

MISSING = timedelta(days=30)
EVERY = timedelta(days=7)
NOT_FOUND = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search brought: the candidate's address, whether the archive knows entries of it, and the story."""

    page: Exchange
    requests: int
    text: str
    url: str | None = None
    known: bool = False


@dataclass(slots=True, kw_only=True)
class Search:
    """How to ask during one search: ``turn`` waits until the host of an address may be asked (H-70)."""

    agent: str
    gate: RobotsGate
    turn: Callable[[str], Awaitable[None]]
    requests: int = 0

    async def allows(self, url: str) -> bool:
        """Whether robots.txt lets us ask, itself asked for where it is not known."""
        if self.gate.known(url) is None:
            await self.turn(url)
            self.requests += 1
        return await self.gate.allows(url)

    async def ask(self, url: str, ports: Ports) -> Exchange:
        """One request in its turn."""
        await self.turn(url)
        self.requests += 1
        return await ports.fetch(plain_request(url, self.agent))


def wanted(row: FeedRow, now: datetime) -> bool:
    """Whether to look for this feed now: 404 for thirty days, and not looked for within a week."""
    source, state = row.source, row.state
    if not source.enabled or state.status in (FeedStatus.REMOVED, FeedStatus.PAUSED) or state.http_status != NOT_FOUND:
        return False
    missing = now - (state.last_success_at or state.added_at) >= MISSING
    rested = state.sought_at is None or now - state.sought_at >= EVERY
    return missing and rested and site_of(source, state) is not None


def site_of(source: Source, state: FeedState) -> str | None:
    """The page for people: the configured one, else what the feed called it."""
    return source.site or state.profile.site_url


async def seek(feed_id: FeedId, ports: Ports, search: Search) -> PollRecord:
    """Ask the site once and record what came of it: at most four requests, all of them under robots.txt.

    Raises:
        UnknownFeedError: no feed has this id.
        StoreError: it could not be recorded.
    """
    source, state = ports.sources.get(feed_id)
    found = await _search(source, state, ports, search)
    return await ports.write(lambda: _settle(feed_id, found, ports))


async def _search(source: Source, state: FeedState, ports: Ports, search: Search) -> Found:
    site = site_of(source, state) or source.url
    if not await search.allows(site):
        now = ports.clock.now()
        nobody = Unreachable(url=site, kind=FailureKind.HTTP, detail="not asked", started_at=now, finished_at=now)
        return Found(page=nobody, requests=search.requests, text="robots.txt keeps programs away from the site")
    page = await search.ask(site, ports)
    meaning = interpret(page, state, page.finished_at)
    if not isinstance(meaning, Modified):
        return Found(page=page, requests=search.requests, text="its site cannot be read")
    for url in feed_links(meaning.body, meaning.url):
        if url != poll_url(source, state) and await search.allows(url):
            answer = await search.ask(url, ports)
            return await _judged(
                source, state, Found(page=page, requests=search.requests, text="", url=url), answer, ports
            )
    return Found(page=page, requests=search.requests, text="its site announces no other feed that may be asked")


async def _judged(source: Source, state: FeedState, found: Found, answer: Exchange, ports: Ports) -> Found:
    """The candidate as proposal, as proven successor, or as nothing."""
    document = await _document(source, state, answer, ports)
    if document is None:
        return replace(found, url=None, text=f"its site announces {found.url}, which is no feed")
    known = await ports.write(partial(_knows, source, state, document, answer.finished_at, ports))
    return replace(found, known=known, text=f"its site announces {found.url}")


async def _document(source: Source, state: FeedState, answer: Exchange, ports: Ports) -> Document | None:
    meaning = interpret(answer, state, answer.finished_at)
    if not isinstance(meaning, Modified):
        return None
    reading = await ports.digest(meaning.body, read_context(source, meaning, answer.finished_at))
    return None if isinstance(reading, Unreadable) else reading


def _knows(source: Source, state: FeedState, document: Document, now: datetime, ports: Ports) -> bool:
    """Whether the archive knows an entry of the document as one of this feed."""
    candidates = identify(document, mode(source, state))
    heads = ports.ledger.heads(head_query(source.id, candidates, now))
    return bool(heads.by_key or heads.by_alias)


def _settle(feed_id: FeedId, found: Found, ports: Ports) -> PollRecord:
    with ports.ledger.transaction():
        source, state = ports.sources.get(feed_id)
        at = found.page.started_at
        after, move, text = replace(state, sought_at=at), None, found.text
        if found.url is not None and found.known:
            move = Move(origin=poll_url(source, state), target=found.url, reason=f"missing for a month; {text}")
            due = at_new_address(source, at, ())
            after = replace(after, moved_url=found.url, proposal=None, next_poll_at=due.at, bound=due.bound)
            text = f"{text}, with entries known before: adopted"
        elif found.url is not None:
            after = replace(after, proposal=found.url)
            text = f"{text}, but shows no entry known before: proposed"
        record = PollRecord(
            feed_id=feed_id,
            started_at=at,
            finished_at=found.page.finished_at,
            url=site_of(source, state) or source.url,
            final_url=found.page.url,
            outcome=SOUGHT,
            reason=text,
            state=after,
            http_status=found.page.status,
            wire_bytes=found.page.wire_bytes,
            hops=max(found.requests - 1, 0),
            moved=move,
        )
        ports.ledger.record(record)
    return record
