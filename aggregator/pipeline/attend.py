"""What a poll means for push (H-80, H-86): whether the feed offers it, and what a hub should have brought before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from aggregator.model import Added, FeedState, Offer, Outcome, PushHealth, Response, Verdict
from aggregator.ports import Ports, Postroom
from aggregator.push import begin, covered, discover, offered, polled, wanted

if TYPE_CHECKING:
    from aggregator.pipeline.settle import Answer


def attend(before: FeedState, answer: Answer, verdict: Verdict | None, ports: Ports) -> FeedState:
    """The state before this poll, with push as it is after it. Begins a subscription where the feed offers a new one;
    runs where writing is allowed. Where push is off nothing counts on it."""
    known = before.push
    if ports.push is not None:
        return replace(before, push=_health(before, answer, verdict, ports.push))
    if known.since is None and known.until is None and not known.trusted:
        return before
    return replace(before, push=replace(known, since=None, until=None, trusted=False))


def _health(before: FeedState, answer: Answer, verdict: Verdict | None, room: Postroom) -> PushHealth:
    now, health = answer.exchange.finished_at, before.push
    known = room.subscriptions.of(before.feed_id)
    # The cover of the time before this poll counts for its misses, whatever the feed offers from now on.
    health = covered(health, known, now)
    if verdict is not None:
        health = polled(health, new_keys(verdict), before.last_success_at, now)
    offer = _offer(answer, room)
    if offer is None:
        return health
    if wanted(offer, known, now):
        room.subscriptions.put(begin(before.feed_id, offer, room.mint, room.safe, now))
    return covered(offered(health, offer), known, now)


def _offer(answer: Answer, room: Postroom) -> Offer | None:
    """What a whole document offers; a cut one, or none, says nothing."""
    document, exchange = answer.window, answer.exchange
    if document is None or document.partial or not isinstance(exchange, Response):
        return None
    return discover(exchange.headers, document.links, exchange.url, room.safe)


def new_keys(verdict: Verdict) -> Iterator[str]:
    """The keys of entries this feed has not had before; neither a repeat under a new name nor a held one (P-15) is."""
    for change in verdict.changes:
        if isinstance(change, Added) and change.outcome is not Outcome.REPEAT and change.hold is None:
            yield change.candidate.key
