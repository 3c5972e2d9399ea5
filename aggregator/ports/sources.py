"""The feeds and when they are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from aggregator.model import FeedId, FeedState, Source
from aggregator.sparing import Hosts


class Sources(Hosts, Protocol):
    """The feeds and when they are due. A claim is a lease: nobody else polls the feed before it ends."""

    def sync(self, sources: Sequence[Source], now: datetime) -> None:
        """Make the stored feeds equal the configured ones; a feed no longer configured is kept and marked removed."""
        ...

    def get(self, feed_id: FeedId) -> tuple[Source, FeedState]:
        """One feed. Raises `UnknownFeedError`."""
        ...

    def claim(
        self,
        now: datetime,
        limit: int,
        spacing: timedelta,
        only: Sequence[FeedId] | None = None,
        due_by: datetime | None = None,
    ) -> tuple[FeedId, ...]:
        """Lease at most ``limit`` due feeds, at most one a host, no host sooner than ``spacing`` after its last claim.

        With ``only``, those feeds count as due whatever their next poll and lease say (a person asked). Paused feeds
        are never claimed unless named. The lease lasts as long as the feed's ``min_interval``, so that even after a
        crash nothing is asked again too early (H-29). ``due_by`` (default ``now``) is the instant by which a feed must
        be due: a round that asks each feed once gives the instant it began.
        """
        ...

    def waiting(
        self, now: datetime, only: Sequence[FeedId] | None = None, due_by: datetime | None = None
    ) -> tuple[int, datetime | None]:
        """How many feeds `claim` would still give, hosts aside, and the earliest instant at which it gives one."""
        ...

    def spread(self, now: datetime, delays: dict[FeedId, timedelta]) -> int:
        """Move the next poll of overdue feeds to ``now`` plus their delay (H-71); returns how many."""
        ...
