"""The walk of one delivery by push: read, decide, record, as in a poll, but as a part of a document (H-85).

Law: nothing is inferred from absence, no validator changes, and the next poll stays where it is.
"""

from __future__ import annotations

from dataclasses import replace

from aggregator.lean import structlog
from aggregator.model import (
    PUSHED,
    Added,
    Capture,
    Delivery,
    Document,
    FeedState,
    Kept,
    Modified,
    PollReport,
    Provenance,
    ReadContext,
    Renamed,
    Request,
    Response,
    Revised,
    Source,
    Unreadable,
    Verdict,
)
from aggregator.pipeline.attend import new_keys
from aggregator.pipeline.bar import may_keep_whole
from aggregator.pipeline.context import read_context
from aggregator.pipeline.keep import keep
from aggregator.pipeline.presence import presence_after
from aggregator.pipeline.settle import After, Answer, judge, poll_record, report
from aggregator.ports import Ports
from aggregator.push import delivered
from aggregator.schedule import learn, longest_silence

log = structlog.get_logger()


async def receive(delivery: Delivery, ports: Ports) -> PollReport:
    """Read what a hub brought and commit what follows from it in one transaction (D-22).

    Raises:
        UnknownFeedError: no feed has this id.
        StoreError: nothing was recorded; the backup poll will find the entries.
    """
    outcome = await record_delivery(delivery, ports)
    log.info(
        "push",
        feed=outcome.feed_id,
        bytes=outcome.wire_bytes,
        entries=outcome.entries,
        new=outcome.new,
        revised=outcome.revised,
        duplicates=outcome.duplicates,
        reason=outcome.reason,
    )
    return outcome


async def record_delivery(delivery: Delivery, ports: Ports, kept: Kept | None = None) -> PollReport:
    """The same without a word in the log. ``kept`` is where the delivery lies already, if it does."""
    source, state = ports.sources.get(delivery.feed_id)
    answer = replace(_answer(source, state, delivery), kept=kept)
    reading = await ports.digest(delivery.body, _context(source, answer, delivery))
    return await ports.write(lambda: _settle(delivery, answer, reading, ports))


def _answer(source: Source, state: FeedState, delivery: Delivery) -> Answer:
    """The delivery in the form of an answer to a poll, from the address that polls end at: links must resolve and
    compare the same on both ways."""
    url = state.validators.url if state.validators else source.url
    exchange = Response(
        url=url,
        status=200,
        headers=(),
        body=delivery.body,
        started_at=delivery.at,
        finished_at=delivery.at,
        wire_bytes=len(delivery.body),
    )
    meaning = Modified(
        url=url,
        body=delivery.body,
        body_hash="",
        content_type=delivery.content_type,
        content_language=None,
        content_location=None,
        validators=None,
    )
    return Answer(request=Request(url=delivery.topic, headers=()), exchange=exchange, meaning=meaning, document=None)


def _context(source: Source, answer: Answer, delivery: Delivery) -> ReadContext:
    assert isinstance(answer.meaning, Modified)
    return read_context(source, answer.meaning, delivery.at)


def _settle(delivery: Delivery, answer: Answer, reading: Document | Unreadable, ports: Ports) -> PollReport:
    with ports.ledger.transaction():
        source, before = ports.sources.get(delivery.feed_id)
        verdict = None
        if isinstance(reading, Unreadable):
            record = poll_record(source, answer, After(state=before), None)
            reason = f"what the hub brought cannot be read: {reading.detail}"
        else:
            # Whatever it says of itself: a hub may send only what is new.
            part = replace(answer, document=replace(reading, partial=True, complete=False))
            verdict = judge(source, before, part, ports)
            assert verdict is not None
            record = poll_record(source, part, After(state=_after(source, before, part, verdict)), verdict)
            record = replace(record, presence=presence_after(source.id, part, verdict, ports))
            reason = "; ".join(("brought by the hub", *verdict.notes))
        whole = may_keep_whole(source.id, verdict, ports)
        kept = answer.kept or keep(capture_of(delivery), ports, whole=whole)
        record = replace(record, kept=kept, outcome=PUSHED, http_status=None, reason=reason, provenance=Provenance.PUSH)
        ports.ledger.record(record)
    return report(record)


def capture_of(delivery: Delivery) -> Capture:
    """The delivery as it is kept: under its topic, as nothing was asked (H-85)."""
    response = Response(
        url=delivery.topic,
        status=200,
        headers=() if delivery.content_type is None else (("content-type", delivery.content_type),),
        body=delivery.body,
        started_at=delivery.at,
        finished_at=delivery.at,
        wire_bytes=len(delivery.body),
    )
    return Capture(feed_id=delivery.feed_id, response=response, provenance=Provenance.PUSH)


def _after(source: Source, before: FeedState, answer: Answer, verdict: Verdict) -> FeedState:
    """Only what the entries themselves teach: rhythm, ids, and how well push does."""
    document, now = answer.document, answer.exchange.finished_at
    assert document is not None
    changed = any(isinstance(change, Added | Revised | Renamed) for change in verdict.changes)
    # Before the first poll the rhythm has no beginning, and a part of a document must not give it one.
    rhythm = before.rhythm if before.rhythm.since is None else learn(source, before.rhythm, document, verdict, now)
    brought = (change.candidate.key for change in verdict.changes if not isinstance(change, Renamed))
    return replace(
        before,
        rhythm=rhythm,
        longest_silence=longest_silence(before, replace(before, rhythm=rhythm)),
        identity=verdict.identity,
        id_changes=verdict.id_changes,
        last_change_at=now if changed else before.last_change_at,
        push=delivered(before.push, sum(1 for _ in new_keys(verdict)), brought, now),
    )
