"""A document of the past again: a page of a backfill, or what an operator imported."""

from __future__ import annotations

from aggregator.fetch.meaning import interpret
from aggregator.model import (
    BACKFILLED,
    IMPORTED,
    Capture,
    Document,
    FeedState,
    Modified,
    Provenance,
    ReadContext,
    Slip,
    Source,
    Unreadable,
)
from aggregator.model.replay import PastPoll
from aggregator.pipeline.backfill import page_context, placed
from aggregator.pipeline.backfilled import edge_of
from aggregator.pipeline.bring import Origin, bring_in, only_before
from aggregator.pipeline.imports import Handed, import_context
from aggregator.pipeline.replay.again import Recalled
from aggregator.ports import Digest, Ports


def is_history(poll: PastPoll) -> bool:
    """Whether the row tells of a document that came neither by a poll nor from a hub."""
    return poll.outcome in (BACKFILLED, IMPORTED)


async def history_again(recalled: Recalled, ports: Ports, saved: Digest) -> bool:
    """Bring in what was brought in then; false where there was nothing to read, or today's code cannot read it.

    ``saved`` reads imported documents, as they need not be feeds.
    """
    poll, capture = recalled.poll, recalled.capture
    if capture is None or not poll.provenance.past:
        return False
    source, state = ports.sources.get(poll.feed_id)
    reading: Document | Unreadable | None
    if poll.outcome == IMPORTED:
        reading = await saved(capture.response.body, _handed(source, poll, capture))
    else:
        reading = await _page(source, state, capture, ports)
    if reading is None or isinstance(reading, Unreadable):
        return False
    document = reading
    await ports.write(
        lambda: bring_in(source, document, poll.provenance, capture.observed_at, ports, origin=_origin(recalled))
    )
    return True


def _handed(source: Source, poll: PastPoll, capture: Capture) -> ReadContext:
    handed = Handed(
        name=poll.url,
        body=capture.response.body,
        slip=capture.slip or Slip(),
        content_type=capture.response.header("content-type"),
        observed_at=capture.observed_at,
    )
    return import_context(source, handed, poll.finished_at)


async def _page(source: Source, state: FeedState, capture: Capture, ports: Ports) -> Document | Unreadable | None:
    response = capture.response
    meaning = interpret(response, state, response.finished_at)
    if not isinstance(meaning, Modified):
        return None
    posts = capture.provenance is Provenance.WP_REST
    fetched_at = capture.observed_at or response.finished_at
    context = page_context(source, state, meaning, fetched_at, base=capture.base, posts=posts)
    reading = await ports.digest(meaning.body, context)
    if isinstance(reading, Unreadable):
        return reading
    document = placed(reading)
    if capture.observed_at is None:
        document = only_before(document, edge_of(state, response.started_at))
    return document


def _origin(recalled: Recalled) -> Origin:
    poll = recalled.poll
    return Origin(
        url=poll.url,
        started_at=poll.started_at,
        finished_at=poll.finished_at,
        final_url=poll.final_url,
        reason=poll.reason,
        http_status=poll.http_status,
        wire_bytes=poll.wire_bytes,
        hops=poll.hops,
        kept=recalled.kept,
    )
