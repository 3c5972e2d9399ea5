"""Rows of polls as the politeness ledger reads them. Pure."""

from __future__ import annotations

from datetime import timedelta

from aggregator.model import BACKFILLED, PollTrace
from aggregator.store.bucket import OWNED
from aggregator.store.hosts import host_of
from aggregator.store.values import Row, instant, maybe_instant


def trace_of(row: Row, host: str, floor: timedelta) -> PollTrace:
    """A row of ``polls``, the host that the feed is filed under, and the feed's floor; a request for history has a host
    of its own."""
    return PollTrace(
        feed_id=row["feed_id"],
        host=host_of(row["url"]) if row["outcome"] == BACKFILLED else host,
        started_at=instant(row["started_at"]),
        final_url=row["final_url"] or row["url"],
        outcome=row["outcome"],
        http_status=row["http_status"],
        sent=row["sent"],
        asked=row["asked"],
        given=row["given"],
        flaws=row["flaws"] or "",
        wire_bytes=row["bytes"],
        hops=row["hops"],
        planned=maybe_instant(row["next_poll_at"]),
        own=floor < OWNED,
    )
