"""The jobs that fetch the past of feeds."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from aggregator.model import Backfill, FeedId, Gap


class Backfills(Protocol):
    """The backfill jobs (B-03). Any thread may read; `put` only where writing is allowed."""

    def get(self, number: int) -> Backfill | None:
        """One job."""
        ...

    def of(self, feed_id: FeedId) -> tuple[Backfill, ...]:
        """Every job a feed ever had, oldest first."""
        ...

    def due(self, now: datetime) -> tuple[Backfill, ...]:
        """Those of polled feeds that may go on now, longest untouched first; also those that a clock which was set back
        since has planned."""
        ...

    def all(self) -> tuple[Backfill, ...]:
        """All of them, by feed, oldest first."""
        ...

    def wanted(self) -> tuple[Gap, ...]:
        """Gaps that wait for a backfill, oldest first."""
        ...

    def addresses(self, feed_id: FeedId) -> tuple[str, ...]:
        """Addresses that polls of this feed asked, the latest first; not more than a few."""
        ...

    def put(self, job: Backfill) -> Backfill:
        """Replace the job of this number, or add it under the next one where its number is 0; returns it as stored.
        Raises `UnknownFeedError`."""
        ...
