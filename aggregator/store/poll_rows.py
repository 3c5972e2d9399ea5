"""One poll as a row of ``polls``. Pure."""

from __future__ import annotations

from collections import Counter

from aggregator.model import Outcome, PollRecord
from aggregator.store.captures import place_columns
from aggregator.store.nouns import json_text
from aggregator.store.values import SqlValue, instant_or_none, instant_text, safe, safe_or_none


def poll_row(record: PollRecord, capture: int | None = None) -> dict[str, SqlValue]:
    """A whole row of ``polls``: the columns of H-73. ``final_url`` is empty where it is the one asked for; ``capture``
    is the number of the body it brought or confirmed."""
    changes = record.verdict.changes if record.verdict else ()
    counts = Counter(change.outcome for change in changes)
    return {
        "feed_id": record.feed_id,
        "started_at": instant_text(record.started_at),
        "finished_at": instant_text(record.finished_at),
        "url": safe(record.url),
        "final_url": None if record.final_url == record.url else safe(record.final_url),
        "outcome": record.outcome,
        "status": str(record.state.status),
        "http_status": record.http_status,
        "bytes": record.wire_bytes,
        "sent": record.sent,
        "entries": record.entries,
        "new": counts[Outcome.NEW] + counts[Outcome.REPOST],
        "revised": counts[Outcome.REVISION] + counts[Outcome.REVERT],
        "duplicates": counts[Outcome.DUPLICATE] + counts[Outcome.REPEAT],
        "reason": safe(record.reason),
        "next_poll_at": instant_or_none(record.state.next_poll_at),
        "bound": record.state.bound,
        "problems": json_text(record.problems) if record.problems else None,
        "encoding": safe_or_none(record.encoding),
        "hops": record.hops,
        "via": record.via,
        "asked": record.asked_with,
        "given": record.given,
        "flaws": record.flaws or None,
        "provenance": str(record.provenance),
        "capture": capture,
        **place_columns(record.kept),
    }
