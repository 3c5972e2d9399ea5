"""A document as its publisher wrote it: what ``parse`` hands to ``normalise``. Nothing here is cleaned or resolved."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.model.compact import compact


@dataclass(frozen=True, slots=True, kw_only=True)
class RawText:
    """A text construct. ``kind``: ``text`` (plain), ``html`` (markup, XML-decoded once), ``xhtml`` (inner markup of the
    div) or ``unknown`` (RSS title: P-41 decides). ``language`` and ``base``: the nearest xml:lang and absolute base."""

    value: str
    kind: str = "html"
    language: str | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawBody:
    """One body candidate of an entry (P-42); ``element``: ``content:encoded``, ``atom:content``, ``atom:summary``,
    ``description``, ``media:description``, ``itunes:summary``, ``content_html``, ``content_text``, ``summary``."""

    element: str
    text: RawText


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDate:
    """A date string and the element it stood in: ``pubDate``, ``dc:date``, ``atom:published``, ``atom:updated``,
    ``dcterms:modified``, ``date_published``, ``date_modified`` … Several of one kind stand in document order."""

    element: str
    text: str


@compact
@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An author. The e-mail address is kept for the archive and never published (P-44)."""

    name: str
    email: str | None = None
    uri: str | None = None


@compact
@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link element with its attributes as written; ``rel`` defaults to ``alternate`` (RFC 4287, 4.2.7.2)."""

    href: str
    rel: str = "alternate"
    type: str | None = None
    title: str | None = None
    hreflang: str | None = None


@compact
@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A category as written: split on no character (P-45)."""

    term: str
    scheme: str | None = None
    label: str | None = None


@compact
@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """An attached file (P-46). ``length`` in bytes where it is a whole number; ``group`` joins alternates."""

    url: str
    type: str | None = None
    length: int | None = None
    medium: str | None = None
    title: str | None = None
    alt: str | None = None
    group: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalSource:
    """atom:source or rss:source of an entry in a feed that is itself an aggregate (P-47)."""

    raw_id: str | None = None
    title: str | None = None
    url: str | None = None
    site_url: str | None = None
    updated: str | None = None
    rights: str | None = None
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """One item or entry, in document order. ``raw_id`` is trimmed of XML white space only (P-11);
    ``permalink`` is the RSS isPermaLink (absent counts as true), ``None`` outside RSS guid. ``extras`` holds elements
    of unknown namespaces as XML (P-08). Of a saved document, ``title_basis`` says what a title was made from that its
    publisher did not state, and ``anchor`` where an entry was found that has no permalink: page and slug of title."""

    raw_id: str | None = None
    permalink: bool | None = None
    title: RawText | None = None
    links: tuple[Link, ...] = ()
    bodies: tuple[RawBody, ...] = ()
    dates: tuple[RawDate, ...] = ()
    authors: tuple[Person, ...] = ()
    categories: tuple[Category, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    language: str | None = None
    base: str | None = None
    source: OriginalSource | None = None
    rights: str | None = None
    comments: str | None = None
    points: tuple[tuple[float, float], ...] = ()
    extras: tuple[str, ...] = ()
    title_basis: str = ""
    anchor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTombstone:
    """at:deleted-entry of RFC 6721: ``ref`` is the id of the removed entry, ``when`` the raw date."""

    ref: str
    when: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFeed:
    """The head of a document. ``version`` is one of ``rss090 rss091 rss092 rss093 rss094 rss10 rss20 atom03 atom10
    json1 json11``. ``ttl`` in minutes; ``skip_hours`` 0–23 and ``skip_days`` English names, all of them (H-26)."""

    version: str
    raw_id: str | None = None
    title: RawText | None = None
    subtitle: RawText | None = None
    links: tuple[Link, ...] = ()
    authors: tuple[Person, ...] = ()
    language: str | None = None
    base: str | None = None
    rights: str | None = None
    icon: str | None = None
    generator: str | None = None
    updated: RawDate | None = None
    ttl: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    update_period: str | None = None
    update_frequency: int | None = None
    update_base: str | None = None
    complete: bool = False
    archive: bool = False
    expired: bool = False
    tombstones: tuple[RawTombstone, ...] = ()
    cloud: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something a reader of the archive should know about a document; ``kind`` is a short machine word such as
    ``not-well-formed``, ``cut``, ``encoding-override``, ``item-without-id``, ``bad-date``, ``too-many-entries``."""

    kind: str
    detail: str
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDocument:
    """A whole document. ``partial`` when it is cut or recovered: nothing may be inferred from absence (P-05)."""

    feed: RawFeed
    entries: tuple[RawEntry, ...]
    problems: tuple[Problem, ...] = ()
    partial: bool = False
    encoding: str = "utf-8"
