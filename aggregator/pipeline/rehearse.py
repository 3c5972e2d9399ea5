"""A poll with nothing stored: what the server says, and what would become of each entry."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.fetch.policy import make_request
from aggregator.model import Document, Exchange, FeedState, Meaning, Source, Verdict
from aggregator.pipeline.poll import understand
from aggregator.pipeline.settle import judge
from aggregator.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Everything a poll would have known: ``verdict`` is ``None`` unless a document was read."""

    exchange: Exchange
    meaning: Meaning
    document: Document | None
    verdict: Verdict | None


async def rehearse(source: Source, state: FeedState, ports: Ports, agent: str) -> Rehearsal:
    """Ask and decide as `poll` would, against the store as it is, and record nothing."""
    request = make_request(source, state, agent, mailbox=ports.mailbox)
    exchange = await ports.fetch(request)
    answer = await understand(source, state, request, exchange, ports)
    verdict = await ports.write(lambda: judge(source, state, answer, ports))
    return Rehearsal(exchange=exchange, meaning=answer.meaning, document=answer.document, verdict=verdict)
