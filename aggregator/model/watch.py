"""What watching a feed brings to light: entries that may have scrolled past, and entries held back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.names import EntryId, FeedId


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Entries that may have scrolled past between two polls. Instants are aware and UTC.

    ``kind``: ``no-overlap``, nothing of the last window was listed any more, or ``turnover``, more than half of it was
    gone. ``since`` is the newest entry of the old window (or the poll that read it), ``until`` the oldest new entry of
    the next one; ``missed`` an estimate. ``backfill``: ``queued``, ``done`` or ``failed``.
    """

    feed_id: FeedId
    kind: str
    since: datetime
    until: datetime
    missed: int
    raised_at: datetime
    closed_at: datetime | None = None
    backfill: str = "queued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """How complete the archive of one feed is for one month (``2026-06``, by effective civil day): entries kept, and
    an estimate of those that gaps may have cost."""

    month: str
    entries: int
    missed: int

    @property
    def completeness(self) -> float:
        """The share kept of what was published, 0 to 1; 1 where nothing is known to be missing."""
        return self.entries / (self.entries + self.missed) if self.entries + self.missed else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldEntry:
    """One entry that is stored and not announced (P-15); ``released_at`` once it was announced after all."""

    entry_id: EntryId
    feed_id: FeedId
    kind: str
    held_at: datetime
    release_at: datetime | None = None
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollLine:
    """One stored poll as people look it up (H-73); ``problems`` is what was odd about the answer."""

    started_at: datetime
    finished_at: datetime
    url: str
    final_url: str | None
    outcome: str
    status: str
    http_status: int | None
    wire_bytes: int
    sent: str
    entries: int
    new: int
    revised: int
    duplicates: int
    reason: str
    next_poll_at: datetime | None
    bound: str
    problems: tuple[str, ...] = ()
