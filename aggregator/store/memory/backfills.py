"""Backfill jobs in memory: the port `Backfills`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from aggregator.model import BACKFILLED, SKIPPED, SOUGHT, Backfill, FeedId, Gap, Provenance
from aggregator.store.backfill_rows import MOST_ADDRESSES
from aggregator.store.memory.hosts import active
from aggregator.store.memory.tables import Tables
from aggregator.store.syncing import CLOCK_TOLERANCE
from aggregator.store.watch_rows import NO_OVERLAP


class MemoryBackfills:
    """Implements `Backfills`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def get(self, number: int) -> Backfill | None:
        """One job."""
        with self._tables.undo.lock:
            return self._tables.backfills.get(number)

    def of(self, feed_id: FeedId) -> tuple[Backfill, ...]:
        """Every job a feed ever had, oldest first."""
        return tuple(job for job in self.all() if job.feed_id == feed_id)

    def due(self, now: datetime) -> tuple[Backfill, ...]:
        """Those of polled feeds that may go on now, longest untouched first; also those planned by a wrong clock."""
        ahead = now + CLOCK_TOLERANCE
        ready = (job for job in self.all() if job.status.open and active(self._tables.feed(job.feed_id)))
        found = [job for job in ready if job.next_at is None or job.next_at <= now or job.updated_at > ahead]
        return tuple(sorted(found, key=lambda job: (job.updated_at, job.number)))

    def all(self) -> tuple[Backfill, ...]:
        """All of them, by feed, oldest first."""
        with self._tables.undo.lock:
            return tuple(sorted(self._tables.backfills.values(), key=lambda job: (job.feed_id, job.number)))

    def wanted(self) -> tuple[Gap, ...]:
        """Gaps that wait for a backfill, oldest first."""
        with self._tables.undo.lock:
            gaps = [gap for gap in self._tables.watching.gaps.values() if gap.kind == NO_OVERLAP]
        queued = (gap for gap in gaps if gap.closed_at is None and gap.backfill == "queued")
        return tuple(sorted(queued, key=lambda gap: gap.raised_at))

    def addresses(self, feed_id: FeedId) -> tuple[str, ...]:
        """Addresses that polls of this feed asked, the latest first; not more than a few."""
        with self._tables.undo.lock:
            polls = [row for row in self._tables.polls.values() if row["feed_id"] == feed_id]
            own = [row for row in polls if row["provenance"] == Provenance.LIVE]
        asked = [str(row["url"]) for row in reversed(own) if row["outcome"] not in (BACKFILLED, SOUGHT, SKIPPED)]
        return tuple(dict.fromkeys(asked))[:MOST_ADDRESSES]

    def put(self, job: Backfill) -> Backfill:
        """Replace the job of this number, or add it under the next one. Raises `UnknownFeedError`."""
        with self._tables.undo.transaction():
            self._tables.feed(job.feed_id)
            if not job.number:
                job = replace(job, number=max(self._tables.backfills.names(), default=0) + 1)
            self._tables.backfills[job.number] = job
        return job
