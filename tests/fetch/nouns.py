"""Ready-made nouns for the tests of this room."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aggregator.fetch.policy import make_request, user_agent
from aggregator.model import FeedId, FeedState, Hop, Request, Response, Source, Validators

NOW = datetime(2025, 7, 1, 9, 30, tzinfo=UTC)
URL = "https://ainsbeck.example/news/feed"
AGENT = user_agent("1.2", "https://combined.example/bot", 7)


def state(validators: Validators | None = None, **changes: object) -> FeedState:
    """A feed known since yesterday."""
    known = FeedState(
        feed_id=FeedId("ainsbeck"),
        uuid="00000000-0000-4000-8000-000000000001",
        tag="tag:combined.example,2025:ainsbeck",
        added_at=NOW - timedelta(days=1),
        validators=validators,
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def source(url: str = URL) -> Source:
    """A configured feed."""
    return Source(id=FeedId("ainsbeck"), url=url)


def request(url: str, validators: Validators | None = None) -> Request:
    """What would be asked of it."""
    return make_request(source(url), state(validators), AGENT)


def response(status: int = 200, *headers: tuple[str, str], body: bytes = b"<rss/>", **changes: object) -> Response:
    """An answer that took a second."""
    answer = Response(
        url=URL,
        status=status,
        headers=headers,
        body=body,
        started_at=NOW - timedelta(seconds=1),
        finished_at=NOW,
    )
    return replace(answer, **changes)  # type: ignore[arg-type]


def hops(*steps: tuple[int, str]) -> tuple[Hop, ...]:
    """A chain of redirects that begins at `URL`."""
    chain, at = [], URL
    for status, target in steps:
        chain.append(Hop(url=at, status=status, target=target))
        at = target
    return tuple(chain)
