"""Seals what was recorded: folds new publish events into the chains they belong to, in the same transaction.

Sealing belongs to recording and not to publishing, so that what a sealed document says depends on what was recorded
and in which order, and never on when somebody published (R-30).
"""

from __future__ import annotations

from dataclasses import replace

from aggregator.model import EntryId, EventKind, FeedId, Member, PublishEvent, Segment
from aggregator.store.sealed import Snapshot, card_digest, lasting
from aggregator.store.segments import COMBINED, OLDER, Tally, chain_of, finish, open_from, take
from aggregator.store.showing import MEMBERS, card, feed_title, member
from aggregator.store.stored import EntryTables

PAGE = 1_000
"""So many events are read at once."""


def seal_feed(feed_id: FeedId, tables: EntryTables) -> None:
    """Fold what was recorded of this feed into its own chain and into that of all sources."""
    seal(chain_of(feed_id), tables)
    seal(COMBINED, tables)


def seal(chain: str, tables: EntryTables) -> int:
    """Fold every event since the last one taken; returns how many. Events come in whole transactions only."""
    tally, taken = tables.chains.tally(chain), 0
    before = tally.number
    more = True
    while more:
        events = tables.chains.events_of(chain, tally.seq, PAGE)
        for event in events:
            tally, segment = take(tally, chain, event)
            if segment is not None:
                tally = _keep(segment, tally, tables)
        taken, more = taken + len(events), len(events) == PAGE
    tally, segment = finish(tally, chain)
    if segment is not None:
        tally = _keep(segment, tally, tables)
    if tally.number > before:
        tally = replace(tally, floor=tables.chains.floor(chain, open_from(tally), OLDER))
    if taken:
        tables.chains.set_tally(chain, tally)
    return taken


def newest_of_each(events: tuple[PublishEvent, ...]) -> tuple[PublishEvent, ...]:
    """Of each entry its newest event, newest first: a document lists no entry twice (R-13)."""
    found: dict[EntryId, PublishEvent] = {}
    for event in sorted(events, key=lambda event: event.seq, reverse=True):
        found.setdefault(event.entry_id, event)
    return tuple(found.values())


def _keep(segment: Segment, tally: Tally, tables: EntryTables) -> Tally:
    """Write a segment down with what is true now, and date it by what it shows."""
    events = tables.chains.events_of(segment.chain, segment.first - 1, segment.events)
    snapshot = _snapshot(newest_of_each(tuple(events)), tables)
    shown = [at for _, at in snapshot.shown.values()]
    updated = max([segment.updated_at, *shown])
    tables.chains.add_segment(replace(segment, updated_at=updated), snapshot)
    return replace(tally, updated_at=max(updated, tally.updated_at or updated))


def _snapshot(events: tuple[PublishEvent, ...], tables: EntryTables) -> Snapshot:
    live = [event for event in events if event.kind is not EventKind.TOMBSTONE]
    entries = tables.chains.told_of([event.entry_id for event in live])
    told = [(event, entries[event.entry_id]) for event in live]
    return Snapshot(
        # Where an entry was published again since, this document shows what it showed until then.
        shown={
            event.entry_id: (entry.displayed, entry.updated_at)
            for event, entry in told
            if entry.pub_seq == event.seq and (entry.displayed, entry.updated_at) != (event.revision, event.updated_at)
        },
        members=_members([event.entry_id for event in live], tables),
        withdrawn={
            event.entry_id: (entry.withdrawn_at, entry.withdrawn_by) for event, entry in told if entry.withdrawn_at
        },
        filed={
            event.entry_id: (entry.published_at, entry.precision, entry.basis)
            for event, entry in told
            if event.kind is EventKind.BACKFILL
        },
        cards={feed_id: _kept_card(feed_id, tables) for feed_id in dict.fromkeys(event.feed_id for event, _ in told)},
    )


def _kept_card(feed_id: FeedId, tables: EntryTables) -> str:
    """The digest of the source's card as it is now."""
    lasts = lasting(card(tables.feed(feed_id)))
    digest = card_digest(lasts)
    tables.chains.keep_card(digest, lasts)
    return digest


def _members(leads: list[EntryId], tables: EntryTables) -> dict[EntryId, tuple[Member, ...]]:
    """The copies of each entry that has any."""
    copies = tables.chains.copies(leads, MEMBERS)
    feeds = dict.fromkeys(copy.feed_id for of_one in copies.values() for copy in of_one)
    titles = {feed_id: feed_title(tables.feed(feed_id)) for feed_id in feeds}
    return {lead: tuple(member(copy, titles[copy.feed_id]) for copy in of_one) for lead, of_one in copies.items()}
