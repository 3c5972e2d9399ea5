"""Absences and withdrawals (D-26): the same promises in memory and in SQLite."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from aggregator.model import EntryFilter, EntryId, FeedId, Key, Outcome, Provenance, Reason
from aggregator.model.presence import (
    Absence,
    Page,
    Presence,
    PresenceQuery,
    Returned,
    Signal,
    Unseen,
    Withdrawn,
)
from aggregator.pipeline.verify import verify
from aggregator.store.sqlite import SqliteStore
from tests.builders import HOUR, NOW, added, candidate, copy_of, query, record, source
from tests.store.conftest import Store

FEED, OTHER = FeedId("ashmere"), FeedId("bramford")
DAY = timedelta(days=1)
WHY = Reason(rule="D-26", text="gone")


def poll(store: Store, *changes: Any, at: datetime = NOW, feed: FeedId = FEED, **others: Any) -> None:
    """Record one poll."""
    if not store.catalogue.feeds():
        store.sources.sync([source(), source("bramford")], NOW)
    store.ledger.record(replace(record(store.sources.get(feed)[1], *changes, at=at), **others))


def archive_of(store: Store, count: int) -> None:
    """Entries 1 to ``count``, one a day from `NOW` on."""
    poll(store, *(added(candidate(number), at=NOW + (number - 1) * DAY) for number in range(1, count + 1)))


def absence(number: int, since: datetime = NOW, **changes: Any) -> Absence:
    """An entry left out since then."""
    return replace(Absence(entry_id=EntryId(number), feed_id=FEED, since=since, document="a"), **changes)


def unseen(
    store: Store, newer_than: datetime | None, *present: int, limit: int = 99, keys: tuple[str, ...] = ()
) -> Unseen:
    """What a document leaves out."""
    here = frozenset(EntryId(number) for number in present)
    wanted = PresenceQuery(feed_id=FEED, newer_than=newer_than, limit=limit, present=here, keys=tuple(map(Key, keys)))
    return store.ledger.unseen(wanted)


def withdraw(store: Store, number: int, at: datetime, signal: Signal = Signal.PAGE_GONE) -> None:
    """Mark an entry."""
    gone = Withdrawn(entry_id=EntryId(number), signal=signal, since=NOW, reason=WHY)
    poll(store, at=at, verdict=None, presence=Presence(withdrawn=(gone,), ended=(EntryId(number),)))


def test_what_a_document_leaves_out(store: Store) -> None:
    """D-26: entries of this feed newer than the floor and not listed, newest first, no more than asked for."""
    archive_of(store, 6)
    poll(store, added(candidate(9, feed="bramford"), at=NOW + 9 * DAY), feed=OTHER)
    found = unseen(store, NOW + DAY, 6, 4)
    assert [each.entry_id for each in found.newer] == [5, 3]
    assert all(each.live and not each.withdrawn for each in found.newer)
    assert [each.entry_id for each in unseen(store, NOW, 6, limit=2).newer] == [5]
    assert unseen(store, None).newer == ()
    assert unseen(store, NOW + 20 * DAY).newer == ()


def test_named_entries_are_those_of_the_feed(store: Store) -> None:
    """R-14: a key leads to an entry of this feed or to none."""
    archive_of(store, 2)
    other = candidate(9, feed="bramford")
    poll(store, added(other), feed=OTHER)
    one = candidate(1)
    found = unseen(store, None, keys=(one.key, other.key, "guid:nobody"))
    assert {key: each.entry_id for key, each in found.named.items()} == {one.key: 1}


def test_history_is_told_apart(store: Store) -> None:
    """B-08: what a backfill brought last was not in the live feed."""
    archive_of(store, 2)
    old = added(candidate(8), at=NOW + 8 * DAY)
    poll(store, old, at=NOW + 9 * DAY, provenance=Provenance.WP_REST, outcome="backfilled")
    assert [(each.entry_id, each.live) for each in unseen(store, NOW).newer] == [(3, False), (2, True)]


def test_absences_are_kept_until_they_end(store: Store) -> None:
    """D-26: what is noted is given back with every later question, and writes no journal row."""
    archive_of(store, 3)
    rows = len(store.catalogue.journal(0, 99))
    noted = (absence(2), absence(3, due_at=NOW + HOUR, asked_at=NOW + HOUR, page=Page.THERE, tries=2))
    poll(store, at=NOW + HOUR, verdict=None, presence=Presence(noted=noted))
    assert store.ledger.absences(FEED) == noted == unseen(store, None).absences
    assert store.ledger.absences(OTHER) == ()
    store.ledger.note(absence(2, tries=1))
    assert store.ledger.absences(FEED)[0].tries == 1
    with suppress(InterruptedError), store.ledger.transaction():
        poll(store, at=NOW + DAY, verdict=None, presence=Presence(ended=(EntryId(2),)))
        raise InterruptedError
    assert len(store.ledger.absences(FEED)) == 2
    poll(store, at=NOW + DAY, verdict=None, presence=Presence(ended=(EntryId(2), EntryId(3))))
    assert store.ledger.absences(FEED) == ()
    assert len(store.catalogue.journal(0, 99)) == rows


def test_suspects_are_due_and_unasked(store: Store) -> None:
    """D-26: longest due first, not before their time, not twice, and none of a feed whose pages were there thrice."""
    archive_of(store, 9)
    for each in (
        absence(2, due_at=NOW + 2 * HOUR),
        absence(3, due_at=NOW + HOUR),
        absence(4),
        absence(5, due_at=NOW, page=Page.THERE),
        absence(6, due_at=NOW, page=Page.UNCLEAR),
        absence(7, due_at=NOW, page=Page.THERE),
    ):
        store.ledger.note(each)
    assert store.ledger.suspects(NOW, 9) == ()
    found = store.ledger.suspects(NOW + DAY, 9)
    assert [(each.absence.entry_id, each.url) for each in found] == [
        (3, "https://ashmere.example/3"),
        (2, "https://ashmere.example/2"),
    ]
    assert store.ledger.suspects(NOW + DAY, 1) == found[:1]
    store.ledger.note(absence(8, due_at=NOW, page=Page.THERE))
    assert store.ledger.suspects(NOW + DAY, 9) == ()


def test_a_withdrawal_is_a_journal_row_and_a_mark(store: Store) -> None:
    """D-26: label, reason and date; the text stays; once. The return lifts it, with a row of its own."""
    archive_of(store, 3)
    before = store.catalogue.entry("2")
    withdraw(store, 2, NOW + 20 * DAY)
    withdraw(store, 2, NOW + 21 * DAY)
    gone = store.catalogue.entry("2")
    assert (gone.withdrawn_at, gone.withdrawn_by) == (NOW + 20 * DAY, "page-gone")
    assert replace(gone, withdrawn_at=None, withdrawn_by=None) == before
    assert store.ledger.heads(query(candidate(2))).by_key[candidate(2).key].withdrawn_at == NOW + 20 * DAY
    assert [row.entry_id for row in store.catalogue.entries(EntryFilter(withdrawn=True))] == [2]
    assert [each.withdrawn for each in unseen(store, NOW).newer] == [False, True]
    for at in (22, 23):
        back = Returned(entry_id=EntryId(2), reason=WHY)
        poll(store, at=NOW + at * DAY, verdict=None, presence=Presence(returned=(back,)))
    assert store.catalogue.entry("2") == before
    assert [row.kind for row in store.catalogue.about("2")] == ["added", "withdrawn", "returned"]
    with closing(store.evidence()) as evidence:
        assert verify(evidence, (), lambda _: None).flaws == ()


def test_withdrawals_to_publish(store: Store) -> None:
    """b2: announced entries only, the latest noticed first, with what publishing needs."""
    archive_of(store, 4)
    poll(store, copy_of(candidate(8), EntryId(1), Outcome.REPEAT), at=NOW + 10 * DAY)
    for day, number in enumerate((3, 5, 1, 2), 20):
        withdraw(store, number, NOW + day * DAY, Signal.DELETED_ENTRY)
    found = store.archive.withdrawals(9)
    assert [(item.entry_id, item.withdrawn_by) for item in found] == [(number, "deleted-entry") for number in (2, 1, 3)]
    assert found[0].withdrawn_at == NOW + 23 * DAY
    assert store.archive.withdrawals(1) == found[:1]
    assert store.archive.touched(0).kinds >= {"withdrawn"}


def test_the_walk_does_not_grow_with_the_archive(sqlite: SqliteStore) -> None:
    """D-26: what a document leaves out is one walk of an index from its floor on, however much is kept."""
    archive_of(sqlite, 50)
    ran: list[str] = []
    sqlite.archive.cards()
    for connection in (sqlite.database.writer, *sqlite.database._pool):
        connection.set_trace_callback(ran.append)
    unseen(sqlite, NOW + 40 * DAY, *range(42, 51), keys=(candidate(1).key,))
    sqlite.ledger.suspects(NOW, 5)
    sqlite.archive.withdrawals(5)
    sqlite.archive.edits(5)
    for connection in (sqlite.database.writer, *sqlite.database._pool):
        connection.set_trace_callback(None)
    statements = [each for each in ran if each.lstrip().startswith("SELECT") and "json_each" not in each]
    assert len(statements) > 4
    for statement in statements:
        for row in sqlite.database.writer.execute(f"EXPLAIN QUERY PLAN {statement}"):
            assert not row["detail"].startswith("SCAN") or "USING" in row["detail"], f"{row['detail']}: {statement}"
            assert "TEMP B-TREE" not in row["detail"], statement
