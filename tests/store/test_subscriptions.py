"""Subscriptions at hubs: the same promises from memory and SQLite."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import UnknownFeedError
from aggregator.model import PUSHED, FeedId, PushMode, PushPhase, Subscription
from aggregator.store.sqlite import SqliteStore, open_store
from tests.builders import HOUR, NOW, SPACING, added, candidate, record, source
from tests.store.conftest import Store, numbered

FEED = FeedId("ashmere")


def subscription(token: str = "t1", **changes: Any) -> Subscription:
    """A fresh one."""
    plain = Subscription(
        token=token,
        feed_id=FEED,
        hub="https://hub.example/",
        topic="https://ashmere.example/feed",
        secret="s" * 43,
        created_at=NOW,
    )
    return replace(plain, **changes)


def whole(token: str = "t1") -> Subscription:
    """One with every field filled."""
    return subscription(
        token,
        phase=PushPhase.LEAVING,
        mode=PushMode.UNSUBSCRIBE,
        asked_at=NOW,
        attempts=2,
        verified_at=NOW - HOUR,
        since=NOW - 2 * HOUR,
        expires_at=NOW + 5 * HOUR,
        next_at=NOW + HOUR,
        ended_at=NOW,
        deliveries=3,
        delivered_at=NOW,
        rejected=1,
        reason="the hub’s word “no”",
    )


def test_every_field_comes_back(store: Store) -> None:
    """H-81: nothing of a subscription is lost, and putting it again replaces it."""
    store.sources.sync([source()], NOW)
    store.subscriptions.put(subscription())
    store.subscriptions.put(whole())
    assert store.subscriptions.get("t1") == whole()
    assert store.subscriptions.all() == store.subscriptions.of(FEED) == (whole(),)
    assert store.subscriptions.get("t2") is None


def test_a_subscription_belongs_to_a_known_feed(store: Store) -> None:
    """H-81: there is no subscription without its feed."""
    with pytest.raises(UnknownFeedError):
        store.subscriptions.put(subscription())
    assert store.subscriptions.all() == ()


def test_due_ones_come_earliest_first(store: Store) -> None:
    """H-83: what is due is found in order and within the limit; without an instant nothing is ever due."""
    store.sources.sync([source()], NOW)
    for token, minutes in (("a", 5), ("b", -5), ("c", -9), ("d", 0)):
        store.subscriptions.put(subscription(token, next_at=NOW + timedelta(minutes=minutes)))
    store.subscriptions.put(subscription("e"))
    assert [each.token for each in store.subscriptions.due(NOW, 10)] == ["c", "b", "d"]
    assert [each.token for each in store.subscriptions.due(NOW, 1)] == ["c"]


def test_a_clock_set_back_makes_due(store: Store) -> None:
    """H-83: what a clock that ran ahead has planned is looked at again, or a lease would run out unseen."""
    store.sources.sync([source()], NOW)
    later = NOW + timedelta(days=3)
    store.subscriptions.put(subscription("a", asked_at=later, next_at=later + HOUR))
    store.subscriptions.put(subscription("b", asked_at=NOW + timedelta(minutes=1), next_at=later))
    assert [each.token for each in store.subscriptions.due(NOW, 10)] == ["a"]


def test_order_is_by_feed_and_age(store: Store) -> None:
    """H-86: the tally reads all of them in a stable order."""
    store.sources.sync([source(), source("bramford")], NOW)
    store.subscriptions.put(subscription("z", feed_id=FeedId("bramford")))
    store.subscriptions.put(subscription("y", created_at=NOW + HOUR))
    store.subscriptions.put(subscription("x"))
    assert [each.token for each in store.subscriptions.all()] == ["x", "y", "z"]
    assert [each.token for each in store.subscriptions.of(FEED)] == ["x", "y"]


def test_putting_is_undone_with_its_transaction(store: Store) -> None:
    """D-22: a subscription begun by a poll that cannot be stored is not stored either."""
    store.sources.sync([source()], NOW)

    def both() -> None:
        with store.ledger.transaction():
            store.subscriptions.put(subscription())
            store.subscriptions.put(subscription("t2", feed_id=FeedId("nobody")))

    with pytest.raises(UnknownFeedError):
        both()
    assert store.subscriptions.get("t1") is None


def pushed(store: Store, feed: FeedId) -> None:
    """Content comes by itself, the state stays as it is."""
    state = store.sources.get(feed)[1]
    brought = record(state, added(candidate(1, feed=feed)), at=NOW, outcome=PUSHED)
    store.ledger.record(replace(brought, state=state))


def test_a_push_leaves_the_host_alone(store: Store) -> None:
    """H-85, H-70: content that comes while a poll is in flight does not free its host for another."""
    store.sources.sync([source(), source("other", url="https://ashmere.example/other")], NOW)
    (claimed,) = store.sources.claim(NOW, 1, SPACING)
    pushed(store, claimed)
    soon = NOW + 2 * SPACING
    assert store.sources.claim(soon, 5, SPACING) == ()
    store.ledger.record(record(store.sources.get(claimed)[1], at=soon))
    assert len(store.sources.claim(soon, 5, SPACING)) == 1


def test_a_push_leaves_the_lease_alone(store: Store) -> None:
    """H-85, H-29: nor does it end the lease, or a poll broken off would be asked again before its floor."""
    store.sources.sync([source()], NOW)
    assert store.sources.claim(NOW, 1, SPACING) == (FEED,)
    pushed(store, FEED)
    assert store.sources.claim(NOW + HOUR - SPACING, 1, SPACING) == ()
    assert store.sources.claim(NOW + HOUR, 1, SPACING) == (FEED,)


def test_subscriptions_are_in_the_file(sqlite: SqliteStore, tmp_path: Path) -> None:
    """H-83: a restart keeps token, secret and lease, so a renewal goes on with the same secret."""
    sqlite.sources.sync([source()], NOW)
    sqlite.subscriptions.put(whole())
    sqlite.close()
    again = open_store(tmp_path / "archive.db", "news.example", NOW, numbered())
    assert again.subscriptions.all() == (whole(),)
    again.close()
