"""What every store promises to deciding, publishing and people: the same suite over memory and SQLite."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aggregator.errors import StoreError, UnknownEntryError, UnknownFeedError
from aggregator.model import (
    Alias,
    ContentHash,
    EntryFilter,
    EntryId,
    FeedId,
    FeedProfile,
    Identity,
    Key,
    Outcome,
    PublicId,
    Reason,
    Redirect,
    Renamed,
    RevisionHash,
    Selection,
    Text,
    Validators,
    Verdict,
)
from aggregator.store.chain import first_broken
from tests.builders import (
    HOUR,
    NOW,
    added,
    candidate,
    copy_of,
    query,
    record,
    revised,
    seen,
    source,
    with_content,
)
from tests.store.conftest import Store


def fill(store: Store, *changes: Any, feed: str = "ashmere", at: datetime = NOW, **others: Any) -> None:
    """Record one poll of a feed, which is configured if it was not."""
    known = {row.source.id: row.source for row in store.catalogue.feeds()}
    if feed not in known:
        store.sources.sync([*known.values(), source(feed)], NOW)
    store.ledger.record(record(store.sources.get(FeedId(feed))[1], *changes, at=at, **others))


def everything(store: Store) -> tuple[object, ...]:
    """All that can be read, to compare before and after."""
    return (
        store.catalogue.feeds(),
        store.catalogue.entries(EntryFilter(limit=1000)),
        store.catalogue.journal(0, 1000),
        store.archive.items(Selection(limit=1000)),
        store.archive.cards(),
    )


def test_new_entries_are_found_by_key_alias_and_content(store: Store) -> None:
    """D-22: what was recorded is known the next time, by every road."""
    one = candidate(1)
    fill(store, added(one), added(candidate(2)))
    heads = store.ledger.heads(query(one))
    assert [head.entry_id for head in heads.by_key.values()] == [1]
    assert heads.by_alias[one.aliases[0]] == heads.by_content[one.fingerprint.content] == (heads.by_key[one.key],)
    assert heads.by_key[one.key].emitted
    assert store.ledger.heads(query(candidate(9))).by_key == {}


def test_keys_and_aliases_belong_to_one_feed(store: Store) -> None:
    """P-12: the same raw id in another feed is another entry."""
    one = candidate(1)
    fill(store, added(one))
    fill(store, added(one, public_ids=(PublicId(one.key), PublicId("tag:b:1"))), feed="bramford")
    other = store.ledger.heads(query(one, feed="bramford"))
    assert other.by_key[one.key].entry_id == 2
    assert [head.entry_id for head in other.by_alias[one.aliases[0]]] == [2]
    assert [head.entry_id for head in other.by_content[one.fingerprint.content]] == [1, 2]


def test_text_and_older_only_where_asked_for(store: Store) -> None:
    """4.3/2: words come only with a head whose candidate brings other ones; an older version is found by its hash."""
    first, second = candidate(1), candidate(1, "the library stays shut")
    fill(store, added(first))
    assert store.ledger.heads(query(first)).by_key[first.key].text is None
    head = store.ledger.heads(query(second)).by_key[first.key]
    assert head.text == Text(title=first.entry.title, content=first.entry.content, content_kind="html")
    fill(store, revised(head, second))
    again = store.ledger.heads(query(first)).by_key[first.key]
    assert (again.revision, again.older) == (2, {first.fingerprint.revision: 1})
    assert store.ledger.heads(query(second)).by_key[first.key].older == {}


def test_older_versions_are_found_wherever_their_hash_stands(store: Store) -> None:
    """4.3/2: keys and hashes of a query are in no common order, and a candidate may ask for several keys."""
    first, second, other = candidate(1), candidate(1, "the library stays shut"), candidate(2)
    fill(store, added(first), added(other))
    fill(store, revised(store.ledger.heads(query(second)).by_key[first.key], second))
    asked = replace(
        query(first, other),
        keys=(Key("spare"), first.key, other.key),
        revisions=(RevisionHash("f" * 64), other.fingerprint.revision, first.fingerprint.revision),
    )
    heads = store.ledger.heads(asked).by_key
    assert (heads[first.key].older, heads[first.key].text is not None) == ({first.fingerprint.revision: 1}, True)
    assert (heads[other.key].older, heads[other.key].text) == ({}, None)


def test_many_versions_are_not_all_walked(store: Store) -> None:
    """D-23: an entry with more versions than were asked for still finds the first with an equal hash."""
    one = candidate(1)
    fill(store, added(one))
    for number in range(6):
        new = candidate(1, f"change {number % 3}")
        fill(store, revised(store.ledger.heads(query(new)).by_key[one.key], new))
    new = candidate(1, "change 1")
    assert store.ledger.heads(query(new)).by_key[one.key].older == {new.fingerprint.revision: 3}
    assert store.ledger.heads(query(one)).by_key[one.key].older == {one.fingerprint.revision: 1}


def test_seen_moves_last_seen_only(store: Store) -> None:
    """D-22: replaying a document changes nothing but last_seen."""
    one = candidate(1)
    fill(store, added(one))
    before, journal = store.catalogue.entry("1"), store.catalogue.journal(0, 100)
    fill(store, seen(store.ledger.heads(query(one)).by_key[one.key], one), at=NOW + HOUR)
    assert store.catalogue.entry("1") == replace(before, last_seen_at=NOW + HOUR)
    assert store.catalogue.journal(0, 100) == journal


def test_moved_date_is_an_event_but_moves_nothing(store: Store) -> None:
    """P-38, D-25: the date an entry is filed under is written once."""
    one = candidate(1)
    later = replace(one, entry=replace(one.entry, published=replace(one.entry.published, instant=NOW + HOUR)))
    fill(store, added(one))
    fill(store, seen(store.ledger.heads(query(one)).by_key[one.key], later, date_changed=True), at=NOW + HOUR)
    head = store.ledger.heads(query(one)).by_key[one.key]
    assert (head.published_at, head.source_published_at) == (NOW, NOW + HOUR)
    assert store.catalogue.journal(0, 100)[-1].kind == "date_changed"
    assert store.archive.items(Selection(limit=1))[0].updated_at == NOW


def test_significant_revision_goes_to_the_top(store: Store) -> None:
    """R-02: pub_seq is the number of the journal row that published it, and rises strictly."""
    fill(store, added(candidate(1)), added(candidate(2)))
    new = candidate(1, "the library stays shut")
    fill(store, revised(store.ledger.heads(query(new)).by_key[new.key], new, NOW + HOUR), at=NOW + HOUR)
    items = store.archive.items(Selection(limit=9))
    assert [(item.entry_id, item.revision, item.revisions) for item in items] == [(1, 2, 2), (2, 1, 1)]
    assert items[0].pub_seq == store.catalogue.journal(0, 100)[-1].seq > items[1].pub_seq
    assert (items[0].content, items[0].updated_at) == (new.entry.content, NOW + HOUR)


def test_small_revision_is_shown_in_place(store: Store) -> None:
    """D-24: a typo is shown, but is no publish event."""
    fill(store, added(candidate(1)), added(candidate(2)))
    before = [item.pub_seq for item in store.archive.items(Selection(limit=9))]
    new = candidate(1, "the library opens again on Tuesday")
    fill(store, revised(store.ledger.heads(query(new)).by_key[new.key], new, NOW, significant=False))
    items = store.archive.items(Selection(limit=9))
    assert [item.pub_seq for item in items] == before
    assert items[1].content == new.entry.content


def test_emptied_body_is_stored_but_not_shown(store: Store) -> None:
    """D-25: the last version with words stays the displayed one."""
    one, empty = candidate(1), candidate(1, "")
    fill(store, added(one))
    head = store.ledger.heads(query(empty)).by_key[one.key]
    fill(store, revised(head, empty, significant=False, displayed=False))
    assert store.archive.items(Selection(limit=1))[0].content == one.entry.content
    assert [version.displayed for version in store.catalogue.revisions("1")] == [True, False]
    assert store.ledger.heads(query(one)).by_key[one.key].revision_hash == empty.fingerprint.revision


def test_revert_waits_until_it_settled(store: Store) -> None:
    """4.3/2: a revert bumps the entry only once it has stayed."""
    one, two = candidate(1), candidate(1, "the library stays shut")
    fill(store, added(one), added(candidate(2)))
    fill(store, revised(store.ledger.heads(query(two)).by_key[one.key], two))
    head = store.ledger.heads(query(one)).by_key[one.key]
    fill(store, revised(head, one, significant=False, reverts_to=1), at=NOW + HOUR)
    waiting = store.ledger.heads(query(one)).by_key[one.key]
    assert waiting.reverted_at == NOW + HOUR
    late = NOW + timedelta(hours=26)
    fill(store, seen(waiting, one, settled=True), at=late)
    top = store.archive.items(Selection(limit=1))[0]
    assert (top.entry_id, top.updated_at, top.pub_seq) == (1, late, store.catalogue.journal(0, 100)[-1].seq)
    assert store.ledger.heads(query(one)).by_key[one.key].reverted_at is None


def test_stale_revision_undoes_the_whole_poll(store: Store) -> None:
    """D-22: a verdict decided on something older stores nothing at all."""
    one = candidate(1)
    fill(store, added(one))
    stale = store.ledger.heads(query(one)).by_key[one.key]
    fill(store, revised(stale, candidate(1, "first change")))
    before = everything(store)
    with pytest.raises(StoreError):
        fill(store, added(candidate(5)), revised(stale, candidate(1, "second change")))
    assert everything(store) == before


def test_key_conflict_undoes_the_whole_poll(store: Store) -> None:
    """D-22: (feed, key) is unique; state, validators and lease stay as they were (H-06)."""
    fill(store, added(candidate(1)))
    before = everything(store)
    with pytest.raises(StoreError):
        fill(store, added(candidate(2)), added(candidate(1), public_ids=(PublicId("tag:x:1"),)), at=NOW + HOUR)
    assert everything(store) == before


def test_nested_transactions_undo_only_themselves(store: Store) -> None:
    """H-06: everything inside a transaction is committed together or not at all."""
    fill(store, added(candidate(1)))

    def fail(number: int) -> None:
        with store.ledger.transaction():
            fill(store, added(candidate(number)))
            raise ZeroDivisionError

    with store.ledger.transaction():
        fill(store, added(candidate(2)))
        with pytest.raises(ZeroDivisionError):
            fail(3)
        assert store.ledger.heads(query(candidate(2))).by_key
    assert [entry.entry_id for entry in store.catalogue.entries(EntryFilter())] == [2, 1]
    with pytest.raises(ZeroDivisionError):
        fail(4)
    assert len(store.catalogue.entries(EntryFilter())) == 2


def test_transactions_nested_before_the_first_row_undo_only_themselves(store: Store) -> None:
    """H-06: levels that begin one after the other with nothing written in between are levels of their own."""

    def fail(number: int) -> None:
        with store.ledger.transaction(), store.ledger.transaction():
            fill(store, added(candidate(number)))
            raise ZeroDivisionError

    with store.ledger.transaction():
        with store.ledger.transaction():
            with pytest.raises(ZeroDivisionError):
                fail(1)
            with store.ledger.transaction():
                fill(store, added(candidate(2)))
            with pytest.raises(ZeroDivisionError):
                fail(3)
        with pytest.raises(ZeroDivisionError):
            fail(4)
        with store.ledger.transaction():
            fill(store, added(candidate(5)))
    found = store.ledger.heads(query(*map(candidate, range(1, 6)))).by_key
    assert set(found) == {candidate(2).key, candidate(5).key}


def test_renamed_entry_answers_to_both_keys(store: Store) -> None:
    """4.3/4: the new key is added and the entry stays one."""
    one = candidate(1)
    fill(store, added(one))
    new = replace(one, key=Key("urn:new"))
    head = store.ledger.heads(query(new)).by_alias[one.aliases[0]][0]
    why = Reason(rule="4.3/4", text="came under a new id")
    fill(store, Renamed(then=seen(head, new, aliases=(Alias(kind="path", value="/new"),)), reason=why))
    heads = store.ledger.heads(query(one, new))
    assert heads.by_key[one.key].entry_id == heads.by_key[new.key].entry_id == 1
    assert heads.by_key[one.key].key == "urn:new"
    assert store.catalogue.journal(0, 100)[-1].kind == "renamed"


def test_copies_belong_to_the_first_lead(store: Store) -> None:
    """D-21: a copy of a copy is a member of the same item, and is never emitted itself."""
    fill(store, added(candidate(1)))
    fill(store, copy_of(candidate(7, feed="bramford"), EntryId(1)), feed="bramford")
    fill(store, copy_of(candidate(8, feed="cold-ash"), EntryId(2)), feed="cold-ash")
    (item,) = store.archive.items(Selection(limit=9))
    assert [member.source_title for member in item.members] == ["bramford", "cold-ash"]
    assert store.catalogue.entry("3").lead == 1


def test_revised_copy_is_no_publish_event(store: Store) -> None:
    """R-02: what subscribers never got does not come to the top."""
    copy, new = candidate(7, feed="bramford"), candidate(7, "corrected", feed="bramford")
    fill(store, added(candidate(1)))
    fill(store, copy_of(copy, EntryId(1)), feed="bramford")
    fill(store, revised(store.ledger.heads(query(new, feed="bramford")).by_key[new.key], new), feed="bramford")
    assert [item.entry_id for item in store.archive.items(Selection(limit=9))] == [1]


def test_first_key_refers_within_the_document(store: Store) -> None:
    """4.3/5: a repeat may name an entry of its own document; a repost keeps its own place."""
    one = candidate(1)
    repeat = added(candidate(2), outcome=Outcome.REPEAT, first_key=one.key, emitted=False)
    repost = added(candidate(3), outcome=Outcome.REPOST, first_key=one.key)
    fill(store, added(one), repeat, repost)
    assert [store.catalogue.entry(str(n)).lead for n in (1, 2, 3)] == [None, 1, None]
    with pytest.raises(StoreError):
        fill(store, added(candidate(4), first_key=Key("urn:nowhere")))


def test_public_id_is_the_first_nobody_owns(store: Store) -> None:
    """R-01: ids are never shared, and a document is never refused for want of one."""
    wished = (PublicId("urn:a"), PublicId("tag:b"))
    fill(store, *(added(candidate(number), public_ids=wished) for number in (1, 2, 3)))
    assert [store.catalogue.entry(str(n)).public_id for n in (1, 2, 3)] == ["urn:a", "tag:b", "tag:b.3"]
    assert store.catalogue.entry("urn:a").entry_id == 1


def test_templates_are_guarded_for_400_days(store: Store) -> None:
    """D-06: noted once, over after 400 days."""
    one = candidate(1)
    verdict = Verdict(changes=(), templates=(one.fingerprint.content,))
    fill(store, verdict=verdict)
    fill(store, verdict=verdict, at=NOW + HOUR)
    assert [row.kind for row in store.catalogue.journal(0, 100)] == ["feed_added", "template"]
    for days, guarded in ((399, True), (400, False)):
        asked = query(one, now=NOW + timedelta(days=days))
        assert (one.fingerprint.content in store.ledger.heads(asked).templates) is guarded


def test_content_look_up_is_bounded_for_both_sides(store: Store) -> None:
    """D-11: a text that is everywhere costs no more than 100 heads of this feed and 100 of others."""
    same = str(ContentHash("f" * 64))
    for feed in ("ashmere", "bramford"):
        fill(store, *(added(with_content(candidate(n, feed=feed), same)) for n in range(120)), feed=feed)
    found = store.ledger.heads(query(with_content(candidate(1), same))).by_content[ContentHash(same)]
    numbers = [head.entry_id for head in found]
    assert numbers == sorted(numbers)
    assert sum(head.feed_id == "ashmere" for head in found) == 100
    assert 0 < sum(head.feed_id == "bramford" for head in found) <= 100


@pytest.mark.parametrize("others", [0, 3, 60])
def test_alias_look_up_is_bounded(store: Store, others: int) -> None:
    """A link that a whole feed shares: the latest hundred entries, whatever else the document asks."""
    shared = Alias(kind="link", value="https://ashmere.example/all")
    many = [replace(candidate(number), aliases=(shared,)) for number in range(1, 131)]
    alone = [candidate(number) for number in range(201, 201 + others)]
    store.sources.sync([source()], NOW)
    state = store.sources.get(FeedId("ashmere"))[1]
    store.ledger.record(record(state, *(added(one) for one in (*alone, *many))))
    found = store.ledger.heads(query(*alone, many[0])).by_alias
    assert list(found) == [*(one.aliases[0] for one in alone), shared], "in the order asked"
    assert [head.entry_id for head in found[shared]] == list(range(others + 31, others + 131))
    assert all(len(found[one.aliases[0]]) == 1 for one in alone)


def test_state_comes_back_whole(store: Store) -> None:
    """H-01, H-06: everything polling learned survives; names given once stay (P-10)."""
    store.sources.sync([source()], NOW)
    before = store.sources.get(FeedId("ashmere"))[1]
    assert before.tag == f"tag:news.example,2026:{before.uuid}"
    state = replace(
        before,
        uuid="forged",
        tag="forged",
        added_at=NOW + HOUR,
        interval=timedelta(seconds=90, microseconds=5),
        validators=Validators(url="https://ashmere.example/feed", etag='W/"é"', last_modified="yesterday"),
        redirect=Redirect(target="https://x.example/", first_seen=NOW, count=2),
        id_changes=(NOW,),
        failures=3,
        identity=Identity.LINK,
        profile=FeedProfile(title="Ashmere", authors=("Jo Reed",)),
        body_hash="b" * 64,
    )
    written = record(state)
    store.ledger.record(written)
    kept = {"uuid": before.uuid, "tag": before.tag, "added_at": before.added_at}
    assert store.sources.get(FeedId("ashmere"))[1] == replace(written.state, **kept)


def test_entry_comes_back_whole_even_if_hostile(store: Store) -> None:
    """D-20: quotes, markup, NUL and text beyond the first plane are stored as they came."""
    evil = "'); DROP TABLE entries; -- <script>\x00 \U0001f4f0 ŵ"
    one = candidate(1, evil)
    one = replace(one, entry=replace(one.entry, title=evil, points=((53.4, -2.9),), extras=("<x/>",)), key=Key(evil))
    fill(store, added(one, public_ids=(PublicId("tag:evil"),)))
    row = store.catalogue.entry("tag:evil")
    assert (row.title, row.key, row.content) == (evil, evil, one.entry.content)
    assert row.published_raw == one.entry.published.raw
    assert store.ledger.heads(query(one)).by_key[one.key].entry_id == 1


def test_journal_is_one_chain(store: Store) -> None:
    """D-20: every change is a row, and one altered row is found."""
    one = candidate(1)
    fill(store, added(one), added(candidate(2)))
    fill(store, revised(store.ledger.heads(query(one)).by_key[one.key], candidate(1, "else")))
    rows = store.catalogue.journal(0, 100)
    assert [row.kind for row in rows] == ["feed_added", "added", "added", "revised"]
    assert first_broken(rows) is None
    assert first_broken([*rows[:2], replace(rows[2], payload="{}"), rows[3]]) == 3
    assert first_broken([rows[0], *rows[2:]]) == 3
    assert store.catalogue.journal(1, 2) == rows[1:3]


def test_items_by_feed_and_category(store: Store) -> None:
    """R-02: each selection is newest first and ends at its limit."""
    store.sources.sync([source(), source("bramford"), source("cold-ash", category="news")], NOW)
    for number in range(4):
        for feed in ("ashmere", "bramford", "cold-ash"):
            fill(store, added(candidate(number, feed=feed)), feed=feed)

    def numbers(**wanted: Any) -> list[int]:
        return [item.entry_id for item in store.archive.items(Selection(**wanted))]

    assert numbers(limit=2) == [12, 11]
    assert numbers(limit=3, feed=FeedId("ashmere")) == [10, 7, 4]
    assert numbers(limit=5, category="council") == [11, 10, 8, 7, 5]
    assert numbers(limit=5, category="nothing") == []
    assert numbers(limit=5, category="news", feed=FeedId("ashmere")) == []


def test_touched_names_leads_and_left_categories(store: Store) -> None:
    """D-21: a copy touches the feed of its lead; a new category touches the old one too; a 304 touches nothing."""
    assert (store.archive.touched(0).seq, store.archive.touched(0).at) == (0, None)
    store.sources.sync([source(), source("bramford", category="news")], NOW)
    fill(store, added(candidate(1)))
    mark = store.archive.touched(0).seq
    fill(store, verdict=None, outcome="not-modified")
    assert store.archive.touched(mark).feeds == ()
    fill(store, copy_of(candidate(2, feed="bramford"), EntryId(1)), feed="bramford")
    touched = store.archive.touched(mark)
    assert (touched.feeds, touched.categories) == (("ashmere", "bramford"), ("council", "news"))
    store.sources.sync([source(category="parish"), source("bramford", category="news")], NOW)
    assert store.archive.touched(touched.seq).categories == ("council", "parish")


def test_cards_count_and_date_entries(store: Store) -> None:
    """R-12: the card names the latest change of any entry, in whole seconds."""
    late = NOW + timedelta(microseconds=7)
    fill(store, added(candidate(1)), added(candidate(2), late))
    (card,) = store.archive.cards()
    assert (card.entries, card.updated, card.title, card.status) == (2, NOW, "ashmere", "healthy")
    assert store.archive.founding().authority == "news.example"


def test_entries_are_filtered(store: Store) -> None:
    """The list is newest date first; since is included, until is not; every word must be there, in any case."""
    for number in range(3):
        body = "Cyngor Sir: ŴYTHNOS 100% closed" if number == 1 else "open"
        fill(store, added(candidate(number, body), NOW + number * HOUR))

    def found(**wanted: Any) -> list[int]:
        return [row.entry_id for row in store.catalogue.entries(EntryFilter(**wanted))]

    assert found() == [3, 2, 1]
    assert found(since=NOW + HOUR, until=NOW + 2 * HOUR) == [2]
    assert found(query="ŵythnos 100%") == [2]
    assert found(query="100_ closed") == found(feed=FeedId("nobody")) == found(limit=-1) == []


def test_unknown_names_are_plain_errors(store: Store) -> None:
    """Errors name what was asked for, and the nearest feed."""
    store.sources.sync([source()], datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(UnknownFeedError) as fault:
        store.sources.get(FeedId("ashmeer"))
    assert fault.value.nearest == "ashmere"
    for name in ("1", "9" * 40, "²", "urn:x"):
        with pytest.raises(UnknownEntryError):
            store.catalogue.entry(name)
    with pytest.raises(UnknownFeedError):
        store.ledger.record(record(replace(store.sources.get(FeedId("ashmere"))[1], feed_id=FeedId("nobody"))))
