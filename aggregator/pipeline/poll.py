"""The walk of one poll, straight down: ask, understand, read, decide, record. The same call in any home."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from aggregator.errors import StoreError
from aggregator.fetch.meaning import interpret
from aggregator.lean import structlog
from aggregator.model import (
    Document,
    Exchange,
    Failed,
    FailureKind,
    FeedId,
    FeedState,
    Meaning,
    Modified,
    NotModified,
    PollRecord,
    PollReport,
    Request,
    Response,
    Source,
    Unreadable,
)
from aggregator.pipeline.again import ForgottenError, with_memory
from aggregator.pipeline.context import read_context
from aggregator.pipeline.keep import seal_ahead, worth_sealing
from aggregator.pipeline.manners import PutOff, ask
from aggregator.pipeline.settle import Answer, report, settle, unsettled
from aggregator.pipeline.share import borrowed, serves
from aggregator.pipeline.skip import skip
from aggregator.ports import Ports

log = structlog.get_logger()

NOT_FEEDS = {"html", "not-a-feed"}


async def poll(feed_id: FeedId, ports: Ports, agent: str) -> PollReport:
    """Poll one feed and commit everything that follows from it in one transaction (D-22, H-06).

    Raises nothing for a feed's fault, nor for a store that cannot take it: then nothing is changed and the report says
    so. ``agent`` is the User-Agent (H-60).

    Raises:
        UnknownFeedError: no feed has this id.
    """
    source, state = ports.sources.get(feed_id)
    request = ask(source, state, agent, ports.clock.now(), ports)
    if isinstance(request, PutOff):
        outcome = await skip(feed_id, request, ports)
        _log(outcome)
        return outcome
    exchange = await ports.fetch(request)
    answer = await _understood(source, state, request, exchange, ports)
    record = await _settled(source, state, answer, ports)
    outcome = unsettled(feed_id, state, answer, record) if isinstance(record, str) else report(record)
    _log(outcome)
    if not isinstance(answer.meaning, Modified | NotModified):
        return outcome
    twins = ports.sources.twins(feed_id, exchange.url)
    if not twins:
        return outcome
    answer = replace(answer, kept=None if isinstance(record, str) else record.kept)
    shared = [await _share(twin, state, answer, ports) for twin in twins]
    return replace(outcome, shared=tuple(each for each in shared if each is not None))


async def _understood(source: Source, state: FeedState, request: Request, exchange: Exchange, ports: Ports) -> Answer:
    """What the exchange means, while a large body is packed beside it."""
    if not worth_sealing(exchange, ports):
        return await understand(source, state, request, exchange, ports)
    sealed, answer = await asyncio.gather(
        seal_ahead(source.id, state, request, exchange, ports), understand(source, state, request, exchange, ports)
    )
    return replace(answer, sealed=sealed)


async def _settled(source: Source, state: FeedState, answer: Answer, ports: Ports) -> PollRecord | str:
    """The answer decided and recorded, or why it could not be."""
    feed_id = source.id
    try:
        return await ports.write(lambda: settle(feed_id, answer, ports))
    except ForgottenError:
        whole = await understand(source, state, answer.request, answer.exchange, replace(ports, memory=None))
        return await _settled(source, state, replace(whole, sealed=answer.sealed, kept=answer.kept), ports)
    except StoreError as fault:
        return str(fault)
    except Exception as fault:
        # A fault of ours in one document must not leave the feed silent: it is recorded like any other failure.
        log.exception("document could not be decided", feed=feed_id)
        detail = f"our fault while deciding: {type(fault).__name__}"
        failed = replace(answer, meaning=Failed(kind=FailureKind.DOCUMENT, detail=detail), document=None)
        return await ports.write(lambda: settle(feed_id, failed, ports))


async def _share(twin: FeedId, asker: FeedState, answer: Answer, ports: Ports) -> PollReport | None:
    """Settle another feed of the same final address with the same answer, if it is one to it as well (H-72)."""
    source, state = ports.sources.get(twin)
    exchange = answer.exchange
    if not isinstance(exchange, Response) or not serves(exchange, answer.meaning, asker, state):
        return None
    its_own = await understand(source, state, answer.request, borrowed(exchange, state), ports)
    its_own = replace(its_own, via=asker.feed_id, kept=answer.kept)
    try:
        outcome = report(await ports.write(lambda: settle(twin, its_own, ports)))
    except Exception:
        log.exception("shared answer could not be settled; the feed asks for itself", feed=twin)
        return None
    _log(outcome)
    return outcome


async def understand(source: Source, state: FeedState, request: Request, exchange: Exchange, ports: Ports) -> Answer:
    """What the exchange means, and the document it brought, if it is worth reading (H-13)."""
    meaning = interpret(exchange, state, exchange.finished_at)
    document: Document | None = None
    if isinstance(meaning, Modified) and meaning.body_hash != state.body_hash:
        context = read_context(source, meaning, exchange.finished_at)
        reading = await ports.digest(meaning.body, with_memory(context, source.id, ports))
        if isinstance(reading, Unreadable):
            meaning = _unreadable(reading, exchange)
        else:
            document = reading
    return Answer(request=request, exchange=exchange, meaning=meaning, document=document)


def _unreadable(reading: Unreadable, exchange: Exchange) -> Meaning:
    """A body that is no feed is a failed fetch, whatever its status said (P-01)."""
    kind = FailureKind.NOT_A_FEED if reading.kind in NOT_FEEDS else FailureKind.DOCUMENT
    if reading.kind == "empty":
        kind = FailureKind.EMPTY
    return Failed(kind=kind, detail=reading.detail, status=exchange.status)


def _log(outcome: PollReport) -> None:
    """One line a poll with all its facts."""
    facts = {
        "feed": outcome.feed_id,
        "outcome": outcome.outcome,
        "status": str(outcome.status),
        "http": outcome.http_status,
        "sent": outcome.sent,
        "bytes": outcome.wire_bytes,
        "entries": outcome.entries,
        "new": outcome.new,
        "revised": outcome.revised,
        "duplicates": outcome.duplicates,
        "seconds": round(outcome.seconds, 3),
        "next": outcome.next_poll_at.isoformat() if outcome.next_poll_at else None,
        "reason": outcome.reason,
    }
    if outcome.outcome in {"failed", "blocked", "gone"}:
        log.warning("poll", **facts)
    else:
        log.info("poll", **facts)
