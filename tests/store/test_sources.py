"""Feeds and their leases, over memory and SQLite."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from aggregator.model import FeedId
from tests.builders import HOUR, NOW, SPACING, record, source
from tests.store.conftest import Store

SECOND = timedelta(seconds=1)


def poll(store: Store, name: str, at=NOW) -> None:
    """Record an uneventful poll; the next is due in an hour."""
    store.ledger.record(record(store.sources.get(FeedId(name))[1], at=at, verdict=None, outcome="not-modified"))


def test_claim_is_a_lease(store: Store) -> None:
    """H-29: after a crash nothing is asked again before the floor, to the second."""
    store.sources.sync([source()], NOW)
    assert store.sources.claim(NOW, 5, SPACING) == ("ashmere",)
    assert store.sources.claim(NOW + HOUR - SECOND, 5, SPACING) == ()
    assert store.sources.claim(NOW + HOUR, 5, SPACING) == ("ashmere",)


def test_record_ends_the_lease(store: Store) -> None:
    """H-06: after the poll only its next_poll counts."""
    store.sources.sync([source(min_interval=5 * HOUR)], NOW)
    store.sources.claim(NOW, 5, SPACING)
    poll(store, "ashmere")
    assert store.sources.claim(NOW + HOUR, 5, SPACING) == ("ashmere",)


def test_one_request_a_host(store: Store) -> None:
    """H-70: one in flight, and the spacing between starts; both survive in the store."""
    pair = [source("one", url="https://Shared.example/1"), source("two", url="https://shared.example:8443/2")]
    store.sources.sync(pair, NOW)
    assert store.sources.claim(NOW, 5, SPACING) == ("one",)
    assert store.sources.claim(NOW + 60 * SECOND, 5, SPACING) == ()
    poll(store, "one")
    assert store.sources.claim(NOW + 9 * SECOND, 5, SPACING) == ()
    assert store.sources.waiting(NOW) == (1, NOW + SPACING)
    assert store.sources.claim(NOW + SPACING, 5, SPACING) == ("two",)


def test_lost_poll_frees_its_host(store: Store) -> None:
    """H-70: a poll that was never recorded holds its host for two minutes at most."""
    pair = [source("one", url="https://shared.example/1"), source("two", url="https://shared.example/2")]
    store.sources.sync(pair, NOW)
    store.sources.claim(NOW, 5, SPACING)
    assert store.sources.claim(NOW + 119 * SECOND, 5, SPACING) == ()
    assert store.sources.claim(NOW + 120 * SECOND, 5, SPACING) == ("two",)


def test_new_feeds_first_then_the_longest_due(store: Store) -> None:
    """H-71: a first poll is immediate; the limit holds."""
    store.sources.sync([source("old"), source("older")], NOW)
    poll(store, "older")
    poll(store, "old", NOW + SECOND)
    store.sources.sync([source("old"), source("older"), source("young")], NOW)
    assert store.sources.claim(NOW + 2 * HOUR, 2, SPACING) == ("young", "older")


def test_paused_and_removed_feeds_are_not_claimed(store: Store) -> None:
    """A paused feed is asked only when named; a removed one never; both keep their state."""
    store.sources.sync([source("paused", enabled=False), source("gone")], NOW)
    store.sources.sync([source("paused", enabled=False)], NOW)
    assert store.sources.claim(NOW, 5, SPACING) == ()
    assert store.sources.waiting(NOW) == (0, None)
    assert [row.state.status for row in store.catalogue.feeds()] == ["removed", "paused"]
    assert store.sources.get(FeedId("paused"))[1].status == "new"
    names = [FeedId("gone"), FeedId("paused")]
    assert store.sources.waiting(NOW, names) == (1, NOW)
    assert store.sources.claim(NOW, 5, SPACING, names) == ("paused",)


def test_named_feeds_still_spare_their_host(store: Store) -> None:
    """H-70: a person may ask before the time, but not two at once of one host."""
    pair = [source("one", url="https://shared.example/1"), source("two", url="https://shared.example/2")]
    store.sources.sync(pair, NOW)
    names = [FeedId("two"), FeedId("one")]
    assert store.sources.claim(NOW, 5, SPACING, names) == ("two",)
    poll(store, "two")
    assert store.sources.waiting(NOW, names) == (2, NOW + SPACING)
    assert store.sources.claim(NOW + SPACING, 5, SPACING, names) == ("two",)


def test_a_round_asks_only_what_was_due_when_it_began(store: Store) -> None:
    """A round of polls ends: feeds that fall due meanwhile wait for the next one."""
    store.sources.sync([source("first"), source("later")], NOW)
    poll(store, "later")
    during = NOW + 2 * HOUR
    assert store.sources.claim(during, 5, SPACING, None, NOW) == ("first",)
    assert store.sources.waiting(during, None, NOW) == (0, None)
    assert store.sources.waiting(during) == (1, during)


def test_waiting_tells_the_next_instant(store: Store) -> None:
    """With nothing due, the earliest next poll is told."""
    store.sources.sync([source()], NOW)
    poll(store, "ashmere")
    assert store.sources.waiting(NOW) == (0, NOW + HOUR)


def test_spread_moves_overdue_feeds_only(store: Store) -> None:
    """H-71: after a long stop overdue feeds are spread; new ones stay first, none is moved forward."""
    store.sources.sync([source("new"), source("late"), source("early")], NOW)
    poll(store, "late")
    poll(store, "early", NOW + 9 * HOUR)
    now = NOW + 5 * HOUR
    delays = {FeedId(name): timedelta(minutes=7) for name in ("new", "late", "early", "nobody")}
    assert store.sources.spread(now, delays) == 1
    assert store.sources.get(FeedId("late"))[1].next_poll_at == now + timedelta(minutes=7)
    assert store.sources.claim(now, 5, SPACING) == ("new",)


def test_new_address_keeps_everything_but_the_date(store: Store) -> None:
    """H-44, H-29: id, uuid and tag stay; it is due at the floor, however long the old address had to wait."""
    store.sources.sync([source()], NOW)
    store.sources.claim(NOW, 5, SPACING)
    before = store.sources.get(FeedId("ashmere"))[1]
    away = record(before)
    store.ledger.record(replace(away, state=replace(away.state, next_poll_at=NOW + 99 * HOUR)))
    store.sources.sync([source(url="https://new.example/feed")], NOW + SECOND)
    after = store.sources.get(FeedId("ashmere"))[1]
    assert (after.uuid, after.tag, after.next_poll_at) == (before.uuid, before.tag, NOW + HOUR)
    assert store.sources.claim(NOW + HOUR - SECOND, 5, SPACING) == ()
    assert store.sources.claim(NOW + HOUR, 5, SPACING) == ("ashmere",)


def test_sync_is_idempotent_and_journalled(store: Store) -> None:
    """P-10: each difference is one row; a feed that comes back goes on as before."""
    store.sources.sync([source()], NOW)
    uuid = store.sources.get(FeedId("ashmere"))[1].uuid
    for wanted in ([source()], [source(title="Ashmere")], [], [], [source(title="Ashmere")]):
        store.sources.sync(wanted, NOW)
    kinds = [row.kind for row in store.catalogue.journal(0, 100)]
    assert kinds == ["feed_added", "feed_changed", "feed_removed", "feed_returned"]
    assert store.sources.get(FeedId("ashmere"))[1].uuid == uuid
