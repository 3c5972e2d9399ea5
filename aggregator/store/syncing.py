"""Configured feeds against stored ones: what is new, changed, gone or back, each with its journal row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches

from aggregator.model import FeedId, FeedState, Revalidation, Source
from aggregator.store.chain import Chain
from aggregator.store.feed_rows import source_text
from aggregator.store.nouns import plain
from aggregator.store.stored import FeedTables, StoredFeed

FLIGHT = timedelta(minutes=2)
"""So long at most a claimed feed keeps its host to itself; recording its poll frees the host (H-70)."""

CLOCK_TOLERANCE = timedelta(minutes=5)
"""What was done later than now by more than this was done by a clock that ran ahead."""

LONGEST_COOLING = timedelta(days=31)
"""No host is left alone for longer than this, whatever a clock said (H-48)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mint:
    """Where new feeds get their permanent names from: a host name and a maker of random UUIDs (P-10)."""

    authority: str
    new_uuid: Callable[[], str]

    def names(self, feed_id: FeedId, now: datetime) -> tuple[str, str]:
        """The random UUID of a new feed, and the tag it gives its entries (R-01)."""
        del feed_id
        uuid = self.new_uuid()
        return uuid, f"tag:{self.authority},{now.year}:{uuid}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenNames(Mint):
    """The names that feeds were given once before, by feed; others get new ones."""

    given: Mapping[FeedId, tuple[str, str]]

    def names(self, feed_id: FeedId, now: datetime) -> tuple[str, str]:
        """UUID and tag as they were given then."""
        # No zero-argument super: slots make the dataclass another class than the one it closes over.
        return self.given[feed_id] if feed_id in self.given else Mint.names(self, feed_id, now)


def sync_feeds(sources: Sequence[Source], now: datetime, tables: FeedTables, mint: Mint) -> None:
    """Make the stored feeds equal the configured ones. A feed no longer configured is kept and marked removed."""
    known = tables.known()
    chain = Chain(tables)
    for source in sources:
        if source.id not in known:
            tables.add_feed(_newcomer(source, now, mint))
            chain.append("feed_added", source.id, None, now, {"url": source.url, "category": source.category})
        elif known[source.id] != (source_text(source), False):
            before = tables.feed(source.id)
            tables.change_feed(_changed(before, source))
            kind = "feed_returned" if before.removed else "feed_changed"
            chain.append(kind, source.id, None, now, _differences(before.source, source))
    for feed_id in sorted(known.keys() - {source.id for source in sources}):
        if not known[feed_id][1]:
            tables.change_feed(replace(tables.feed(feed_id), removed=True))
            chain.append("feed_removed", feed_id, None, now, {})


def _newcomer(source: Source, now: datetime, mint: Mint) -> StoredFeed:
    uuid, tag = mint.names(source.id, now)
    return StoredFeed(source=source, state=FeedState(feed_id=source.id, uuid=uuid, tag=tag, added_at=now))


def _changed(feed: StoredFeed, source: Source) -> StoredFeed:
    """A new address keeps id, uuid and entries (H-44); it is asked as soon as the floor allows (H-29)."""
    state = feed.state
    if source.url != feed.source.url:
        asked = feed.last_request_at
        floor = None if asked is None else asked + source.min_interval
        state = replace(
            state,
            next_poll_at=floor,
            bound="new address",
            redirect=None,
            moved_url=None,
            final_url=None,
            proposal=None,
            sought_at=None,
            revalidation=Revalidation(),
        )
    return replace(feed, source=source, state=state, removed=False)


def _differences(before: Source, after: Source) -> dict[str, object]:
    """Every field that changed, as ``[old, new]``."""
    old, new = plain(before), plain(after)
    return {name: [old.get(name), new.get(name)] for name in sorted({*old, *new}) if old.get(name) != new.get(name)}


def nearest(feed_id: str, known: Sequence[FeedId]) -> str | None:
    """The known id most like this one, for the error message."""
    return next(iter(get_close_matches(feed_id, known, n=1)), None)
