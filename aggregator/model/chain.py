"""The publish events of the archive and what they are sealed into: the nouns of the RFC 5005 chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.model.names import EntryId, FeedId


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
