"""What a poll says of entries that the feed leaves out (D-26), and the look at their pages that settles it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from aggregator.dedupe.presence import page_answered, page_barred, presence, presence_query, unchanged
from aggregator.fetch.policy import plain_request
from aggregator.model import CHECKED, Exchange, FeedId, Modified, NotModified, PollRecord, Verdict
from aggregator.model.presence import NOTHING, Presence, Suspect
from aggregator.pipeline.gate import RobotsGate
from aggregator.ports import Ports

if TYPE_CHECKING:
    from aggregator.pipeline.settle import Answer

log = structlog.get_logger()


def presence_after(feed_id: FeedId, answer: Answer, verdict: Verdict | None, ports: Ports) -> Presence:
    """What the answer says of entries that it leaves out or lists again. Runs where writing is allowed."""
    document, meaning, now = answer.window, answer.meaning, answer.exchange.finished_at
    if document is not None and verdict is not None:
        query = presence_query(feed_id, document, verdict)
        unseen = ports.ledger.unseen(query)
        body = meaning.body_hash if isinstance(meaning, Modified) else ""
        return presence(query, document, verdict, unseen, body, now)
    if isinstance(meaning, Modified | NotModified):
        again = meaning.body_hash if isinstance(meaning, Modified) else None
        return unchanged(ports.ledger.absences(feed_id), again, now)
    return NOTHING


@dataclass(slots=True, kw_only=True)
class Look:
    """How pages are asked for: ``turn`` takes a slot on the host of an address, false where there is none now (H-70).
    ``requests`` counts what was asked, robots.txt included."""

    agent: str
    gate: RobotsGate
    turn: Callable[[str], Awaitable[bool]]
    requests: int = 0


async def look_at(suspect: Suspect, ports: Ports, look: Look) -> bool:
    """Ask once for the page of a missing entry and record what that means; false where its host is busy now.

    The page is an address that nobody typed: robots.txt counts in full (H-67).

    Raises:
        StoreError: it could not be recorded; the page will be asked for again.
    """
    url, absence = suspect.url, suspect.absence
    if look.gate.known(url) is None:
        if not await look.turn(url):
            return False
        look.requests += 1
    if not await look.gate.allows(url):
        await ports.write(lambda: ports.ledger.note(page_barred(absence, ports.clock.now())))
        return True
    if not await look.turn(url):
        return False
    look.requests += 1
    exchange = await ports.fetch(plain_request(url, look.agent))
    await ports.write(lambda: _settle(suspect, exchange, ports))
    return True


def _settle(suspect: Suspect, exchange: Exchange, ports: Ports) -> None:
    """Record the look; of an entry that has come back meanwhile only the request."""
    absence = suspect.absence
    with ports.ledger.transaction():
        _, state = ports.sources.get(absence.feed_id)
        found, told = page_answered(absence, exchange.status, exchange.finished_at), _told(exchange)
        if absence not in ports.ledger.absences(absence.feed_id):
            found, told = NOTHING, "it was listed again meanwhile"
        record = PollRecord(
            feed_id=absence.feed_id,
            started_at=exchange.started_at,
            finished_at=exchange.finished_at,
            url=suspect.url,
            final_url=exchange.url,
            outcome=CHECKED,
            reason=f"entry {absence.entry_id} is missing from its feed: {told}",
            state=state,
            http_status=exchange.status,
            wire_bytes=exchange.wire_bytes,
            hops=len(exchange.hops),
            presence=found,
        )
        ports.ledger.record(record)
    log.info("page of a missing entry", feed=record.feed_id, entry=absence.entry_id, reason=record.reason)


def _told(exchange: Exchange) -> str:
    return f"its page answers {exchange.status}" if exchange.status else "its page does not answer"
