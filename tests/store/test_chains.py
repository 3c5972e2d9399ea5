"""Chains: what subscription and sealed documents list, over memory and SQLite (R-30 to R-35)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import StoreError
from aggregator.model import EntryId, FeedId, FeedProfile, Hold, Provenance, PublicId, Sealed, Segment
from aggregator.store.sqlite import SqliteStore, open_store
from aggregator.store.sqlite.segments import COPIES
from aggregator.store.sqlite.tables import Tables
from tests.builders import HOUR, NOW, added, candidate, copy_of, query, record, revised
from tests.store.conftest import Store, numbered
from tests.store.test_contract import fill

AUGUST = datetime.fromisoformat("2026-08-03T09:00:00+00:00")
CHAIN = "feeds/ashmere"


def notices(*numbers: int, at: datetime = NOW, **changes: Any) -> list[Any]:
    """New entries."""
    return [added(candidate(number), at, **changes) for number in numbers]


def listed(store: Store, chain: str) -> list[int]:
    """The entries of a subscription document."""
    return [item.entry_id for item in store.chains.listing(chain).items]


def sealed(store: Store, chain: str) -> list[Segment]:
    """Every segment of a chain."""
    return list(store.chains.segments(chain, 0, 1000))


def inside(store: Store, chain: str) -> list[list[int]]:
    """The entries of every sealed document, oldest document first."""
    return [[item.entry_id for item in store.chains.contents(one).items] for one in sealed(store, chain)]


def test_nothing_is_sealed_while_a_month_lasts(store: Store) -> None:
    """R-31: one open segment holds it all, in the whole feed and in that of the source."""
    fill(store, *notices(1, 2, 3))
    assert store.chains.chains() == ("feed", CHAIN)
    for chain in store.chains.chains():
        assert (sealed(store, chain), listed(store, chain)) == ([], [3, 2, 1])
        assert store.chains.standing(chain).sealed is None


def test_the_subscription_document_holds_the_open_segment_and_some_before(store: Store) -> None:
    """R-32: however many are open, and as many of the newest sealed entries as were asked for."""
    fill(store, *notices(1, 2, 3))
    fill(store, *notices(4, 5, at=AUGUST), at=AUGUST)
    for chain in ("feed", CHAIN):
        (segment,) = sealed(store, chain)
        assert (segment.month, segment.part, segment.events) == ("2026-07", 1, 3)
        assert store.chains.standing(chain).sealed == segment
        assert listed(store, chain) == [5, 4, 3, 2, 1]
        assert inside(store, chain) == [[3, 2, 1]]
        assert store.chains.sealed_after(chain, segment.sealed_by - 1) == (segment,)
        assert store.chains.sealed_after(chain, segment.sealed_by) == ()


def test_a_busy_source_is_sealed_by_number(store: Store) -> None:
    """R-31: 50 events in the chain of a source, 250 in that of all, while the month lasts."""
    fill(store, *notices(*range(1, 131)))
    fill(store, *notices(*range(131, 253)))
    assert [segment.events for segment in sealed(store, "feed")] == [250]
    assert [segment.part for segment in sealed(store, CHAIN)] == [1, 2, 3, 4, 5]
    assert listed(store, CHAIN) == list(range(252, 200, -1))


def test_what_left_the_subscription_document_does_not_come_back(store: Store) -> None:
    """R-32: 50 sealed entries are listed; when some move to the open segment, no older ones follow."""
    fill(store, *notices(*range(1, 101)))
    fill(store, *notices(200, at=AUGUST), at=AUGUST)
    assert listed(store, "feed") == [101, *range(100, 50, -1)]
    for number in (100, 98):
        new = candidate(number, "the library stays shut")
        fill(store, revised(store.ledger.heads(query(new)).by_key[new.key], new, AUGUST), at=AUGUST)
    assert sorted(listed(store, "feed")) == list(range(51, 102))


def test_a_revised_entry_is_open_again_and_stays_sealed(store: Store) -> None:
    """R-34: the same id, a later updated; the sealed document keeps what it said."""
    one, two = candidate(1), candidate(1, "the library stays shut")
    fill(store, *notices(1, 2))
    late = AUGUST + HOUR
    fill(store, revised(store.ledger.heads(query(two)).by_key[one.key], two, late), at=late)
    listing = store.chains.listing("feed")
    assert [(item.entry_id, item.revision, item.updated_at) for item in listing.items] == [(1, 2, late), (2, 1, NOW)]
    old = {item.entry_id: item for item in store.chains.contents(sealed(store, "feed")[0]).items}
    assert (old[EntryId(1)].revision, old[EntryId(1)].updated_at) == (1, NOW)
    assert old[EntryId(1)].content == one.entry.content


def test_an_entry_revised_twice_stands_once_in_a_document(store: Store) -> None:
    """R-13: only the newest of its events counts."""
    fill(store, *notices(1, 2))
    for hours in (1, 2):
        new = candidate(1, f"change {hours}")
        at = NOW + hours * HOUR
        fill(store, revised(store.ledger.heads(query(new)).by_key[new.key], new, at), at=at)
    fill(store, *notices(3, at=AUGUST), at=AUGUST)
    assert inside(store, "feed") == [[1, 2]]
    first = store.chains.contents(sealed(store, "feed")[0]).items[0]
    assert (first.revision, first.updated_at) == (3, NOW + 2 * HOUR)
    assert sealed(store, "feed")[0].updated_at == NOW + 2 * HOUR


def test_sealed_contents_never_move(store: Store) -> None:
    """R-33: later versions, copies and names of the source change nothing in what is sealed; those known before do."""
    small = candidate(1, "the library opens again on Tuesday")
    fill(store, *notices(1, 2))
    fill(store, copy_of(candidate(8, feed="bramford"), EntryId(2)), feed="bramford")
    head = store.ledger.heads(query(small)).by_key[small.key]
    fill(store, revised(head, small, NOW + HOUR, significant=False), at=NOW + HOUR)
    fill(store, *notices(3, at=AUGUST), at=AUGUST)
    before = store.chains.contents(sealed(store, "feed")[0])
    shown = {item.entry_id: item for item in before.items}
    assert (shown[EntryId(1)].content, shown[EntryId(1)].updated_at) == (small.entry.content, NOW + HOUR)
    assert [member.source_title for member in shown[EntryId(2)].members] == ["bramford"]
    again = candidate(1, "the library opens again on Wednesday")
    fill(store, revised(store.ledger.heads(query(again)).by_key[small.key], again, AUGUST, significant=False))
    fill(store, copy_of(candidate(9, feed="cold-ash"), EntryId(2)), feed="cold-ash")
    state = store.sources.get(FeedId("ashmere"))[1]
    store.ledger.record(record(replace(state, profile=FeedProfile(title="Another name")), at=AUGUST))
    assert store.archive.cards()[0].title == "Another name"
    assert store.chains.contents(sealed(store, "feed")[0]) == before


def test_the_past_is_sealed_and_never_listed(store: Store) -> None:
    """R-35: the open segment is sealed, the batch follows as sealed segments at the newest end, nobody's reader sees
    it in the subscription document; a later change of such an entry is told."""
    fill(store, *notices(1, 2))
    past = notices(*range(10, 70), at=NOW - timedelta(days=900), announced=False)
    fill(store, *past, at=NOW + HOUR, provenance=Provenance.WP_REST)
    assert [(segment.kind, segment.events) for segment in sealed(store, "feed")] == [("live", 2), ("backfill", 60)]
    kinds = [(segment.kind, segment.events) for segment in sealed(store, CHAIN)]
    assert kinds == [("live", 2), ("backfill", 50), ("backfill", 10)]
    assert listed(store, "feed") == listed(store, CHAIN) == [2, 1]
    assert store.chains.standing("feed").sealed == sealed(store, "feed")[-1]
    new = candidate(10, "what was found out later")
    head = store.ledger.heads(query(new)).by_key[new.key]
    fill(store, revised(head, new, NOW + 3 * HOUR), at=NOW + 3 * HOUR)
    assert listed(store, "feed") == [3, 2, 1]
    assert {number for document in inside(store, "feed") for number in document} == set(range(1, 63))


def test_released_entries_are_open(store: Store) -> None:
    """P-15: what an operator lets go is announced."""
    fill(store, *notices(1, emitted=False, hold=Hold(kind="back-catalogue")))
    assert store.chains.chains() == ()
    store.ledger.release(FeedId("ashmere"), AUGUST)
    assert listed(store, "feed") == listed(store, CHAIN) == [1]


def test_a_failed_poll_seals_nothing(store: Store) -> None:
    """D-22: sealing belongs to the transaction of the poll."""
    fill(store, *notices(1))
    with pytest.raises(StoreError):
        fill(store, *notices(2, at=AUGUST), added(candidate(1), AUGUST, public_ids=(PublicId("x"),)), at=AUGUST)
    assert (sealed(store, "feed"), listed(store, "feed")) == ([], [1])


def test_documents_are_kept_as_they_are(store: Store) -> None:
    """R-33: what was rendered once can be had back to the byte."""
    fill(store, *notices(1))
    fill(store, *notices(2, at=AUGUST), at=AUGUST)
    (segment,) = sealed(store, "feed")
    assert store.chains.kept(segment) is None
    documents = Sealed(atom="<feed>Tŷ</feed>".encode(), rss=b"<rss/>" * 1000, site_url="https://a.example/")
    store.chains.keep(segment, documents)
    assert store.chains.kept(segment) == documents


def test_an_older_archive_is_sealed_when_it_is_opened(sqlite: SqliteStore, tmp_path: Path) -> None:
    """R-30: the chain of an archive that had none is the one it would have got in time."""
    fill(sqlite, *notices(*range(1, 121)))
    fill(sqlite, *notices(200, 201, at=AUGUST), at=AUGUST)
    before = [sealed(sqlite, chain) for chain in ("feed", CHAIN)]
    with sqlite.database.transaction() as writer:
        for table in ("sealed", "segments", "chains", "cards"):
            writer.execute(f"DROP TABLE {table}")
        writer.execute("DROP INDEX events_tombstones")
        writer.execute("DELETE FROM _sqlite_migrations WHERE name LIKE '%_segments'")
    sqlite.close()
    again = open_store(tmp_path / "archive.db", "news.example", NOW, numbered())
    assert [sealed(again, chain) for chain in ("feed", CHAIN)] == before
    assert listed(again, "feed") == [122, 121, *range(120, 70, -1)]
    again.close()


@pytest.mark.parametrize("limit", [1, 5, 12, 13, 30])
def test_copies_are_looked_up_for_many_entries(store: Store, limit: int) -> None:
    """D-21: each entry with its own copies by number, however many another one has."""
    fill(store, *notices(1, 2, 3))
    for feed, first, numbers in (("bramford", 1, range(20, 32)), ("carleton", 3, range(40, 42))):
        fill(store, *(copy_of(candidate(number, feed=feed), EntryId(first)) for number in numbers), feed=feed)
    leads = [EntryId(3), EntryId(1), EntryId(2)]
    if isinstance(store, SqliteStore):
        with store.database.transaction() as writer:
            found = Tables(writer).chains.copies(leads, limit)
            plan = [row["detail"] for row in writer.execute(f"EXPLAIN QUERY PLAN {COPIES}", ("[1]", 2))]
        assert any(step.startswith("SEARCH entries USING INDEX entries_by_lead") for step in plan), plan
    else:
        found = store.tables.chains.copies(leads, limit)
    numbers = {lead: [copy.entry_id for copy in copies] for lead, copies in found.items()}
    assert numbers == {1: list(range(4, 16))[:limit], 3: [16, 17][:limit]}


def test_publishing_walks_no_table(sqlite: SqliteStore) -> None:
    """Publishing after a poll costs what changed: every statement of a chain is a bounded walk of an index."""
    fill(sqlite, *notices(*range(1, 61)))
    fill(sqlite, *notices(100, at=AUGUST), at=AUGUST)
    ran: list[str] = []
    sqlite.archive.cards()
    for connection in (sqlite.database.writer, *sqlite.database._pool):
        connection.set_trace_callback(ran.append)
    fill(sqlite, *notices(101, at=AUGUST), at=AUGUST)
    for chain in ("feed", CHAIN):
        sqlite.chains.listing(chain)
        for segment in sqlite.chains.sealed_after(chain, 1):
            sqlite.chains.contents(segment)
            sqlite.chains.kept(segment)
    for connection in (sqlite.database.writer, *sqlite.database._pool):
        connection.set_trace_callback(None)
    for statement in {each for each in ran if each.lstrip().startswith("SELECT") and "FROM feeds\nWHERE (" not in each}:
        for row in sqlite.database.writer.execute(f"EXPLAIN QUERY PLAN {statement}"):
            step = row["detail"]
            scan = step.startswith("SCAN") and "json_each" not in step and "CONSTANT" not in step
            assert not scan or ("ORDER BY" in statement and "LIMIT" in statement) or "max(id)" in statement, step
