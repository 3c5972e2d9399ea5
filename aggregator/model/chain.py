"""The publish events of the archive and what they are sealed into: the nouns of the RFC 5005 chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.model.names import EntryId, FeedId, PublicId


class EventKind(StrEnum):
    """What a publish event tells subscribers (R-02).

    LIVE: an entry is new, or was revised significantly. BACKFILL: an entry of the past that nobody is to be told of
    (R-35). TOMBSTONE: an entry is no longer published (R-14).
    """

    LIVE = "live"
    BACKFILL = "backfill"
    TOMBSTONE = "tombstone"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishEvent:
    """One publish event. ``seq`` is the number of the journal row that made it, and the ``pub_seq`` it gave.

    ``revision`` is the number of the version shown then and ``updated_at`` what was published with it (aware, UTC).
    ``at`` is the instant of the journal row, ``size`` about how many bytes the entry takes in a published document,
    ``batch`` the poll that brought it, 0 where none did. A backfill batch is complete within one transaction.
    """

    seq: int
    kind: EventKind
    feed_id: FeedId
    entry_id: EntryId
    revision: int
    updated_at: datetime
    at: datetime
    size: int
    batch: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A run of publish events that is sealed: one archive document of a chain (R-31). Instants are aware and UTC.

    ``chain`` is the path of the subscription document without ending, ``feed`` or ``feeds/knowsley-news``. ``number``
    counts from 1 in the chain, ``part`` from 1 in the ``month`` (``2026-11``, UTC) of its events. ``first`` and
    ``last`` are the numbers of its first and last event, ``updated_at`` is the latest of them. ``sealed_by`` is the
    number of the event that sealed it, ``sealed_at`` that event's instant.
    """

    chain: str
    number: int
    month: str
    part: int
    kind: EventKind
    first: int
    last: int
    events: int
    size: int
    updated_at: datetime
    sealed_at: datetime
    sealed_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a chain stands: its newest sealed segment, ``None`` before the first, and the number of the first event of
    the open one (of the next event, where nothing is open). ``updated_at`` is the latest of all sealed events."""

    sealed: Segment | None = None
    open_from: int = 0
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """An entry that is no longer published (R-14): the number of its publish event and when that was (aware, UTC).
    ``comment`` says more, where it is not we who took it down."""

    public_id: PublicId
    seq: int
    at: datetime
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainPlace:
    """Where a document stands in its chain (RFC 5005, 4): the paths, without ending, of the subscription document and
    of the archive document before it. ``archived`` is set on archive documents."""

    current: str
    previous: str | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """The documents of a segment as they were first rendered, without a link to the next one (R-33).

    ``site_url`` is the address of the site that their links were made from.
    """

    atom: bytes
    rss: bytes
    site_url: str
