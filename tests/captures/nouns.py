"""Captures to test with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aggregator.model import Capture, FeedId, Headers, Hop, Original, Provenance, Response

NOW = datetime(2026, 6, 15, 9, 0, 0, 123456, tzinfo=UTC)
FEED = FeedId("knowsmere")
URL = "https://knowsmere.example/feed/?type=rss"
BODY = b"<rss><channel><title>Knowsmere \xc3\xa9</title></channel></rss>\r\n\r\n" * 40
HEADERS: Headers = (
    ("server", "nginx"),
    ("content-type", "application/rss+xml; charset=UTF-8"),
    ("content-encoding", "gzip"),
    ("content-length", "731"),
    ("etag", '"a-1"'),
    ("link", '<https://hub.example/>; rel="hub"'),
    ("link", '<https://knowsmere.example/feed/>; rel="self"'),
    ("x-archive-orig-etag", "odd"),
    ("x-town", "Knowsm\xe9re \xa0"),
)
ASKED: Headers = (("user-agent", "Aggregator/1"), ("accept", "*/*"), ("if-none-match", '"a-0"'))


def answered(
    body: bytes = BODY, status: int = 200, at: datetime = NOW, headers: Headers = HEADERS, hops: tuple[Hop, ...] = ()
) -> Response:
    """An answer of the publisher."""
    return Response(
        url=URL,
        status=status,
        headers=headers,
        body=body,
        started_at=at,
        finished_at=at + timedelta(seconds=1, microseconds=7),
        hops=hops,
        wire_bytes=731 if body else 0,
        sent="etag",
    )


def capture(response: Response | None = None) -> Capture:
    """A poll's answer."""
    return Capture(feed_id=FEED, response=response or answered(), asked=ASKED)


def pushed(body: bytes = BODY, at: datetime = NOW) -> Capture:
    """What a hub brought."""
    response = Response(
        url=URL,
        status=200,
        headers=(("content-type", "application/atom+xml"),),
        body=body,
        started_at=at,
        finished_at=at,
        wire_bytes=len(body),
    )
    return Capture(feed_id=FEED, response=response, provenance=Provenance.PUSH)


def original(digest: str, size: int = len(BODY)) -> Original:
    """The first record of a body."""
    return Original(url=URL, at=NOW - timedelta(hours=1), digest=digest, size=size)
