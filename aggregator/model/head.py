"""What is known before deciding: entries as the store holds them, and what deciding asks of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from aggregator.model.names import ContentHash, EntryId, FeedId, Key, Precision, Provenance, RevisionHash


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A second-hand key of an entry (P-14). ``kind``: ``host`` (id without scheme), ``path`` (path and query of the
    id) or ``link`` (canonical link)."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The words and links of a stored revision, for the test of significance (D-24), how it came to be known, and when
    the capture was made that it was read from (aware, UTC)."""

    title: str
    content: str
    content_kind: str
    provenance: Provenance = Provenance.LIVE
    observed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A version that the live feed had, and when it was first seen (aware, UTC)."""

    revision_hash: RevisionHash
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the store knows of one entry, as far as deciding needs it. Instants are aware and UTC.

    ``published_at`` is the effective date, write-once (P-38); ``day`` its civil date in the zone of the source (D-10).
    ``updated_at`` is the published ``updated``; ``source_published_at`` the date the source states now.
    ``reverted_at`` is set while the current revision is a revert that was not announced yet (4.3 rule 2).
    ``link`` and ``title_hash`` are those of the current revision. ``text`` is given only where a candidate's revision
    hash differs from ``revision_hash``; ``older`` maps hashes of its other revisions, those asked for, to numbers.
    ``announced`` is false while only history has brought it, ``basis`` what its date was read from.
    ``recent`` are its latest versions from the live feed, the current one first, seven at most, and only where a text
    is given and there is more than one; ``volatile_at`` is when it was found to change to and fro (D-23),
    ``withdrawn_at`` when it was found to be withdrawn at its source (D-26).
    """

    entry_id: EntryId
    feed_id: FeedId
    key: Key
    revision: int
    revision_hash: RevisionHash
    content_hash: ContentHash
    title_hash: str
    strong: bool
    published_at: datetime
    precision: Precision
    day: date
    first_seen_at: datetime
    updated_at: datetime
    emitted: bool
    reverted_at: datetime | None = None
    language: str | None = None
    link: str | None = None
    lead: EntryId | None = None
    source_published_at: datetime | None = None
    older: Mapping[RevisionHash, int] = field(default_factory=dict)
    text: Text | None = None
    recent: tuple[Past, ...] = ()
    volatile_at: datetime | None = None
    announced: bool = True
    basis: str = ""
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadQuery:
    """What to look up for one document: all of it is bounded by the number of entries in the document.

    ``titles`` (hashes) and ``dates`` (stated instants) are asked for only where a document looks like a flood (P-15).
    """

    feed_id: FeedId
    keys: tuple[Key, ...]
    aliases: tuple[Alias, ...]
    contents: tuple[ContentHash, ...]
    revisions: tuple[RevisionHash, ...]
    now: datetime
    titles: tuple[str, ...] = ()
    dates: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """The answer. ``by_alias`` and ``by_content`` list heads in ascending entry id.

    ``by_content`` covers every feed: all heads of this feed, and those of other feeds (the store may leave out other
    feeds' heads beyond the 100 latest days for one hash). ``templates`` are the hashes under the guard of D-06 now
    (their ``until`` is after the query's ``now``). ``kin`` are entries of this feed with one of the ``titles`` or
    ``dates`` asked for, in ascending entry id, with their text; ``newest`` is the latest effective date of the feed's
    entries. Both are left empty unless a title was asked for.
    """

    by_key: Mapping[Key, Head] = field(default_factory=dict)
    by_alias: Mapping[Alias, tuple[Head, ...]] = field(default_factory=dict)
    by_content: Mapping[ContentHash, tuple[Head, ...]] = field(default_factory=dict)
    templates: frozenset[ContentHash] = frozenset()
    kin: tuple[Head, ...] = ()
    newest: datetime | None = None
