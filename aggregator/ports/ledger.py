"""Where everything is written: the one writer of the archive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeVar

from aggregator.model import FeedId, HeadQuery, Heads, Original, PollRecord
from aggregator.model.presence import Absence, PresenceQuery, Suspect, Unseen

T = TypeVar("T")


class Ledger(Protocol):
    """The one writer of the archive."""

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside is committed together or not at all; may be nested."""
        ...

    def heads(self, query: HeadQuery) -> Heads:
        """What is known of the entries of one document."""
        ...

    def original(self, digest: str) -> Original | None:
        """The body of this digest (SHA-256 in hex) as a revisit refers to it; ``None`` where no capture holds it."""
        ...

    def unseen(self, query: PresenceQuery) -> Unseen:
        """The stored entries that one document leaves out, and what is noted of such ones (D-26)."""
        ...

    def absences(self, feed_id: FeedId) -> tuple[Absence, ...]:
        """What is noted of entries that the documents of a feed leave out."""
        ...

    def note(self, absence: Absence) -> None:
        """Change what is noted of a missing entry."""
        ...

    def suspects(self, now: datetime, limit: int) -> tuple[Suspect, ...]:
        """Missing entries whose pages are due to be asked for, longest due first."""
        ...

    def record(self, record: PollRecord) -> None:
        """Write one poll and all that follows from it: entries, revisions, journal, state, lease (D-22, H-06)."""
        ...

    def release(self, feed_id: FeedId, now: datetime) -> int:
        """Announce everything that is held of a feed (P-15); returns how many entries."""
        ...

    def fill_gaps(self, feed_id: FeedId, since: datetime, until: datetime, now: datetime, *, done: bool) -> int:
        """Close the gaps within a span that a backfill filled, or note that it could not; returns how many."""
        ...


class Writer(Protocol):
    """Runs a piece of work where writing is allowed: the one writer thread, which may share commits."""

    def __call__(self, work: Callable[[], T], *, first: bool = False) -> Awaitable[T]:
        """The result of ``work`` once it is committed; ``first`` where others should wait for it."""
        ...
