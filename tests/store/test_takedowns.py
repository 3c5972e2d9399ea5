"""Takedowns (R-39, R-14): the words go from everything, the proof stays, and nothing else goes through the door."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.barring import key_token
from aggregator.errors import StoreError, UnknownEntryError
from aggregator.model import (
    EntryFilter,
    EntryId,
    EventKind,
    FeedId,
    Place,
    PushHealth,
    PushMiss,
    Renamed,
    Selection,
    Stamp,
)
from aggregator.model.presence import Absence, Presence
from aggregator.model.takedown import Ground, Stage, TakedownOrder
from aggregator.store.redaction import KEPT
from aggregator.store.sqlite import SqliteStore
from tests.builders import HOUR, NOW, REASON, added, candidate, copy_of, query, record, revised, seen, source
from tests.store.conftest import Store, checked

FEED = FeedId("ashmere")
SECRET = "Ida Thorne was seen at the swimming baths on Sunday"
DAY = timedelta(days=1)


def order(number: int, at: datetime = NOW + 9 * DAY, **changes: Any) -> TakedownOrder:
    """The order to take an entry down."""
    plain = TakedownOrder(
        entry_id=EntryId(number),
        at=at,
        ground=Ground.PERSONAL_DATA,
        reason="asked for by the person concerned",
        who="ops",
        tokens=frozenset({key_token(FEED, candidate(number).key)}),
    )
    return replace(plain, **changes)


def poll(store: Store, *changes: Any, at: datetime = NOW, **others: Any) -> None:
    """Record one poll."""
    if not store.catalogue.feeds():
        store.sources.sync([source()], NOW)
    store.ledger.record(replace(record(store.sources.get(FEED)[1], *changes, at=at), **others))


def archive_with_secret(store: Store) -> None:
    """Entry 2 has a secret in every place where words can stand; entries 1 and 3 are its neighbours."""
    poll(store, added(candidate(1)), secret(), added(candidate(3)))
    head = store.ledger.heads(query(candidate(2))).by_key[candidate(2).key]
    other = candidate(2, f"{SECRET}, it was said")
    dated = replace(other.entry, published=Stamp(raw=f"on Sunday, {SECRET}", instant=NOW - DAY))
    poll(store, revised(head, replace(other, entry=dated), date_changed=True), at=NOW + HOUR)
    head = store.ledger.heads(query(candidate(2))).by_key[candidate(2).key]
    renamed = replace(candidate(2, f"{SECRET}, it was said"), key=replace_key(f"guid:{SECRET}"))
    poll(store, Renamed(then=seen(head, renamed), reason=REASON), at=NOW + 2 * HOUR)
    away = Absence(entry_id=EntryId(2), feed_id=FEED, since=NOW)
    state = store.sources.get(FEED)[1]
    late = PushHealth(late=(PushMiss(at=NOW, key=f"guid:{SECRET}"), PushMiss(at=NOW, key="guid:other")))
    poll(
        store,
        at=NOW + 3 * HOUR,
        verdict=None,
        outcome="checked",
        url=f"https://ashmere.example/2?{SECRET}",
        problems=(f"odd: {SECRET}",),
        presence=Presence(noted=(away,)),
        state=replace(state, push=late),
    )


def replace_key(text: str) -> Any:
    """A key of this spelling."""
    return type(candidate(1).key)(text)


def secret() -> Any:
    """A new entry whose every word is a secret."""
    one = candidate(2, SECRET)
    url = f"https://ashmere.example/2?{SECRET}"
    words = replace(one.entry, title=SECRET, summary=SECRET, url=url, link=url)
    evidence = replace(REASON, evidence={"before": SECRET})
    return added(replace(one, entry=words), reason=evidence)


def everything(store: Store) -> str:
    """All that can be read of the archive, as one text."""
    return repr(
        (
            store.catalogue.feeds(),
            store.catalogue.entries(EntryFilter(limit=99)),
            [store.catalogue.revisions(str(number)) for number in (1, 2, 3)],
            store.catalogue.journal(0, 999),
            store.catalogue.polls(FEED, 99),
            store.archive.items(Selection(limit=99)),
            store.archive.edits(99),
            store.chains.listing("feed"),
            store.sources.get(FEED),
            store.takedowns.all(),
        )
    )


def test_no_word_of_it_is_left(store: Store) -> None:
    """item 9: title, text, summary, versions, link, key, evidence, raw date, problem, push note: all gone."""
    archive_with_secret(store)
    assert everything(store).count(SECRET) > 10
    done = store.takedowns.forget(order(2))
    assert SECRET not in everything(store)
    assert (done.stage, done.ground, done.who) == (Stage.REDACTED, Ground.PERSONAL_DATA, "ops")
    assert store.takedowns.all() == store.takedowns.unfinished() == (done,)
    store.takedowns.advance(EntryId(2), Stage.DONE)
    assert store.takedowns.unfinished() == ()


def test_the_archive_still_proves_itself(store: Store) -> None:
    """items 8 and 9: the chain verifies, rows and versions are what the row of the takedown says."""
    archive_with_secret(store)
    before = store.catalogue.journal(0, 99)
    done = store.takedowns.forget(order(2))
    after = store.catalogue.journal(0, 99)
    assert [row.hash for row in after[:-1]] == [row.hash for row in before]
    assert (after[-1].kind, after[-1].seq, after[-1].entry_id) == ("forgotten", done.seq, 2)
    assert checked(store).flaws == ()
    poll(store, seen(store.ledger.heads(query(candidate(1))).by_key[candidate(1).key], candidate(1)), at=NOW + 10 * DAY)
    assert checked(store).flaws == ()


def test_the_neighbours_are_untouched(store: Store) -> None:
    """Nothing of another entry is lost or changed by a takedown."""
    archive_with_secret(store)
    others = [store.catalogue.entry(number) for number in ("1", "3")], store.catalogue.about("1")
    store.takedowns.forget(order(2))
    assert ([store.catalogue.entry(number) for number in ("1", "3")], store.catalogue.about("1")) == others
    misses = store.sources.get(FEED)[1].push.late
    assert [miss.key for miss in misses] == ["guid:other"]


def test_the_removal_is_published(store: Store) -> None:
    """R-14: a tombstone event with the id subscribers know; the entry is in no list any more."""
    archive_with_secret(store)
    public_id = store.catalogue.entry("2").public_id
    done = store.takedowns.forget(order(2))
    assert [item.entry_id for item in store.archive.items(Selection(limit=9))] == [3, 1]
    (event,) = [each for each in store.chains.events(0, 99) if each.kind is EventKind.TOMBSTONE]
    assert (event.seq, event.entry_id) == (done.seq, 2)
    assert [(each.public_id, each.seq) for each in store.chains.listing("feed").tombstones] == [(public_id, done.seq)]
    assert store.archive.touched(done.seq - 1).feeds == (FEED,)


def test_an_id_that_says_too_much_is_hidden(store: Store) -> None:
    """The public id goes too, where the operator says so; the tombstone then names a hash."""
    archive_with_secret(store)
    public_id = store.catalogue.entry("2").public_id
    done = store.takedowns.forget(order(2, hide_id=True))
    assert done.public_id.startswith("sha256:")
    assert f"'{public_id}'" not in everything(store)
    with pytest.raises(UnknownEntryError):
        store.catalogue.entry(public_id)


def test_what_was_never_published_tells_nobody(store: Store) -> None:
    """A copy is taken down without a publish event; its lead no longer names it."""
    poll(store, added(candidate(1)), copy_of(candidate(2), EntryId(1)))
    assert len(store.archive.items(Selection(limit=9))[0].members) == 1
    store.takedowns.forget(order(2))
    assert store.archive.items(Selection(limit=9))[0].members == ()
    assert [each.kind for each in store.chains.events(0, 99)] == [EventKind.LIVE]


def test_nothing_finds_it_again(store: Store) -> None:
    """R-39: no key, alias or content of it leads to the entry; its tokens are barred, others are not."""
    archive_with_secret(store)
    store.takedowns.forget(order(2))
    heads = store.ledger.heads(query(candidate(2, SECRET), candidate(1)))
    assert [head.entry_id for head in heads.by_key.values()] == [1]
    assert {head.entry_id for found in heads.by_alias.values() for head in found} == {1}
    assert {head.entry_id for found in heads.by_content.values() for head in found} == {1}
    token = key_token(FEED, candidate(2).key)
    assert store.takedowns.barred([token, "other"]) == {token}
    assert store.takedowns.bars()
    assert store.takedowns.bars(FEED)
    assert not store.takedowns.bars(FeedId("bramford"))


def test_a_takedown_is_all_or_nothing(store: Store) -> None:
    """H-06: undone with its transaction; done twice is refused; an unknown entry is a plain error."""
    archive_with_secret(store)
    before = everything(store)
    with suppress(InterruptedError), store.ledger.transaction():
        store.takedowns.forget(order(2))
        raise InterruptedError
    assert everything(store) == before
    assert not store.takedowns.bars()
    store.takedowns.forget(order(2))
    with pytest.raises(StoreError, match="taken down already"):
        store.takedowns.forget(order(2))
    with pytest.raises(StoreError, match="no entry 77"):
        store.takedowns.forget(order(77))
    with pytest.raises(UnknownEntryError):
        store.takedowns.dossier("77")


def test_the_dossier_has_everything(store: Store) -> None:
    """What a takedown is planned by: keys, versions, copies, whether anybody shares its link."""
    archive_with_secret(store)
    poll(store, copy_of(candidate(8), EntryId(2)), at=NOW + 4 * HOUR)
    found = store.takedowns.dossier("2")
    assert set(found.keys) == {candidate(2).key, f"guid:{SECRET}"}
    assert [version.title for version in found.versions] == [SECRET, "Notice 2 of ashmere"]
    assert (found.copies, found.lead, found.published) == ((8 - 4,), None, True)
    assert store.takedowns.sharers(FEED, candidate(2).aliases[0]) == 1
    assert store.takedowns.sharers(FEED, replace(candidate(2).aliases[0], value="other")) == 0


def test_every_fact_of_the_journal_is_classified(store: Store) -> None:
    """Whatever rows about entries say is either kept by name, hashed, or dropped: no fact slips through unread."""
    archive_with_secret(store)
    store.takedowns.forget(order(2))
    for row in store.catalogue.about("2")[:-1]:
        facts = json.loads(row.payload)
        assert facts.keys() <= KEPT | {"key", "from", "content_hash", "public_id", "reason", "redacted"}
        assert facts.get("reason", {}).keys() <= {"rule"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET payload = '{}' WHERE seq = 2",
        "UPDATE journal SET at = '2020-01-01T00:00:00.000000Z' WHERE seq = 3",
        "UPDATE journal SET kind = 'released' WHERE seq = 3",
        """UPDATE journal SET payload = replace(payload, '"revision":1', '"revision":7') WHERE seq = 3""",
        "UPDATE revisions SET title = 'forged' WHERE entry_id = 2 AND number = 1",
        "UPDATE revisions SET title = '' WHERE entry_id = 1",
        "UPDATE entries SET title = 'forged' WHERE id = 2",
        "UPDATE entries SET forgotten_at = NULL WHERE id = 2",
        "UPDATE entries SET pub_seq = 3 WHERE id = 2",
        "UPDATE entries SET forgotten_at = first_seen_at WHERE id = 1",
        "DELETE FROM identities WHERE entry_id = 2",
        "UPDATE journal SET payload = replace(payload, 'personal-data', 'other') WHERE kind = 'forgotten'",
        "UPDATE takedowns SET seq = 2",
        "DELETE FROM events WHERE kind = 'tombstone'",
    ],
)
def test_a_forgery_is_no_takedown(sqlite: SqliteStore, statement: str) -> None:
    """item 8: a redacted row is sound only as its takedown says; anything else is named, redacted or not."""
    archive_with_secret(sqlite)
    sqlite.takedowns.forget(order(2))
    assert checked(sqlite).flaws == ()
    with sqlite.database.transaction() as writer:
        for (name,) in writer.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            writer.execute(f"DROP TRIGGER {name}")
        writer.execute(statement)
    flaws = [flaw for flaw in checked(sqlite).flaws if flaw.table != "database"]
    assert flaws


def test_the_door_is_shut_afterwards(sqlite: SqliteStore) -> None:
    """D-20: after a takedown, and after one that failed, versions and journal refuse to be changed as before."""
    archive_with_secret(sqlite)
    with suppress(InterruptedError), sqlite.database.transaction():
        sqlite.takedowns.forget(order(2))
        raise InterruptedError
    for done in (False, True):
        if done:
            sqlite.takedowns.forget(order(2))
        for statement in ("UPDATE journal SET payload = '{}'", "UPDATE revisions SET title = ''"):
            with pytest.raises(StoreError, match="kept for ever"), sqlite.database.transaction() as writer:
                writer.execute(statement)
    assert checked(sqlite).flaws == ()


def test_the_file_holds_no_word_of_it(sqlite: SqliteStore, tmp_path: Path) -> None:
    """item 9: not in a page, not in free space, not in the log beside the file."""
    for number in range(10, 400):
        poll(sqlite, added(candidate(number, "filler " * 80)), at=NOW)
    archive_with_secret(sqlite)
    for number in range(400, 500):
        poll(sqlite, added(candidate(number, "filler " * 80)), at=NOW)
    assert any(SECRET.encode() in path.read_bytes() for path in tmp_path.iterdir())
    number = len(sqlite.catalogue.entries(EntryFilter(limit=999))) - 100 - 1
    assert sqlite.catalogue.entry(str(number)).title == candidate(2).entry.title
    sqlite.takedowns.forget(order(number))
    sqlite.compact()
    assert sqlite.check() is None
    for path in tmp_path.iterdir():
        assert SECRET.encode() not in path.read_bytes(), path.name
    with pytest.raises(StoreError, match="inside a transaction"), sqlite.ledger.transaction():
        sqlite.compact()


def test_places_of_captures_are_remembered(store: Store) -> None:
    """What is needed to go on after a crash; an address finds what stands there, until it was taken down."""
    archive_with_secret(store)
    places = (Place(file="2026-06-001", offset=7, length=900), Place(file="2026-06-002", offset=0, length=500))
    url = store.catalogue.entry("1").url or ""
    assert store.takedowns.standing_at(url) == (1,)
    assert store.takedowns.standing_at(f"https://ashmere.example/2?{SECRET}") == (2,), "also by an older version"
    assert store.takedowns.standing_at("https://ashmere.example/none") == ()
    done = store.takedowns.forget(order(2, places=places))
    assert done.places == places
    assert store.takedowns.unfinished()[0].places == places
    assert store.takedowns.standing_at(f"https://ashmere.example/2?{SECRET}") == ()
