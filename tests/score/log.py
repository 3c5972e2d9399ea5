"""What a publisher sees of us: one line a request, in true time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer. ``usable`` is false where no reader could make a feed of it: its validators must not be kept (H-06).
    ``broken`` names a fault of the connection instead of an answer that can be read."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    usable: bool = True
    broken: str = ""

    def given(self) -> tuple[str | None, str | None]:
        """ETag and Last-Modified."""
        return self.headers.get("etag"), self.headers.get("last-modified")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request and the answer it got. ``exchange`` numbers what belongs together (redirects); ``asked_by`` is the
    feed, ``manual`` whether a person wanted it,
    ``wrong`` by how much our clock was wrong. ``headers`` by lower-case name."""

    at: datetime
    exchange: int
    asked_by: str
    url: str
    headers: Mapping[str, str]
    reply: Reply
    first: bool = True
    manual: bool = False
    wrong: timedelta = timedelta(0)

    @property
    def sent(self) -> tuple[str | None, str | None]:
        """If-None-Match and If-Modified-Since."""
        return self.headers.get("if-none-match"), self.headers.get("if-modified-since")


def http_date(at: datetime) -> str:
    """An instant as servers write it."""
    return at.strftime(HTTP_DATE)


def minutes(count: float) -> timedelta:
    """A span."""
    return timedelta(minutes=count)
