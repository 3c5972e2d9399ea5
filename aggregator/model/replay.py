"""Replaying the captures: what was polled, step by step, and what today's code makes of it (D-22)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from aggregator.model.capture import Place
from aggregator.model.feed import Source
from aggregator.model.names import FeedId, Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPoll:
    """A row of ``polls`` as it was recorded, as far as replaying needs it. ``capture`` is the number of the body it
    brought or confirmed, ``place`` where its own records lie; both ``None`` where nothing was kept."""

    number: int
    feed_id: FeedId
    started_at: datetime
    finished_at: datetime
    url: str
    final_url: str
    outcome: str
    reason: str
    http_status: int | None
    wire_bytes: int
    sent: str
    hops: int
    entries: int
    via: FeedId | None
    provenance: Provenance
    next_poll_at: datetime | None
    bound: str
    capture: int | None
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastFeed:
    """A feed as it is stored now: its configuration as plain JSON, and the names it was given for ever."""

    feed_id: FeedId
    source: Mapping[str, object]
    uuid: str
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """The feed list became this one, as a person wanted it. ``changed`` are the feeds that differ, in their order."""

    at: datetime
    changed: tuple[Source, ...]
    removed: tuple[FeedId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A person announced what was held of a feed."""

    at: datetime
    feed_id: FeedId


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A backfill had fetched everything of a span in which entries were thought missing."""

    at: datetime
    feed_id: FeedId
    since: datetime
    until: datetime


Doing = Configured | Released | Filled
Step = Doing | PastPoll


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A capture that could not be read, and why; its poll is replayed as if it had brought nothing."""

    poll: int
    feed_id: FeedId
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowDifference:
    """A row that today's code would make otherwise: ``new``, ``missing`` or ``changed``.

    ``columns`` are those that differ, each with its stored value and today's; ``title`` is for people.
    """

    table: str
    what: str
    key: str
    title: str = ""
    columns: tuple[tuple[str, object, object], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSum:
    """One table in figures: rows stored, rows of today, and how they differ. ``equal``: not one byte is different."""

    table: str
    stored: int
    today: int
    equal: bool
    new: int = 0
    missing: int = 0
    changed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What became of a replay. ``polls`` were stepped through, ``bodies`` read by today's parser, ``uncaptured`` polls
    brought something that was not kept, ``taken_down`` of them something that was erased since; ``left_out`` counts
    documents of the past that were not kept, by provenance. ``equal``: every row of every table is the same.
    """

    polls: int
    bodies: int
    uncaptured: int
    taken_down: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    lost: tuple[Lost, ...] = ()
    tables: tuple[TableSum, ...] = ()
    differences: tuple[RowDifference, ...] = ()
    journal_from: int | None = None

    @property
    def equal(self) -> bool:
        """Whether nothing differs at all."""
        return all(table.equal for table in self.tables)
