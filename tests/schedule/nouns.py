"""Builders for the tests of the schedule: one feed, one exchange, everything overridable."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aggregator.model import (
    Climate,
    Due,
    Failed,
    FailureKind,
    FeedId,
    FeedState,
    Headers,
    Meaning,
    NotModified,
    Response,
    Source,
)
from aggregator.schedule.cadence import next_poll

NOW = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WELL = NotModified(url="https://x.example/", validators=None)


def source(name: str = "knowsmere-news", **kwargs: object) -> Source:
    return Source(id=FeedId(name), url=f"https://{name}.example/feed/", **kwargs)  # type: ignore[arg-type]


def state(**kwargs: object) -> FeedState:
    plain = {"polls": 7, **kwargs}
    return FeedState(feed_id=FeedId("knowsmere-news"), uuid="u", tag="tag:x,2026:u", added_at=NOW, **plain)  # type: ignore[arg-type]


def response(*headers: tuple[str, str], at: datetime = NOW, status: int = 304) -> Response:
    fields: Headers = headers
    return Response(
        url="https://x.example/",
        status=status,
        headers=fields,
        body=b"",
        started_at=at,
        finished_at=at + timedelta(seconds=1),
    )


def failed(status: int | None = None, retry_at: datetime | None = None, kind: FailureKind = FailureKind.HTTP) -> Failed:
    return Failed(kind=kind, detail="the server answered", status=status, retry_at=retry_at)


def due(
    asked: Source,
    known: FeedState,
    meaning: Meaning = WELL,
    *headers: tuple[str, str],
    at: datetime = NOW,
    climate: Climate | None = None,
) -> Due:
    """The next poll after an answer with these header lines."""
    return next_poll(asked, known, response(*headers, at=at), meaning, climate or Climate())
