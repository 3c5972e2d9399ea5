"""Hosts in memory: pauses, buckets, feeds that share an address, and small notes; part of the port `Sources`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile

from aggregator.model import BACKFILLED, NOBODY_ASKED, SKIPPED, Cooling, FeedId
from aggregator.store.bucket import spared, spend
from aggregator.store.hosts import host_of
from aggregator.store.memory.tables import Host, Tables, feed_host
from aggregator.store.stored import StoredFeed
from aggregator.store.syncing import CLOCK_TOLERANCE, FLIGHT, LONGEST_COOLING
from aggregator.store.values import instant_text


class MemoryHosts:
    """Implements `Hosts`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def cooling(self, feed_id: FeedId) -> Cooling:
        """How the host of this feed is spared. Raises `UnknownFeedError`."""
        with self._tables.undo.lock:
            return self._tables.hosts[feed_host(self._tables.feed(feed_id))].cooling

    def cool(self, feed_id: FeedId, cooling: Cooling) -> tuple[FeedId, ...]:
        """Spare the host of this feed; returns its other feeds that would have been asked before."""
        with self._tables.undo.transaction():
            name, until = feed_host(self._tables.feed(feed_id)), cooling.until
            host = self._tables.hosts[name]
            at = max((each for each in (host.next_request_at, until) if each is not None), default=None)
            self._tables.hosts[name] = replace(host, cooling=cooling, next_request_at=at)
            if until is None:
                return ()
            others = (feed for feed in self._tables.feeds.values() if active(feed) and feed_host(feed) == name)
            early = (feed.source.id for feed in others if (due := due_at(feed)) is None or due < until)
            return tuple(sorted(other for other in early if other != feed_id))

    def reserve(self, url: str, now: datetime, spacing: timedelta) -> bool:
        """Take a slot for one request to the host of an address that is no feed's; false where it must wait (H-70)."""
        with self._tables.undo.transaction():
            name = host_of(url)
            host = self._tables.hosts.get(name) or Host()
            if any(at is not None and at > now for at in (host.next_request_at, host.busy_until)):
                return False
            tokens, at = spend(host.tokens, host.filled_at, now, spacing)
            self._tables.hosts[name] = replace(host, next_request_at=at, tokens=tokens, filled_at=now)
            return True

    def cools_until(self, url: str) -> datetime | None:
        """Until when the host of this address is left alone because it asked for it (H-48)."""
        with self._tables.undo.lock:
            host = self._tables.hosts.get(host_of(url))
            return None if host is None else host.cooling.until

    def next_poll(self, url: str) -> datetime | None:
        """When the next poll of a feed on the host of this address is due or was; ``None`` for never."""
        with self._tables.undo.lock:
            name = host_of(url)
            feeds = [feed for feed in self._tables.feeds.values() if active(feed) and feed_host(feed) == name]
            return min((due_at(feed) or feed.state.added_at for feed in feeds), default=None)

    def twins(self, feed_id: FeedId, final_url: str) -> tuple[FeedId, ...]:
        """Other feeds whose last good answer came from this address, and which are not being asked now (H-72)."""
        with self._tables.undo.lock:
            same = (feed for feed in self._tables.feeds.values() if feed.state.final_url == final_url)
            idle = (feed.source.id for feed in same if active(feed) and feed.lease_until is None)
            return tuple(sorted(other for other in idle if other != feed_id))

    def rewind(self, now: datetime, delays: Mapping[FeedId, timedelta]) -> int:
        """Bring back to ``now`` what a clock that ran ahead left in the future."""
        with self._tables.undo.transaction():
            for name in self._tables.hosts.names():
                self._tables.hosts[name] = _rewound(self._tables.hosts[name], now)
            for feed_id in self._tables.feeds.names():
                self._tables.feeds[feed_id] = _lease_rewound(self._tables.feeds[feed_id], now)
            moved = 0
            for feed_id, delay in delays.items():
                feed = self._tables.feeds.get(feed_id)
                if feed is None:
                    continue
                last = min(feed.state.last_poll_at or now, now)
                state = replace(feed.state, next_poll_at=now + delay, bound="clock", last_poll_at=last)
                self._tables.feeds[feed_id] = replace(feed, state=state, lease_until=None)
                moved += 1
            return moved

    def requests(self, since: datetime, until: datetime) -> int:
        """Requests begun from ``since`` to ``until``, redirects included (A-06)."""
        with self._tables.undo.lock:
            polls, first, last = self._tables.polls, instant_text(since), instant_text(until)
            newest = (polls[number] for number in range(len(polls), 0, -1))
            rows = takewhile(lambda row: str(row["started_at"]) >= first, newest)
            made = (row for row in rows if str(row["started_at"]) <= last and was_request(row["outcome"], row["via"]))
            return sum(1 + int(row["hops"] or 0) for row in made)

    def recall(self, name: str) -> str | None:
        """A small note that survives a restart."""
        return self._tables.notes.get(name)

    def remember(self, name: str, value: str) -> None:
        """Write such a note."""
        self._tables.notes[name] = value

    def _engage(self, feed: StoredFeed, now: datetime, spacing: timedelta) -> None:
        """One request begins: a token, the spacing, and the host is busy."""
        name = feed_host(feed)
        host, spacing = self._tables.hosts[name], spared(spacing, feed.source.min_interval)
        tokens, at = spend(host.tokens, host.filled_at, now, spacing)
        self._tables.hosts[name] = replace(
            host,
            next_request_at=at,
            busy_until=now + FLIGHT,
            busy_feed=feed.source.id,
            tokens=tokens,
            filled_at=now,
        )
        self._tables.flights[feed.source.id] = name


def _rewound(host: Host, now: datetime) -> Host:
    ahead, cooling = now + CLOCK_TOLERANCE, _cooling_rewound(host.cooling, now)
    at, busy = host.next_request_at, host.busy_until
    if at is not None and at > ahead:
        at = max(cooling.until or now, now)
    return replace(
        host,
        cooling=cooling,
        next_request_at=at,
        busy_until=now if busy is not None and busy > ahead else busy,
        filled_at=min(host.filled_at, now) if host.filled_at else None,
    )


def _cooling_rewound(cooling: Cooling, now: datetime) -> Cooling:
    """A pause that begins in the future was set by the wrong clock: it is made whole from now on, and never endless."""
    until, since = cooling.until, cooling.since
    if until is None:
        return cooling
    if since is not None and since > now + CLOCK_TOLERANCE:
        until, since = now + max(until - since, timedelta(0)), now
    return replace(cooling, until=min(until, now + LONGEST_COOLING), since=since)


def _lease_rewound(feed: StoredFeed, now: datetime) -> StoredFeed:
    if feed.last_request_at is None or feed.last_request_at <= now + CLOCK_TOLERANCE:
        return feed
    lease = None if feed.lease_until is None else now + feed.source.min_interval
    return replace(feed, last_request_at=now, lease_until=lease)


def was_request(outcome: object, via: object) -> bool:
    """Whether a row of polls stands for a request that counts in the budget of polling; the past has its own (B-02)."""
    return outcome not in (SKIPPED, BACKFILLED, *NOBODY_ASKED) and via is None


def active(feed: StoredFeed) -> bool:
    """Whether the feed is polled by itself."""
    return feed.source.enabled and not feed.removed


def due_at(feed: StoredFeed) -> datetime | None:
    """When the feed may be claimed: at its next poll, but not while it is leased; ``None`` means at once."""
    at, lease = feed.state.next_poll_at, feed.lease_until
    return at if lease is None or (at is not None and at > lease) else lease
