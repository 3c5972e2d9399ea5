"""What recording notes besides entries: gaps, completeness by month, entries held back and let go. Pure of any store;
the caller holds the transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

from aggregator.model import Added, FeedId, Gap, HeldEntry, Hold, PollRecord, Verdict
from aggregator.store.chain import Chain
from aggregator.store.events import Announcer
from aggregator.store.shelving import shelve
from aggregator.store.stored import EntryTables, StoredEntry


def held_back(hold: Hold, entry: StoredEntry) -> HeldEntry:
    """The note that an entry is stored and not announced."""
    return HeldEntry(
        entry_id=entry.entry_id,
        feed_id=entry.feed_id,
        kind=hold.kind,
        held_at=entry.first_seen_at,
        release_at=hold.until,
    )


def let_go(feed_id: FeedId, tables: EntryTables, at: datetime, *, everything: bool) -> int:
    """Announce what is held of a feed: what is due at ``at`` (aware, UTC), or everything because a person said so."""
    due = tables.watching.holds_due(feed_id, None if everything else at)
    if not due:
        return 0
    chain, announcer = Chain(tables), Announcer(feed_id, tables, at)
    why = "released by the operator" if everything else "nobody decided in time, and the entries are few"
    for entry_id in due:
        seq = chain.append("released", feed_id, entry_id, at, {"reason": {"rule": "P-15", "text": why}})
        entry = replace(tables.entry(entry_id), pub_seq=seq)
        tables.change_entry(entry)
        announcer.publish(entry)
        shelve(entry, tables.shelves)
        tables.watching.end_hold(entry_id, at)
    return len(due)


def months_of(verdict: Verdict) -> dict[str, tuple[int, int]]:
    """Entries added by a verdict, by the month of their effective day."""
    days = (change.effective.day for change in verdict.changes if isinstance(change, Added))
    return {month: (count, 0) for month, count in Counter(f"{day:%Y-%m}" for day in days).items()}


def note_gaps(record: PollRecord, poll_id: int, tables: EntryTables) -> None:
    """Write down a gap and what it cost, or that the window is calm again."""
    watching = tables.watching
    if record.calm:
        watching.close_gaps(record.feed_id, "turnover", record.finished_at)
    gap = record.gap
    if gap is None:
        return
    watching.add_gap(gap)
    if gap.missed:
        watching.count_months(gap.feed_id, {_month(gap): (0, gap.missed)})
    facts = {"poll": poll_id, "gap": gap.kind, "since": gap.since, "until": gap.until, "missed": gap.missed}
    Chain(tables).append("gap", gap.feed_id, None, gap.raised_at, facts)


def _month(gap: Gap) -> str:
    """The month in which the middle of the gap lies."""
    return f"{gap.since + (gap.until - gap.since) / 2:%Y-%m}"


def fill(feed_id: FeedId, since: datetime, until: datetime, tables: EntryTables, at: datetime, *, done: bool) -> int:
    """Close the gaps of a feed within a span that a backfill has filled: what was thought missing counts no more. Where
    it could not, they stay open and say so. Returns how many were filled."""
    filled = tables.watching.fill_gaps(feed_id, since, until, at, done)
    chain = Chain(tables)
    for gap in filled:
        tables.watching.count_months(feed_id, {_month(gap): (0, -gap.missed)})
        facts = {"since": gap.since, "until": gap.until, "missed": gap.missed}
        chain.append("gap_filled", feed_id, None, at, facts)
    return len(filled)
