"""Two subscriptions with one final address share one request: the answer settles both (H-72)."""

from __future__ import annotations

from dataclasses import replace

from aggregator.fetch.asking import offered
from aggregator.model import Exchange, FeedState, Modified, NotModified, Response


def serves(answer: Exchange, meaning: object, asker: FeedState, twin: FeedState) -> bool:
    """Whether the answer to one feed is one to the other as well: a whole body always, a 304 or a delta only where both
    know the same.

    Both states are those before the request.
    """
    if not isinstance(answer, Response) or twin.final_url != answer.url:
        return False
    if isinstance(meaning, NotModified) or (isinstance(meaning, Modified) and meaning.delta):
        return asker.body_hash == twin.body_hash and asker.validators == twin.validators
    return isinstance(meaning, Modified)


def borrowed(answer: Response, twin: FeedState) -> Response:
    """The answer as if the other feed had got it: without the way that only the asker went."""
    known = offered(twin)
    sent = answer.sent if known is not None and answer.sent != "none" else "none"
    return replace(answer, hops=(), sent=sent)


def unshared(before: FeedState, after: FeedState) -> FeedState:
    """What a borrowed answer says nothing about: redirects of the own address, and the own unconditional request."""
    return replace(after, redirect=before.redirect, unconditional_at=before.unconditional_at)
