"""Publish events: what subscribers are told, in the order of the journal (R-02)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.errors import StoreError
from aggregator.model import EntryId, FeedId, Hold, Republish, Selection
from aggregator.store.events import FRAME, published_size
from aggregator.store.sqlite import SqliteStore, open_store
from tests.builders import HOUR, NOW, added, candidate, copy_of, query, revised, seen
from tests.store.conftest import Store, numbered
from tests.store.test_contract import fill

LATE = NOW + timedelta(hours=26)


def told(store: Store) -> list[tuple[str, int, int]]:
    """Kind, entry and version shown of every event."""
    return [(event.kind, event.entry_id, event.revision) for event in store.chains.events(0, 1000)]


def test_every_number_that_was_ever_given_is_an_event(store: Store) -> None:
    """R-02: new, revised, settled and released entries are events of their own; copies and small changes are none."""
    one, two = candidate(1), candidate(1, "the library stays shut")
    fill(store, added(one), added(candidate(2), emitted=False, hold=Hold(kind="back-catalogue")))
    fill(store, copy_of(candidate(3, feed="bramford"), EntryId(1)), feed="bramford")
    fill(store, revised(store.ledger.heads(query(two)).by_key[one.key], two, NOW + HOUR), at=NOW + HOUR)
    back = store.ledger.heads(query(one)).by_key[one.key]
    fill(store, revised(back, one, back.updated_at, significant=False, reverts_to=1), at=NOW + HOUR)
    fill(store, seen(store.ledger.heads(query(one)).by_key[one.key], one, settled=True), at=LATE)
    assert store.ledger.release(FeedId("ashmere"), LATE) == 1
    assert told(store) == [("live", 1, 1), ("live", 1, 2), ("live", 1, 3), ("live", 2, 1)]
    events = store.chains.events(0, 1000)
    assert [event.updated_at for event in events] == [NOW, NOW + HOUR, LATE, NOW]
    assert [event.at for event in events] == [NOW, NOW + HOUR, LATE, LATE]
    assert [bool(event.batch) for event in events] == [True, True, True, False]
    assert [item.pub_seq for item in store.archive.items(Selection(limit=9))] == [events[3].seq, events[2].seq]
    assert store.chains.events(events[1].seq, 1) == (events[2],)


def test_numbers_are_those_of_the_journal(store: Store) -> None:
    """R-02: an event bears the number of the journal row that made it."""
    fill(store, added(candidate(1)), added(candidate(2)))
    rows = {row.seq: row for row in store.catalogue.journal(0, 100)}
    for event in store.chains.events(0, 100):
        assert (rows[event.seq].kind, rows[event.seq].entry_id) == ("added", event.entry_id)
        assert rows[event.seq].at == event.at


def test_a_poll_that_fails_leaves_no_event(store: Store) -> None:
    """D-22: events are written in the transaction of their poll."""
    fill(store, added(candidate(1)))
    with pytest.raises(StoreError):
        fill(store, added(candidate(2)), added(candidate(1)))
    assert told(store) == [("live", 1, 1)]


def test_size_follows_what_may_be_published() -> None:
    """R-31: the size is known without rendering, and counts only words that leave the archive."""
    words = replace(candidate(1).entry, title="Tŷ", summary="s" * 5000, content="c" * 300)
    assert published_size(words, Republish.LINK) == FRAME + 3
    assert published_size(words, Republish.SUMMARY) == FRAME + 3 + 1000
    assert published_size(words, Republish.FULL) == FRAME + 3 + 1000 + 300
    assert published_size(replace(words, content="c" * 100_001), Republish.FULL) == FRAME + 3 + 1000


def test_events_refuse_to_be_changed(sqlite: SqliteStore) -> None:
    """R-30: what was published, and when, cannot be rewritten."""
    fill(sqlite, added(candidate(1)))
    for statement in ("UPDATE events SET kind = 'x'", "DELETE FROM events"):
        with pytest.raises(StoreError, match="kept for ever"), sqlite.database.transaction() as writer:
            writer.execute(statement)


def test_an_older_archive_gets_the_events_it_knows_of(sqlite: SqliteStore, tmp_path: Path) -> None:
    """R-31: of entries published before this step the latest publish event is made up from what is stored."""
    one, two = candidate(1), candidate(1, "the library stays shut")
    fill(sqlite, added(one), added(candidate(2)), copy_of(candidate(3), EntryId(2)))
    fill(sqlite, revised(sqlite.ledger.heads(query(two)).by_key[one.key], two, NOW + HOUR), at=NOW + HOUR)
    before, items = sqlite.chains.events(0, 100), sqlite.archive.items(Selection(limit=9))
    with sqlite.database.transaction() as writer:
        writer.execute("DROP TABLE events")
        writer.execute("DROP INDEX entries_announced")
        writer.execute("DROP INDEX entries_announced_by_feed")
        writer.execute("ALTER TABLE entries DROP COLUMN announced")
        writer.execute("CREATE INDEX entries_by_pub_seq ON entries (pub_seq)")
        writer.execute("CREATE INDEX entries_by_feed_pub_seq ON entries (pub_seq)")
        writer.execute("DELETE FROM _sqlite_migrations WHERE name LIKE '%_events'")
    sqlite.close()
    again = open_store(tmp_path / "archive.db", "news.example", NOW, numbered())
    assert again.migrated.applied[0].endswith("_events")
    assert again.chains.events(0, 100) == before[1:]
    assert again.archive.items(Selection(limit=9)) == items
    again.close()
