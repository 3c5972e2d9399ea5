"""What the archive knows of its captures, in both stores: distinct bodies, places, proof in the chain (P-01, R-66)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlite_utils.utils import sqlite3

from aggregator.errors import StoreError
from aggregator.model import CaptureKind, CaptureRow, EntryId, FeedId, Kept, Original, Place
from aggregator.model.takedown import Ground, TakedownOrder
from aggregator.store.chain import first_broken
from aggregator.store.sqlite import SqliteStore
from tests.builders import HOUR, NOW, added, candidate, record, source
from tests.store.conftest import Store

FEED = FeedId("ashmere")
URL = "https://ashmere.example/feed"
ORDER = TakedownOrder(
    entry_id=EntryId(1),
    at=NOW,
    ground=Ground.OTHER,
    reason="",
    who="ops",
    tokens=frozenset(),
    captures=(1,),
)


def kept(name: str, offset: int, kind: CaptureKind = CaptureKind.WHOLE, file: str = "2026-07-001") -> Kept:
    """A capture of the body of this name."""
    digest = sha256(name.encode()).hexdigest()
    return Kept(
        place=Place(file=file, offset=offset, length=90),
        record_id=f"urn:uuid:{name}-{offset}",
        kind=kind,
        url=URL,
        at=NOW + timedelta(seconds=offset),
        digest=digest,
        size=len(name) * 100,
        proof=sha256(digest.encode()).hexdigest() if kind is CaptureKind.WHOLE else "",
    )


def keep(store: Store, *captures: Kept | None) -> None:
    """Each in a poll of its own, an hour apart."""
    store.sources.sync([source()], NOW)
    for number, capture in enumerate(captures):
        state = store.sources.get(FEED)[1]
        store.ledger.record(record(state, at=NOW + number * HOUR, kept=capture))


def journalled(store: Store) -> list[dict[str, object]]:
    return [json.loads(row.payload) for row in store.catalogue.journal(0, 999) if row.kind == "captured"]


def test_a_distinct_body_is_entered_once_and_proved(store: Store) -> None:
    """P-01: the chain covers its digest and the digest of its records; equal bodies and 304 add nothing to it."""
    first = kept("a", 0)
    keep(store, first, kept("a", 90, CaptureKind.IDENTICAL), kept("a", 180, CaptureKind.NOT_MODIFIED), kept("b", 270))
    held = store.holdings.bodies(0, 10)
    assert [(row.number, row.poll_id, row.digest, row.place) for row in held] == [
        (1, 1, first.digest, first.place),
        (2, 4, kept("b", 270).digest, kept("b", 270).place),
    ]
    assert journalled(store)[0] == {
        "poll": 1,
        "digest": first.digest,
        "size": 100,
        "proof": first.proof,
        "record": "urn:uuid:a-0",
        "file": "2026-07-001",
        "offset": 0,
        "length": 90,
        "url": URL,
        "at": "2026-07-01T09:00:00.000000Z",
    }
    assert [each["poll"] for each in journalled(store)] == [1, 4]
    assert first_broken(store.catalogue.journal(0, 999)) is None
    assert store.holdings.bodies(1, 10) == held[1:]
    assert store.holdings.bodies(0, 1) == held[:1]


def test_a_revisit_finds_its_original(store: Store) -> None:
    """R-66: the first record of an equal body, by address and instant; none for a stranger."""
    keep(store, kept("a", 7))
    digest = kept("a", 0).digest
    assert store.ledger.original(digest) == Original(url=URL, at=NOW + timedelta(seconds=7), digest=digest, size=100)
    assert store.ledger.original(kept("b", 0).digest) is None


def test_the_last_place_is_known(store: Store) -> None:
    """Whoever opens the folder again learns what it must hold; polls without a capture change nothing of that."""
    assert store.holdings.last() is None
    keep(store, kept("a", 0), kept("a", 90, CaptureKind.NOT_MODIFIED), None)
    assert store.holdings.last() == Place(file="2026-07-001", offset=90, length=90)


def test_an_answer_without_a_body_has_a_place_and_no_row(store: Store) -> None:
    """A 404 is kept among the captures, and there is nothing to prove of it."""
    nothing = replace(kept("a", 0), size=0, proof="")
    keep(store, nothing)
    assert store.holdings.bodies(0, 10) == ()
    assert journalled(store) == []
    assert store.holdings.last() == nothing.place


def test_captures_touch_nothing_that_is_published(store: Store) -> None:
    """A body that differs in its date of building only must not make anybody render anything."""
    keep(store, None)
    before = store.archive.touched(0)
    state = store.sources.get(FEED)[1]
    store.ledger.record(record(state, at=NOW + HOUR, kept=kept("a", 0)))
    assert store.archive.touched(0) == before
    assert store.archive.touched(before.seq).feeds == ()


def test_what_was_taken_down_is_not_referred_to(store: Store) -> None:
    """An equal body that comes later is kept anew; its row stays with the instant of the removal, for ever."""
    keep(store, kept("a", 0))
    store.ledger.record(record(store.sources.get(FEED)[1], added(candidate(1))))
    store.takedowns.forget(ORDER)
    store.holdings.take_down(1, NOW + HOUR)
    assert store.ledger.original(kept("a", 0).digest) is None
    with pytest.raises(StoreError, match="taken down before"):
        store.holdings.take_down(1, NOW + HOUR)
    with pytest.raises(StoreError, match="no capture 9"):
        store.holdings.take_down(9, NOW)
    keep(store, kept("a", 500))
    held: tuple[CaptureRow, ...] = store.holdings.bodies(0, 9)
    assert [(row.number, row.place.offset, row.removed_at) for row in held] == [(1, 0, NOW + HOUR), (2, 500, None)]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM captures",
        "UPDATE captures SET digest = 'x'",
        "UPDATE captures SET offset = 1, removed_at = '2026'",
    ],
)
def test_captures_are_kept_for_ever(sqlite: SqliteStore, statement: str) -> None:
    """Whatever a later fault of ours tries: the rows refuse it."""
    keep(sqlite, kept("a", 0))
    with pytest.raises(sqlite3.IntegrityError, match="kept for ever"):
        sqlite.database.writer.execute(statement)
