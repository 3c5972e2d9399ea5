"""What the ways are made of: a request to make, the answer to it, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.model import Cursor, Ground, Headers, Link


class Form(StrEnum):
    """How an answer is read: as a feed, as posts of a WordPress, or not at all (a page, a list of captures)."""

    FEED = "feed"
    WORDPRESS = "wordpress"
    PAGE = "page"
    LIST = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which part of the past is wanted: dated from ``since`` until before ``until``. Aware, UTC; ``None`` is open."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a way begins with: the ground, what is wanted, the instant (aware, UTC), what must be asked first, and the
    digests of documents that an earlier job read."""

    ground: Ground
    span: Span
    now: datetime
    first: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """How far a way has come, and on which ground."""

    ground: Ground
    cursor: Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request. ``observed_at`` is the time of the capture asked for, ``base`` the address its links resolve
    against, where that is not the one asked."""

    url: str
    form: Form
    observed_at: datetime | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, after what could be read of it was stored.

    ``fault`` says in words why nothing could be read, ``kind`` in one; both are empty where all is well. ``body`` is
    given for pages and lists only. ``entries`` counts those listed, ``new`` those not known before; ``ids`` is a digest
    of their ids in order; ``oldest`` and ``newest`` are stated dates. ``links`` are those of the answer's head and of
    its document, absolute.
    """

    url: str
    now: datetime
    status: int | None = None
    fault: str = ""
    kind: str = ""
    headers: Headers = ()
    links: tuple[Link, ...] = ()
    body: bytes = b""
    entries: int = 0
    new: int = 0
    ids: str = ""
    oldest: datetime | None = None
    newest: datetime | None = None
    generator: str = ""

    def header(self, name: str) -> str:
        """The first value of a header by its lower-case name, or nothing."""
        return next((value for key, value in self.headers if key == name), "")

    def link(self, rel: str) -> str | None:
        """The first address of this relation."""
        return next((link.href for link in self.links if rel in link.rel.lower().split()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """A way has ended. ``complete``: it reached the beginning of what was wanted; ``text`` says where and why."""

    complete: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What follows from an answer: where to go on, or the end; and what was learned of the ground."""

    cursor: Cursor
    end: End | None = None
    ground: Ground | None = None


def go_on(cursor: Cursor) -> Turn:
    """There is more to ask."""
    return Turn(cursor=cursor)


def ended(cursor: Cursor, *, complete: bool, text: str) -> Turn:
    """Nothing more to ask on this way."""
    return Turn(cursor=cursor, end=End(complete=complete, text=text))
