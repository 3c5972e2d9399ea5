"""A request and its answer as a publisher sees them, and the one rule of validators that the good ones share."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from demo.stories import LONDON, Telling, load, told

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One GET or HEAD. ``headers`` have lower-case names; ``elapsed`` is in seconds since the start."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    elapsed: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back. Content-Length and Date are the server's business."""

    status: int = 200
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever the case of its name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and when a publisher lives: ``base`` is its address without a final slash, ``start`` is aware."""

    base: str
    start: datetime

    def told(self, name: str, elapsed: float) -> tuple[Telling, ...]:
        """What of the text file ``name`` is out by now, newest first."""
        return told(load(name, self.start), self.start, elapsed)


Render = Callable[[Ask, Place], Answer]


@dataclass(frozen=True, slots=True)
class Publisher:
    """One made-up publisher: its id in the feed list, its name, its category, the path of its feed, its answers."""

    id: str
    title: str
    category: str
    feed: str
    render: Render


def missing(title: str) -> Answer:
    """404 with a page for people."""
    page = f"<!doctype html><title>Not found</title><h1>{title}</h1><p>There is nothing at this address.</p>"
    return Answer(status=404, headers=(("Content-Type", "text/html; charset=utf-8"),), body=page.encode())


def conditional(ask: Ask, answer: Answer, changed: datetime) -> Answer:
    """The answer with ETag and Last-Modified, or 304 where the client has it already (RFC 9110, 13.2.2)."""
    etag = f'"{hashlib.sha256(answer.body).hexdigest()[:20]}"'
    validators: Headers = (("ETag", etag), ("Last-Modified", http_date(changed)))
    if _known(ask, etag, changed):
        return Answer(status=304, headers=validators)
    return Answer(status=answer.status, headers=(*answer.headers, *validators), body=answer.body)


def _known(ask: Ask, etag: str, changed: datetime) -> bool:
    tags = ask.headers.get("if-none-match")
    if tags is not None:
        return any(tag.strip().removeprefix("W/") in {etag, "*"} for tag in tags.split(","))
    since = ask.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return changed.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False


def newest(tellings: tuple[Telling, ...], start: datetime) -> datetime:
    """When any of them last changed; a day before ``start`` where there is none."""
    return max((telling.changed for telling in tellings), default=start - timedelta(days=1))


def http_date(moment: datetime) -> str:
    """An HTTP-date, always GMT."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def rfc822(moment: datetime) -> str:
    """A date with its numeric zone: ``Fri, 03 Jul 2026 10:00:06 +0100``."""
    return format_datetime(moment.astimezone(LONDON))


def rfc822_named(moment: datetime) -> str:
    """The same with the name of the zone, as British councils write it: ``… 10:00:06 BST``."""
    return f"{rfc822(moment)[:-6]} {moment.astimezone(LONDON).tzname()}"
