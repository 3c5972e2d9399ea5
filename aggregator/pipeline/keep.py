"""Keeps every answer as it came, before anything follows from it (P-01, R-66).

Law: the capture is written first and made safe before the commit, so no recorded poll is without its body; a capture
whose poll was not committed is no harm.
"""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import TYPE_CHECKING

from aggregator.captures.seal import seal
from aggregator.fetch.policy import conditional
from aggregator.model import Capture, Exchange, FeedId, FeedState, Kept, Request, Response, SealedCapture
from aggregator.ports import Ports

if TYPE_CHECKING:
    from aggregator.pipeline.settle import Answer

LARGE = 4096
"""Bodies from so many bytes on are packed beside the event loop and the writer; smaller ones are not worth the way."""


def worth_sealing(exchange: Exchange, ports: Ports) -> bool:
    """Whether this answer has a body to be packed ahead."""
    return ports.captures is not None and isinstance(exchange, Response) and len(exchange.body) >= LARGE


async def seal_ahead(
    feed_id: FeedId, state: FeedState, request: Request, exchange: Exchange, ports: Ports
) -> SealedCapture | None:
    """A large body that is not the last one again, packed in another thread; ``None`` where that can wait."""
    if not worth_sealing(exchange, ports) or not isinstance(exchange, Response):
        return None
    return await asyncio.to_thread(_new, capture_of(feed_id, request, exchange), state.body_hash)


def _new(capture: Capture, known: str | None) -> SealedCapture | None:
    return None if sha256(capture.response.body).hexdigest() == known else seal(capture, None)


def capture_of(feed_id: FeedId, request: Request, response: Response) -> Capture:
    """The answer to a poll, with the lines of the request that it answers."""
    extra, _ = conditional(request, response.url)
    return Capture(feed_id=feed_id, response=response, asked=request.headers + extra)


def keep_answer(feed_id: FeedId, before: FeedState, answer: Answer, ports: Ports, *, whole: bool = True) -> Kept | None:
    """Append the answer of a poll; ``None`` where there was none, or captures are off or paused. Runs where writing is
    allowed, inside the transaction of the poll. ``before`` is the state of the feed before it. Unless ``whole``, a body
    that is not kept already is not kept at all.
    """
    if answer.kept is not None or ports.captures is None or not isinstance(answer.exchange, Response):
        return answer.kept
    response = answer.exchange
    confirmed = before.body_hash if response.status == 304 else None
    return keep(
        capture_of(feed_id, answer.request, response), ports, ahead=answer.sealed, confirmed=confirmed, whole=whole
    )


def keep(
    capture: Capture,
    ports: Ports,
    *,
    ahead: SealedCapture | None = None,
    confirmed: str | None = None,
    whole: bool = True,
) -> Kept | None:
    """Append a capture, as a mere reference where its body is kept already. ``ahead`` is the same capture sealed
    before; ``confirmed`` the digest of the body that an answer without one stands for."""
    if ports.captures is None:
        return None
    body = capture.response.body
    digest = confirmed or (sha256(body).hexdigest() if body else None)
    original = ports.ledger.original(digest) if digest else None
    if body and original is None and not whole:
        return None
    sealed = ahead if ahead is not None and original is None else seal(capture, original)
    return ports.captures.append(sealed)
