"""One poll again: what was received, told to the same code that polls. Decides nothing itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aggregator.errors import CaptureError, TakenDownError
from aggregator.fetch.memory import remember_failure
from aggregator.fetch.policy import make_request
from aggregator.model import (
    Capture,
    CaptureKind,
    CaptureRow,
    Delivery,
    Exchange,
    FailureKind,
    FeedState,
    Kept,
    Move,
    PollRecord,
    Request,
    Response,
    Source,
    Unreachable,
)
from aggregator.model.replay import PastPoll
from aggregator.pipeline.poll import understand
from aggregator.pipeline.receive import record_delivery
from aggregator.pipeline.settle import settle
from aggregator.pipeline.share import borrowed
from aggregator.ports import CaptureArchive, Past, Ports

FAILED = {"failed", "blocked", "gone"}
ANSWERED = {"modified", "same-body"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """A poll with what was received then. ``capture`` is ``None`` where there was no answer, or it is not kept, or not
    readable: then ``fault`` says why, unless it was ``taken_down``."""

    poll: PastPoll
    capture: Capture | None = None
    kept: Kept | None = None
    fault: str | None = None
    taken_down: bool = False

    @property
    def response(self) -> Response | None:
        """The answer itself."""
        return None if self.capture is None else self.capture.response


def recall(poll: PastPoll, past: Past, captures: CaptureArchive) -> Recalled:
    """Fetch the answer of a poll from the captures, with its body, wherever that lies."""
    if poll.place is None:
        return Recalled(poll=poll, capture=_confirmation(poll))
    row = past.capture(poll.capture) if poll.capture is not None else None
    kept = _kept(poll, row)
    try:
        opened = captures.read(poll.place)
        capture = opened.capture
        if opened.kind is CaptureKind.IDENTICAL:
            if row is None:
                raise CaptureError(poll.place.file, poll.place.offset, "the body it repeats is not known")
            body = captures.read(row.place).capture.response.body
            capture = replace(capture, response=replace(capture.response, body=body))
    except TakenDownError:
        return Recalled(poll=poll, kept=kept, taken_down=True)
    except CaptureError as fault:
        return Recalled(poll=poll, kept=kept, fault=str(fault))
    return Recalled(poll=poll, capture=capture, kept=kept)


def _confirmation(poll: PastPoll) -> Capture | None:
    """A 304 needs no capture: all it says is in its row."""
    if poll.http_status != 304:
        return None
    said = Response(
        url=poll.final_url,
        status=304,
        headers=(),
        body=b"",
        started_at=poll.started_at,
        finished_at=poll.finished_at,
        wire_bytes=poll.wire_bytes,
        sent=poll.sent,
    )
    return Capture(feed_id=poll.feed_id, response=said)


def _kept(poll: PastPoll, row: CaptureRow | None) -> Kept | None:
    """The note of the capture as the poll left it: only the first poll of a body proves it."""
    if poll.place is None:
        return None
    first = row is not None and row.poll_id == poll.number
    return Kept(
        place=poll.place,
        record_id=row.record_id if row else "",
        kind=CaptureKind.WHOLE if first else CaptureKind.IDENTICAL,
        url=row.url if row else poll.final_url,
        at=row.at if row else poll.started_at,
        digest=row.digest if row else "",
        size=row.size if row else 0,
        proof=row.proof if row is not None and first else "",
    )


async def answered_again(recalled: Recalled, ports: Ports, agent: str) -> PollRecord:
    """A poll that was answered: understood, decided and recorded as if the answer had come just now."""
    poll, response = recalled.poll, recalled.response
    assert response is not None
    source, state = ports.sources.get(poll.feed_id)
    exchange = response if poll.via is None else borrowed(response, state)
    answer = await understand(source, state, _request(poll, source, state, agent, ports), exchange, ports)
    answer = replace(answer, via=poll.via, kept=recalled.kept)
    return await ports.write(lambda: settle(poll.feed_id, answer, ports))


def _request(poll: PastPoll, source: Source, state: FeedState, agent: str, ports: Ports) -> Request:
    bare = poll.sent == "none"
    return replace(make_request(source, state, agent, unconditional=bare, mailbox=ports.mailbox), url=poll.url)


async def brought_again(recalled: Recalled, ports: Ports) -> None:
    """What a hub brought, again."""
    poll, response = recalled.poll, recalled.response
    assert response is not None
    delivery = Delivery(
        feed_id=poll.feed_id,
        topic=response.url,
        body=response.body,
        content_type=response.header("content-type"),
        at=poll.finished_at,
    )
    await record_delivery(delivery, ports, recalled.kept)


async def noted_again(recalled: Recalled, move: Move | None, ports: Ports) -> None:
    """A poll without a readable answer: its row as it was, and of the feed what such a row changes."""
    poll = recalled.poll

    def work() -> None:
        with ports.ledger.transaction():
            _, state = ports.sources.get(poll.feed_id)
            ports.ledger.record(_as_it_was(recalled, _after(poll, state, move), move))

    await ports.write(work)


def _after(poll: PastPoll, state: FeedState, move: Move | None) -> FeedState:
    if poll.outcome in FAILED:
        state = remember_failure(state, _nobody(poll))
    if move is not None:
        state = replace(state, moved_url=move.target, redirect=None)
    return replace(state, next_poll_at=poll.next_poll_at, bound=poll.bound)


def _nobody(poll: PastPoll) -> Exchange:
    return Unreachable(
        url=poll.final_url,
        kind=FailureKind.PROTOCOL,
        detail=poll.reason,
        started_at=poll.started_at,
        finished_at=poll.finished_at,
        status=poll.http_status,
        sent=poll.sent,
    )


def _as_it_was(recalled: Recalled, state: FeedState, move: Move | None) -> PollRecord:
    poll = recalled.poll
    return PollRecord(
        feed_id=poll.feed_id,
        started_at=poll.started_at,
        finished_at=poll.finished_at,
        url=poll.url,
        final_url=poll.final_url,
        outcome=poll.outcome,
        reason=poll.reason,
        state=state,
        http_status=poll.http_status,
        wire_bytes=poll.wire_bytes,
        sent=poll.sent,
        hops=poll.hops,
        via=poll.via,
        moved=move,
        provenance=poll.provenance,
        kept=recalled.kept,
    )
