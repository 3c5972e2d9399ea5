"""Versions of volatile entries that wait (D-23): the same promises in memory and in SQLite."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from aggregator.model import Deferred, FeedId, Flux, Head, Reason, Selection
from aggregator.store.chain import first_broken
from aggregator.store.rows import revision_digest, revision_of
from aggregator.store.sqlite import SqliteStore
from tests.builders import HOUR, NOW, added, candidate, query, record, revised, seen, source
from tests.store.conftest import Store

FEED = FeedId("ashmere")
DAY = timedelta(days=1)
MARK = Flux(volatile=True, reason=Reason(rule="D-23", text="to and fro"))
REST = Flux(volatile=False, reason=Reason(rule="D-23", text="a quiet week"))


def poll(store: Store, *changes: Any, at: datetime = NOW, **others: Any) -> None:
    """Record one poll; without changes one that read nothing."""
    if not store.catalogue.feeds():
        store.sources.sync([source()], NOW)
    plain = record(store.sources.get(FEED)[1], *changes, at=at)
    plain = plain if changes else replace(plain, verdict=None, outcome="not-modified")
    store.ledger.record(replace(plain, **others))


def head(store: Store, number: int = 1, text: str = "other words") -> Head:
    """What is known of an entry when it comes with this text."""
    one = candidate(number, text)
    return store.ledger.heads(query(one)).by_key[one.key]


def deferred(store: Store, text: str, until: datetime, flux: Flux | None = None) -> Deferred:
    """Entry 1 with words that wait."""
    quiet = {"significant": False, "settles": False, "flux": flux}
    then = revised(head(store, text=text), candidate(1, text), **quiet)
    then = replace(then, updated_at=NOW, reason=Reason(rule="D-23", text="its day is over"))
    return Deferred(then=then, reason=Reason(rule="D-23", text="waits"), until=until)


def versions(store: Store) -> list[str]:
    """The words of each version of entry 1."""
    return [revision.content for revision in store.catalogue.revisions("1")]


def kinds(store: Store) -> list[str]:
    """What the journal says."""
    return [row.kind for row in store.catalogue.journal(0, 99)]


def test_what_waits_is_no_version_yet(store: Store) -> None:
    """D-23: a deferred version moves last_seen only; the mark is a journal row, the waiting none."""
    poll(store, added(candidate(1, "seen 1")))
    poll(store, deferred(store, "seen 2", NOW + DAY, MARK), at=NOW + HOUR)
    entry = store.catalogue.entry("1")
    assert (entry.revisions, entry.volatile_at, entry.last_seen_at) == (1, NOW + HOUR, NOW + HOUR)
    poll(store, deferred(store, "seen 3", NOW + DAY), at=NOW + 2 * HOUR)
    assert kinds(store) == ["feed_added", "added", "volatile"]
    assert head(store).volatile_at == NOW + HOUR


def test_what_stands_is_stored_although_the_feed_is_silent(store: Store) -> None:
    """D-23: "not modified" for ever loses nothing; the latest version waiting is stored when its day is over."""
    poll(store, added(candidate(1, "seen 1")))
    poll(store, deferred(store, "seen 2", NOW + DAY, MARK), at=NOW + HOUR)
    poll(store, deferred(store, "seen 3", NOW + DAY), at=NOW + 2 * HOUR)
    before = store.archive.items(Selection(limit=5))[0]
    poll(store, at=NOW + DAY - HOUR)
    assert len(versions(store)) == 1
    poll(store, at=NOW + DAY)
    assert versions(store) == ["<p>seen 1</p>", "<p>seen 3</p>"]
    late = store.catalogue.revisions("1")[1]
    assert (late.seen_at, late.significant, late.displayed) == (NOW + 2 * HOUR, False, True)
    shown = store.archive.items(Selection(limit=5))[0]
    assert (shown.content, shown.pub_seq, shown.updated_at) == ("<p>seen 3</p>", before.pub_seq, before.updated_at)
    poll(store, at=NOW + 2 * DAY)
    assert kinds(store) == ["feed_added", "added", "volatile", "revised"]
    assert first_broken(store.catalogue.journal(0, 99)) is None


def test_what_is_overtaken_waits_no_longer(store: Store) -> None:
    """D-23: the stored words again, or other ones stored, leave nothing to store later."""
    poll(store, added(candidate(1, "seen 1")))
    poll(store, deferred(store, "seen 2", NOW + DAY, MARK), at=NOW + HOUR)
    poll(store, seen(head(store), candidate(1, "seen 1")), at=NOW + 2 * HOUR)
    poll(store, at=NOW + 2 * DAY)
    assert versions(store) == ["<p>seen 1</p>"]
    poll(store, deferred(store, "seen 2", NOW + 4 * DAY), at=NOW + 3 * DAY)
    poll(store, revised(head(store), candidate(1, "closed"), flux=REST), at=NOW + 3 * DAY + HOUR)
    poll(store, at=NOW + 9 * DAY)
    assert versions(store) == ["<p>seen 1</p>", "<p>closed</p>"]
    assert store.catalogue.entry("1").volatile_at is None
    assert kinds(store)[-2:] == ["revised", "calm"]


def test_the_same_words_go_on_waiting_since_they_were_seen_first(store: Store) -> None:
    """D-22: seeing them again changes neither when they were seen nor when they are due."""
    poll(store, added(candidate(1, "seen 1")))
    poll(store, deferred(store, "seen 2", NOW + DAY, MARK), at=NOW + HOUR)
    poll(store, deferred(store, "seen 2", NOW + 5 * DAY), at=NOW + 2 * HOUR)
    poll(store, at=NOW + DAY)
    assert store.catalogue.revisions("1")[1].seen_at == NOW + HOUR


def test_a_return_to_earlier_words_settles_nothing(store: Store) -> None:
    """4.3/2, D-23: numbers that came back are never announced, however long they stay."""
    poll(store, added(candidate(1, "seen 1")))
    poll(store, revised(head(store), candidate(1, "seen 2")), at=NOW + HOUR)
    back = deferred(store, "seen 1", NOW + DAY, MARK)
    back = replace(back, then=replace(back.then, reverts_to=1))
    poll(store, back, at=NOW + 2 * HOUR)
    poll(store, at=NOW + DAY)
    assert store.catalogue.revisions("1")[2].reverts_to == 1
    assert head(store).reverted_at is None


def test_recent_versions_are_known_where_words_are(store: Store) -> None:
    """D-23: the latest versions with their instants, newest first, and only where there is something to compare."""
    poll(store, added(candidate(1, "seen 1")))
    assert head(store).recent == ()
    for hour in range(1, 10):
        poll(store, revised(head(store), candidate(1, f"seen {hour + 1}")), at=NOW + hour * HOUR)
    recent = head(store).recent
    assert [past.seen_at for past in recent] == [NOW + hour * HOUR for hour in range(9, 2, -1)]
    assert recent[0].revision_hash == candidate(1, "seen 10").fingerprint.revision
    assert head(store, text="seen 10").recent == ()


def test_a_poll_undone_leaves_what_waited(store: Store) -> None:
    """H-06: a transaction that fails neither drops nor stores a waiting version."""
    poll(store, added(candidate(1, "seen 1")))
    poll(store, deferred(store, "seen 2", NOW + DAY, MARK), at=NOW + HOUR)
    with suppress(InterruptedError), store.ledger.transaction():
        poll(store, seen(head(store), candidate(1, "seen 1")), at=NOW + 2 * HOUR)
        raise InterruptedError
    poll(store, at=NOW + DAY)
    assert len(versions(store)) == 2


def test_the_journal_proves_a_late_version(sqlite: SqliteStore) -> None:
    """D-20: the digest in the journal is that of the row as it is stored."""
    poll(sqlite, added(candidate(1, "seen 1")))
    poll(sqlite, deferred(sqlite, "seen 2", NOW + DAY, MARK), at=NOW + HOUR)
    poll(sqlite, at=NOW + DAY)
    with sqlite.database.reading() as reader:
        row = revision_of(reader.execute("SELECT * FROM revisions WHERE number = 2").fetchone())
    payload = sqlite.catalogue.journal(0, 99)[-1].payload
    assert f'"digest":"{revision_digest(row)}"' in payload
    assert '"rule":"D-23"' in payload
