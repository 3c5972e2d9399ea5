"""What the archive shows to people: items of a published feed, rows of a list, versions of an entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.chain import ChainPlace, Tombstone
from aggregator.model.feed import FeedState, Source
from aggregator.model.names import (
    ContentHash,
    EntryId,
    FeedId,
    FeedStatus,
    Outcome,
    Precision,
    Provenance,
    PublicId,
    Republish,
)
from aggregator.model.published import Category, Enclosure, OriginalSource, Person
from aggregator.model.shelf import Shelf
from aggregator.model.watch import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the operator calls the combined feed. ``url`` ends in a slash; ids and links are made from it."""

    title: str = "Liverpool City Region news"
    url: str = "http://127.0.0.1:8000/"
    language: str = "en-GB"
    timezone: str = "Europe/London"
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """When and under which host name the archive began: it names the combined feeds for ever (R-10)."""

    authority: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCard:
    """The source of an item as the output names it (R-12). ``tag`` is its id where the feed has none; ``updated`` is
    the latest change of any of its entries. ``url`` is the feed's address, ``site_url`` its page for people.
    ``missing`` are the months in which entries may be missing, ``shelves`` all its months; both are known only on its
    own page."""

    id: FeedId
    tag: str
    title: str
    url: str
    raw_id: str | None = None
    site_url: str | None = None
    category: str = ""
    tags: tuple[str, ...] = ()
    language: str | None = None
    rights: str | None = None
    licence: str | None = None
    icon: str | None = None
    authors: tuple[str, ...] = ()
    republish: Republish = Republish.SUMMARY
    status: FeedStatus = FeedStatus.NEW
    status_text: str = ""
    updated: datetime | None = None
    entries: int = 0
    missing: tuple[Month, ...] = ()
    shelves: tuple[Shelf, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Another copy of the same item: a repeat or a duplicate, named in all outputs (D-21)."""

    title: str
    url: str | None
    source_title: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One emitted entry with its displayed revision. Instants are aware, UTC, whole seconds.

    ``pub_seq`` orders all feeds (R-02). ``updated_at`` moves only on significant revisions and on a later source
    ``updated`` (D-24). ``content`` is raw and unsanitised, its links resolve against ``base``. ``title_basis`` as in
    `Entry`. ``withdrawn_at`` is when its publisher was found to have taken it down, ``withdrawn_by`` how that is known
    (`Signal`).
    """

    entry_id: EntryId
    public_id: PublicId
    pub_seq: int
    source: SourceCard
    title: str
    url: str | None
    base: str | None
    content: str
    content_kind: str
    summary: str
    authors: tuple[Person, ...]
    categories: tuple[Category, ...]
    enclosures: tuple[Enclosure, ...]
    language: str | None
    rights: str | None
    original: OriginalSource | None
    published_at: datetime
    precision: Precision
    published_basis: str
    updated_at: datetime
    first_seen_at: datetime
    revision: int
    revisions: int
    members: tuple[Member, ...] = ()
    title_basis: str = ""
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which emitted items: of one feed, of one category, or all; the newest ``limit`` by ``pub_seq``."""

    limit: int
    feed: FeedId | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What the journal says changed after a sequence number, and the last number there is.

    ``at`` is the instant of the last journal row, ``None`` for an empty journal; ``kinds`` are the kinds of rows that
    came.
    """

    seq: int
    at: datetime | None
    feeds: tuple[FeedId, ...]
    categories: tuple[str, ...]
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One feed to publish, in all formats. ``path`` is its name under ``public/`` without ending: ``feed``,
    ``feeds/knowsley-news``, ``category/council``. ``id`` is a tag URI for ever (R-10); ``updated`` the latest of its
    items, or ``founded`` of the archive when there is none. ``place`` is set on documents of a chain, and
    ``tombstones`` are what no longer stands in them. ``formats`` are the endings it is published with, ``page`` the
    path of its HTML page where that is not the usual one, ``paging`` relations and paths, without ending, of further
    documents of a paged feed (RFC 5005, 3)."""

    path: str
    id: str
    title: str
    subtitle: str
    language: str
    updated: datetime
    items: tuple[Item, ...]
    formats: tuple[str, ...] = ("atom", "rss", "json")
    page: str | None = None
    paging: tuple[tuple[str, str], ...] = ()
    place: ChainPlace | None = None
    tombstones: tuple[Tombstone, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A rendered file: ``path`` relative to ``public/``, ``changed_at`` the instant of the change it shows (R-42).
    ``noted`` is a word for whoever renders it next, one line without spaces, kept beside the digest of the file."""

    path: str
    body: bytes
    changed_at: datetime
    noted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A published file as it was written, and what was noted with it."""

    body: bytes
    noted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """One line of ``feeds list``."""

    source: Source
    state: FeedState
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """What ``entries`` lists: newest effective date first. ``query`` is matched as plain words, all of them."""

    feed: FeedId | None = None
    since: datetime | None = None
    until: datetime | None = None
    query: str | None = None
    withdrawn: bool = False
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One stored entry as lists and ``entry`` show it; ``lead`` is the entry it repeats or duplicates.

    ``first_observed_at`` is the time of the earliest capture that shows it, where that was before it was first seen.
    """

    entry_id: EntryId
    feed_id: FeedId
    public_id: PublicId
    key: str
    url: str | None
    title: str
    summary: str
    content: str
    content_kind: str
    authors: tuple[Person, ...]
    categories: tuple[Category, ...]
    enclosures: tuple[Enclosure, ...]
    language: str | None
    published_at: datetime
    precision: Precision
    published_basis: str
    published_raw: str | None
    updated_at: datetime
    first_seen_at: datetime
    last_seen_at: datetime
    content_hash: ContentHash
    outcome: Outcome
    emitted: bool
    lead: EntryId | None
    revisions: int
    reason: str
    volatile_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None
    forgotten_at: datetime | None = None
    first_observed_at: datetime | None = None
    title_basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One stored version of an entry; ``number`` counts from 1 as they were stored, ``reverts_to`` names an equal older
    one. ``observed_at`` is the time of the capture a version of history was read from (B-08). Links of ``content``
    resolve against ``base``; ``attachments`` are addresses, ``authors`` names."""

    entry_id: EntryId
    number: int
    seen_at: datetime
    title: str
    content: str
    content_kind: str
    url: str | None
    content_hash: ContentHash
    revision_hash: str
    significant: bool
    displayed: bool
    reverts_to: int | None
    reason: str
    provenance: Provenance = Provenance.LIVE
    observed_at: datetime | None = None
    base: str | None = None
    attachments: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """One link of the hash chain. ``hash`` = SHA-256 over the previous hash and every other field."""

    seq: int
    kind: str
    feed_id: FeedId
    entry_id: EntryId | None
    at: datetime
    payload: str
    hash: str
