"""Gaps, held entries and polls to database rows and back. Pure."""

from __future__ import annotations

import json

from aggregator.model import Gap, HeldEntry, PollLine
from aggregator.store.values import Row, SqlValue, instant, instant_or_none, instant_text, maybe_instant

NO_OVERLAP = "no-overlap"
"""The kind of gap in which entries may have been missed; the other one is a warning."""


def gap_row(gap: Gap) -> dict[str, SqlValue]:
    """A row of ``gaps``."""
    return {
        "feed_id": gap.feed_id,
        "kind": gap.kind,
        "since": instant_text(gap.since),
        "until": instant_text(gap.until),
        "missed": gap.missed,
        "raised_at": instant_text(gap.raised_at),
        "closed_at": instant_or_none(gap.closed_at),
        "backfill": gap.backfill,
    }


def gap_of(row: Row) -> Gap:
    """The way back from `gap_row`."""
    return Gap(
        feed_id=row["feed_id"],
        kind=row["kind"],
        since=instant(row["since"]),
        until=instant(row["until"]),
        missed=row["missed"],
        raised_at=instant(row["raised_at"]),
        closed_at=maybe_instant(row["closed_at"]),
        backfill=row["backfill"],
    )


def held_row(held: HeldEntry) -> dict[str, SqlValue]:
    """A row of ``holds``."""
    return {
        "entry_id": held.entry_id,
        "feed_id": held.feed_id,
        "kind": held.kind,
        "held_at": instant_text(held.held_at),
        "release_at": instant_or_none(held.release_at),
        "released_at": instant_or_none(held.released_at),
    }


def held_of(row: Row) -> HeldEntry:
    """The way back from `held_row`."""
    return HeldEntry(
        entry_id=row["entry_id"],
        feed_id=row["feed_id"],
        kind=row["kind"],
        held_at=instant(row["held_at"]),
        release_at=maybe_instant(row["release_at"]),
        released_at=maybe_instant(row["released_at"]),
    )


def poll_line(row: Row) -> PollLine:
    """A row of ``polls`` as people look it up."""
    same = ("url", "final_url", "outcome", "status", "http_status", "sent", "entries", "new", "revised", "duplicates")
    return PollLine(
        **{name: row[name] for name in (*same, "reason", "bound")},
        started_at=instant(row["started_at"]),
        finished_at=instant(row["finished_at"]),
        wire_bytes=row["bytes"],
        next_poll_at=maybe_instant(row["next_poll_at"]),
        problems=tuple(json.loads(row["problems"])) if row["problems"] else (),
    )
