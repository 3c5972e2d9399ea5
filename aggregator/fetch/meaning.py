"""What an exchange means for the feed, decided without doing anything (H-04, H-05, H-42 to H-52)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus

from aggregator.fetch.challenges import is_challenge
from aggregator.fetch.retry import retry_at
from aggregator.model import (
    Blocked,
    Exchange,
    Failed,
    FailureKind,
    FeedState,
    Gone,
    Hop,
    Meaning,
    Modified,
    NotModified,
    Response,
    Unreachable,
    Validators,
)

PERMANENT = frozenset({301, 308})
REFUSED = frozenset({401, 403})
ODD = {
    204: (FailureKind.EMPTY, "the server answered 204: it has no content to send"),
    206: (FailureKind.TRUNCATED, "the server answered 206: it sent a part that was not asked for"),
    226: (FailureKind.HTTP, "the server answered 226: it sent a difference that was not asked for"),
}


def interpret(exchange: Exchange, state: FeedState, now: datetime) -> Meaning:
    """What came of a poll. ``state`` is that before the poll, ``now`` aware and UTC (for Retry-After)."""
    if isinstance(exchange, Unreachable):
        return Failed(kind=exchange.kind, detail=exchange.detail, status=exchange.status)
    status = exchange.status
    if (blocked := _blocked(exchange, now)) is not None:
        return blocked
    match status:
        case 200:
            return _modified(exchange)
        case 226 if _is_delta(exchange):
            return _delta(exchange, state)
        case 304:
            return _not_modified(exchange, state)
        case 410:
            return Gone(detail="the server answered 410: the feed is gone for good")
    return _failed(exchange, now)


def _blocked(response: Response, now: datetime) -> Blocked | None:
    """H-47: a refusal of this client; we ask again seldom and never in disguise."""
    status, retry = response.status, retry_at(response.header("retry-after"), now)
    if is_challenge(response):
        text = f"the server answered {status} with a challenge page that only browsers pass; ask its owner to let us in"
    elif status in REFUSED:
        text = f"the server answered {_named(status)}: it does not let us in; ask its owner for leave"
    else:
        return None
    return Blocked(status=status, detail=text + _wait(retry), retry_at=retry)


def _modified(response: Response) -> Modified | Failed:
    if not response.body.strip():
        detail = f"the server answered {response.status} with an empty body"
        return Failed(kind=FailureKind.EMPTY, detail=detail, status=response.status)
    return Modified(
        url=response.url,
        body=response.body,
        body_hash=sha256(response.body).hexdigest(),
        content_type=response.header("content-type"),
        content_language=response.header("content-language"),
        content_location=response.header("content-location"),
        validators=_validators(response),
        moved_to=moved_to(response.hops),
    )


def _is_delta(response: Response) -> bool:
    """Whether a 226 is what was asked for: new entries since the ETag that was sent (H-66)."""
    ways = ",".join(value for name, value in response.headers if name == "im").lower().split(",")
    return response.sent in ("etag", "both") and "feed" in (way.partition(";")[0].strip() for way in ways)


def _delta(response: Response, state: FeedState) -> Modified | Failed:
    """H-52, H-66: read like a whole document, but nothing follows from what it leaves out; an answer without a new ETag
    leaves the old one in force."""
    found = _modified(response)
    if isinstance(found, Failed):
        return found
    return replace(found, validators=found.validators or state.validators, delta=True)


def _validators(response: Response) -> Validators | None:
    """H-01, H-04: what this answer gave, nothing kept from earlier ones; an empty value is none."""
    etag, modified = response.header("etag") or None, response.header("last-modified") or None
    if etag is None and modified is None:
        return None
    return Validators(url=response.url, etag=etag, last_modified=modified)


def _not_modified(response: Response, state: FeedState) -> NotModified | Failed:
    known = state.validators
    if response.sent == "none" or known is None:
        detail = "the server answered 304 (not modified) although it was not asked whether the feed had changed"
        return Failed(kind=FailureKind.HTTP, detail=detail, status=304)
    fresh = replace(
        known,
        etag=response.header("etag") or known.etag,
        last_modified=response.header("last-modified") or known.last_modified,
    )
    return NotModified(url=response.url, validators=fresh, moved_to=moved_to(response.hops))


def moved_to(hops: tuple[Hop, ...]) -> str | None:
    """H-42: the end of the leading run of permanent redirects; a step from https to http ends it (H-43)."""
    target = None
    for hop in hops:
        downgrade = hop.url.lower().startswith("https:") and not hop.target.lower().startswith("https:")
        if hop.status not in PERMANENT or downgrade:
            break
        target = hop.target
    return target


def _failed(response: Response, now: datetime) -> Failed:
    status, retry = response.status, None
    if status >= 300:
        retry = retry_at(response.header("retry-after"), now)
    kind, detail = ODD.get(status, (FailureKind.HTTP, f"the server answered {_named(status)}"))
    return Failed(kind=kind, detail=detail + _wait(retry), status=status, retry_at=retry)


def _named(status: int) -> str:
    try:
        return f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return str(status)


def _wait(retry: datetime | None) -> str:
    return f" and asks us to come back at {retry:%Y-%m-%d %H:%M:%S} UTC" if retry else ""
