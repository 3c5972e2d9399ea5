"""Edits as publishing reads them: the same in memory and in SQLite."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aggregator.model import Edit, EntryId, FeedId, Head
from tests.builders import HOUR, NOW, added, candidate, copy_of, query, record, revised, source
from tests.store.conftest import Store

FEED = FeedId("ashmere")


def poll(store: Store, *changes: Any, at: datetime = NOW) -> None:
    """Record one poll."""
    if not store.catalogue.feeds():
        store.sources.sync([source()], NOW)
    store.ledger.record(record(store.sources.get(FEED)[1], *changes, at=at))


def head(store: Store, number: int) -> Head:
    """What is known of an entry."""
    one = candidate(number, "something else")
    return store.ledger.heads(query(one)).by_key[one.key]


def told(edits: tuple[Edit, ...]) -> list[tuple[int, int, int, str]]:
    """Entry, versions compared, and the new words."""
    return [(each.after.entry_id, each.before.number, each.after.number, each.after.content) for each in edits]


def test_visible_edits_of_announced_entries(store: Store) -> None:
    """b1: each visible edit is there with the version shown before it, newest first; nothing else is."""
    poll(store, added(candidate(1)), copy_of(candidate(2), EntryId(1)), added(candidate(3)))
    assert store.archive.edits(9) == ()
    poll(store, revised(head(store, 1), candidate(1, "v2"), significant=False), at=NOW + HOUR)
    poll(store, revised(head(store, 2), candidate(2, "copy")), at=NOW + 2 * HOUR)
    poll(store, revised(head(store, 1), candidate(1, "cut"), displayed=False, significant=False), at=NOW + 3 * HOUR)
    poll(store, revised(head(store, 1), candidate(1, "v2"), reverts_to=2, significant=False), at=NOW + 4 * HOUR)
    poll(store, revised(head(store, 3), candidate(3, "three")), at=NOW + 5 * HOUR)
    poll(store, revised(head(store, 1), candidate(1, "v5")), at=NOW + 6 * HOUR)
    found = store.archive.edits(9)
    assert told(found) == [(1, 4, 5, "<p>v5</p>"), (3, 1, 2, "<p>three</p>"), (1, 1, 2, "<p>v2</p>")]
    assert [edit.after.significant for edit in found] == [True, True, False]
    assert [edit.seq for edit in found] == sorted((edit.seq for edit in found), reverse=True)
    assert store.archive.edits(2) == found[:2]
    assert found[0].public_id == store.catalogue.entry("1").public_id
    assert found[0].source.id == FEED


def test_touched_names_the_kinds_of_rows(store: Store) -> None:
    """Publishing asks only for what can have changed."""
    poll(store, added(candidate(1)))
    first = store.archive.touched(0)
    assert first.kinds == {"feed_added", "added"}
    poll(store, revised(head(store, 1), candidate(1, "v2")), at=NOW + HOUR)
    assert store.archive.touched(first.seq).kinds == {"revised"}
    assert store.archive.touched(first.seq + 1).kinds == frozenset()
