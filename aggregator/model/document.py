"""A document after normalising: what the rest of the house works with, the same for RSS, Atom and JSON Feed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from aggregator.model.compact import compact
from aggregator.model.feed import FeedProfile, Hints
from aggregator.model.names import ContentHash, DateStatus, Precision, RevisionHash, ZoneSource
from aggregator.model.published import Category, Enclosure, Link, OriginalSource, Person, Problem, RawTombstone
from aggregator.model.saved import Slip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadContext:
    """What reading a document needs besides its bytes. All of it is known before the poll, so reading is pure.

    ``url`` is the final address; ``fetched_at`` is aware and UTC; ``timezone`` is the civil zone of the source;
    ``names`` are what the source calls itself (feed title, site name, host), for boilerplate (D-02). ``slip`` is set
    for a document that somebody saved.
    ``form`` is ``feed``, or ``wordpress`` for posts as the REST interface of a WordPress tells them (B-05).

    ``memory`` is what reading the feed's last document left behind (`Document.memory`); an empty one asks for such a
    memory, and with ``None`` nothing is remembered.
    """

    url: str
    fetched_at: datetime
    content_type: str | None = None
    content_language: str | None = None
    content_location: str | None = None
    timezone: str = "Europe/London"
    language: str | None = None
    site_url: str | None = None
    names: tuple[str, ...] = ()
    slip: Slip | None = None
    form: str = "feed"
    memory: bytes | None = None


@compact
@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A date with its provenance (P-30). ``instant`` is aware and UTC, ``None`` when missing or bad.

    ``raw`` and ``element`` are as published; ``element`` is ``url`` for a date read from the link (P-37).
    """

    raw: str | None = None
    element: str | None = None
    instant: datetime | None = None
    zone: ZoneSource = ZoneSource.ASSUMED
    precision: Precision = Precision.SECOND
    status: DateStatus = DateStatus.MISSING


@compact
@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One normalised entry.

    ``title`` is plain text, ``content`` the raw unsanitised body (``content_kind`` ``html`` or ``text``) with
    ``base`` the absolute address its links resolve against; ``summary`` is plain text. ``url`` is the link as
    published but absolute, ``link`` its canonical form (P-21); both ``None`` when there is none. ``published`` is the
    best of all dates by P-37 before first-seen; ``updated`` only where the element exists (P-39).

    Two fields are of saved documents only: ``title_basis`` is ``address``, ``first-words`` or ``page`` for a title that
    its publisher did not state, and ``anchor`` stands where an entry has no permalink: the page it was found on, then
    ``#`` and the slug of its title. Then ``url`` is that page, and there is no ``link``.
    """

    position: int
    raw_id: str | None = None
    permalink: bool | None = None
    url: str | None = None
    link: str | None = None
    base: str | None = None
    title: str = ""
    content: str = ""
    content_kind: str = "html"
    summary: str = ""
    summary_generated: bool = False
    authors: tuple[Person, ...] = ()
    categories: tuple[Category, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    language: str | None = None
    language_origin: str | None = None
    published: Stamp = Stamp()
    updated: Stamp | None = None
    raw_date: str = ""
    source: OriginalSource | None = None
    rights: str | None = None
    comments: str | None = None
    points: tuple[tuple[float, float], ...] = ()
    extras: tuple[str, ...] = ()
    title_basis: str = ""
    anchor: str | None = None


@compact
@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """The versioned hashes of one entry. ``strong`` by D-05; ``title`` is a hash of the title's words (P-14);
    ``lead`` a hash of title, link, raw date and the first 200 words, the last-resort key of P-17."""

    content: ContentHash
    revision: RevisionHash
    title: str
    lead: str
    strong: bool
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A normalised document: ``fingerprints[i]`` belongs to ``entries[i]``.

    ``partial`` documents prove nothing by absence; ``trusted`` is false where the body must not replace the stored
    validators (P-05, H-06). ``complete`` is fh:complete.

    ``recalled`` are the positions of entries whose bytes and surroundings are those of the last document: they were not
    read again, so text, authors, categories, attached files and the like are missing from them, while ids, addresses,
    title, language, dates and fingerprint are there. Whoever needs one in full reads without a memory. ``memory`` is
    for the next reading; empty where nothing can be remembered, and then the old one is worthless too.
    """

    version: str
    encoding: str
    feed: FeedProfile
    entries: tuple[Entry, ...]
    fingerprints: tuple[Fingerprint, ...] = ()
    links: tuple[Link, ...] = ()
    hints: Hints = field(default_factory=Hints)
    tombstones: tuple[RawTombstone, ...] = ()
    problems: tuple[Problem, ...] = ()
    partial: bool = False
    complete: bool = False
    recalled: frozenset[int] = frozenset()
    memory: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The answer of ``Digest`` for a body that is no feed, or that cost too much; kinds as in `UnreadableError`."""

    kind: str
    detail: str
