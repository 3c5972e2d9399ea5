"""All captures again into an empty archive: equal rows, or exactly what today's code makes otherwise (D-22)."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.model import Exchange, FeedId, Hop, Provenance, Request, Response, Source
from aggregator.model.replay import PastPoll, Replayed
from aggregator.pipeline.manners import PutOff
from aggregator.pipeline.poll import poll
from aggregator.pipeline.replay.differences import merged
from aggregator.pipeline.replay.script import Note, steps
from aggregator.pipeline.skip import skip
from tests.pipeline.fakes import WORDS, answer, item, rss, unreachable
from tests.pipeline.replays import AGENT, kept_home, push, replayed
from tests.pipeline.test_replay import START, STEPS, Home

OWN = FeedId("own")
ADDRESS = "https://own.example/feed/"


def story(place: Home) -> None:
    """The made-up publishers from their first entries to the end of an outage."""
    for elapsed in STEPS:
        asyncio.run(place.step(elapsed))


def own(place: Home, **changes: object) -> None:
    """A feed of the test's own joins the list, or changes there."""
    known = [place.store.sources.get(row.source.id)[0] for row in place.store.catalogue.feeds() if row.source.id != OWN]
    source = replace(Source(id=OWN, url=ADDRESS), **changes)  # type: ignore[arg-type]
    place.store.sources.sync([*known, source], place.clock.at)


def told(place: Home, said: bytes | int | None, hops: tuple[Hop, ...] = (), feed: FeedId = OWN) -> str:
    """Its publisher answers so, two hours later."""
    place.clock.at += timedelta(hours=2)

    def script(asked: Request) -> Exchange:
        if said is None:
            return unreachable(asked, place.clock)
        body, status = (said, 200) if isinstance(said, bytes) else (b"", said)
        headers = {"content-type": "application/rss+xml", "etag": f'"{len(body)}"'}
        got: Response = answer(asked, place.clock, body, status, headers)
        return replace(got, hops=hops, url=hops[-1].target if hops else got.url)

    place.ports.fetch.script = script  # type: ignore[attr-defined]
    return asyncio.run(poll(feed, place.ports, AGENT)).outcome


def assert_equal(found: Replayed) -> None:
    assert found.equal, (found.tables, found.differences[:5], found.journal_from)
    assert found.differences == ()
    assert found.lost == ()


def test_the_story_again_gives_equal_rows(tmp_path: Path) -> None:
    """D-22: entries, revisions, identities and the whole hash chain, to the last byte; captures prove the same."""
    with kept_home(tmp_path / "a") as place:
        story(place)
        found = replayed(place, tmp_path / "again")
        assert_equal(found)
        assert found.polls == 8 * 7
        assert found.bodies > 20
        kinds = {row.kind for row in place.store.catalogue.journal(0, 10_000)}
        assert {"feed_added", "captured", "added", "revised"} <= kinds
        tables = {table.table: table.stored for table in found.tables}
        assert tables["entries"] > 30


def test_everything_that_happens_to_a_feed_is_replayed(tmp_path: Path) -> None:
    """Pushes, 304, equal bytes, refusals, silence, pages that are no feed, polls put off, redirects, feed lists."""
    with kept_home(tmp_path / "a") as place:
        own(place)
        told(place, rss(item(1)))
        push(place, "own", rss(item(2), item(1)))
        told(place, 304)
        own(place, category="council", title="Own news")
        told(place, rss(item(3), item(2), item(1)))
        told(place, rss(item(3), item(2), item(1)))
        told(place, b"<!DOCTYPE html><html><title>Back soon</title></html>")
        told(place, None)
        told(place, 404)
        put_off = PutOff(until=place.clock.at + timedelta(hours=1), bound="host", reason="the host is left alone")
        asyncio.run(skip(OWN, put_off, place.ports))
        push(place, "own", b"nonsense", None)
        hop = Hop(url=ADDRESS, status=301, target="https://new.own.example/feed/", headers=(("server", "x"),))
        for number in range(4, 9):
            place.clock.at += timedelta(days=2)
            told(place, rss(item(number), item(number - 1), item(number - 2)), (hop,))
        own(place, enabled=False)
        own(place, url="https://newest.own.example/feed/", category="council")
        told(place, rss(item(9, WORDS.replace("brown", "green")), item(8)))
        first = place.store.catalogue.feeds()[0].source
        place.store.sources.sync([first], place.clock.at)
        rows = place.store.catalogue.journal(0, 10_000)
        kinds = {row.kind for row in rows}
        assert {"feed_changed", "feed_moved", "feed_removed", "captured", "added"} <= kinds
        found = replayed(place, tmp_path / "again")
        assert_equal(found)
        assert found.uncaptured == 0


def test_a_shared_answer_is_replayed_for_both(tmp_path: Path) -> None:
    """H-72: one capture, two polls."""
    twin = FeedId("twin")
    with kept_home(tmp_path / "a") as place:
        own(place)
        known = [place.store.sources.get(row.source.id)[0] for row in place.store.catalogue.feeds()]
        place.store.sources.sync([*known, Source(id=twin, url="https://other.example/rss")], place.clock.at)
        hop = Hop(url="https://other.example/rss", status=302, target=ADDRESS)
        told(place, rss(item(1)))
        told(place, rss(item(1)), (hop,), twin)
        told(place, rss(item(2), item(1)))
        polls = place.store.catalogue.polls(twin, 9)
        assert len(polls) == 2
        assert_equal(replayed(place, tmp_path / "again"))


def test_an_operators_release_is_replayed(tmp_path: Path) -> None:
    """P-15: held entries that a person announced are announced at the same place of the journal."""
    with kept_home(tmp_path / "a") as place:
        own(place)
        fresh = [item(number) for number in range(1, 4)]
        told(place, rss(*fresh))
        old = [item(number, f"{WORDS} {number}", "Mon, 12 Jan 2015 09:00:00 +0000") for number in range(100, 140)]
        told(place, rss(*fresh, *old))
        count = place.store.ledger.release(OWN, place.clock.at + timedelta(minutes=1))
        assert count > 0, "the flood is held back"
        told(place, rss(item(50), *fresh))
        assert_equal(replayed(place, tmp_path / "again"))


def test_a_damaged_capture_costs_its_own_poll(tmp_path: Path) -> None:
    """A flipped byte is named with its poll and place; what follows is replayed, and the rest compared by its names."""
    with kept_home(tmp_path / "a") as place:
        own(place)
        for number in range(1, 6):
            told(place, rss(*(item(each) for each in range(number, 0, -1))))
        third = place.store.holdings.bodies(0, 9)[2]
        path = place.file.parent / "captures" / f"{third.place.file}.warc.gz"
        data = bytearray(path.read_bytes())
        data[third.place.offset + 60] ^= 4
        path.write_bytes(data)
        found = replayed(place, tmp_path / "again")
        assert [(lost.poll, lost.feed_id) for lost in found.lost] == [(3, "own")]
        assert f"{third.place.file}, byte {third.place.offset}" in found.lost[0].text
        assert not found.equal
        # Entry 3 came with the next body after all, two hours later.
        assert {(each.what, each.table, each.title) for each in found.differences} == {
            ("changed", "entries", "Notice 3 about bins"),
            ("changed", "revisions", "Notice 3 about bins"),
        }
        changed = {name for name, _, _ in found.differences[0].columns}
        assert "first_seen_at" in changed
        assert "content_hash" not in changed


def test_what_was_taken_down_is_counted(tmp_path: Path) -> None:
    """An erased capture is no fault: its poll is there again, its entries are told as missing."""
    with kept_home(tmp_path / "a") as place:
        own(place)
        told(place, rss(item(1)))
        told(place, rss(item(2)))
        (first, _) = place.store.holdings.bodies(0, 9)
        assert place.ports.captures is not None
        place.ports.captures.erase(first.place, "asked to", place.clock.at)
        found = replayed(place, tmp_path / "again")
        assert (found.taken_down, found.uncaptured, found.lost) == (1, 0, ())
        assert {each.what for each in found.differences} == {"missing"}
        assert {each.key.split()[1] for each in found.differences} == {"guid:notice-1"}


def test_bodies_that_were_not_kept_are_counted(tmp_path: Path) -> None:
    """While captures were off or paused there is nothing to replay, and that is said."""
    with kept_home(tmp_path / "a") as place:
        own(place)
        told(place, rss(item(1)))
        ports, place.ports = place.ports, replace(place.ports, captures=None)
        told(place, rss(item(2)))
        place.ports = ports
        told(place, rss(item(3)))
        found = replayed(place, tmp_path / "again")
        assert found.uncaptured == 1
        assert [(each.what, each.table) for each in found.differences] == [
            ("missing", "entries"),
            ("missing", "revisions"),
            ("missing", "identities"),
        ]


def test_what_todays_code_makes_otherwise_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed rule for titles: exactly the entries it touches are told, with the stored words and today's."""
    with kept_home(tmp_path / "a") as place:
        own(place)
        told(place, rss(item(1), item(2)))
        told(place, rss(item(3), item(1), item(2)))
        changed_title(monkeypatch)
        found = replayed(place, tmp_path / "again")
        assert not found.equal
        assert {each.what for each in found.differences} == {"changed"}
        assert {each.key.split()[1] for each in found.differences} == {"guid:notice-2"}
        since = replayed(place, tmp_path / "later", since=place.clock.at - timedelta(minutes=5))
        assert {each.table for each in since.differences} == {"entries"}, "its version was seen before that"


def changed_title(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tomorrow's normaliser writes one word otherwise."""
    import tests.pipeline.replays as stage

    real = stage.read_document

    def read(body: bytes, context: object) -> object:
        return real(body.replace(b"Notice 2 about bins", b"Notice 2 about carts"), context)  # type: ignore[arg-type]

    monkeypatch.setattr(stage, "read_document", read)


def test_rows_are_compared_under_their_lasting_names() -> None:
    """A row more on one side moves no other row."""
    ours = [{"k": "a"}, {"k": "c"}, {"k": "d"}]
    theirs = [{"k": "b"}, {"k": "c"}]
    assert list(merged(ours, theirs, ("k",))) == [
        ({"k": "a"}, None),
        (None, {"k": "b"}),
        ({"k": "c"}, {"k": "c"}),
        ({"k": "d"}, None),
    ]


def past(number: int, hour: int) -> PastPoll:
    at = START + timedelta(hours=hour)
    return PastPoll(
        number=number,
        feed_id=OWN,
        started_at=at,
        finished_at=at,
        url=ADDRESS,
        final_url=ADDRESS,
        outcome="modified",
        reason="",
        http_status=200,
        wire_bytes=0,
        sent="none",
        hops=0,
        entries=0,
        via=None,
        provenance=Provenance.LIVE,
        next_poll_at=None,
        bound="",
        capture=None,
        place=None,
    )


def test_people_and_polls_are_told_in_their_order() -> None:
    """The journal says between which polls; the clock decides among those that changed nothing."""
    polls = [past(1, 1), past(2, 2), past(3, 3), past(4, 4)]
    source = Source(id=OWN, url=ADDRESS)

    def place_of(hour: float, after: int, before: int) -> int:
        note = Note(9, "feed_added", OWN, START + timedelta(hours=hour), {}, after, before)
        order = list(steps([note], {9: source}, polls))
        return next(index for index, step in enumerate(order) if not isinstance(step, PastPoll))

    assert place_of(0, 0, 2**62) == 0
    assert place_of(2.5, 0, 2**62) == 2
    assert place_of(2.5, 3, 2**62) == 3, "the journal is stronger than a clock"
    assert place_of(2.5, 0, 2) == 1
    assert place_of(9, 0, 2**62) == 4


def test_the_archive_itself_is_only_read(tmp_path: Path) -> None:
    """Not a byte of what is replayed changes."""
    with kept_home(tmp_path / "a") as place:
        own(place)
        told(place, rss(item(1)))
        before = {path.name: path.read_bytes() for path in (tmp_path / "a" / "captures").iterdir()}
        with sqlite3.connect(place.file) as reader:
            journal = reader.execute("SELECT * FROM journal").fetchall()
        replayed(place, tmp_path / "again")
        assert {path.name: path.read_bytes() for path in (tmp_path / "a" / "captures").iterdir()} == before
        with sqlite3.connect(place.file) as reader:
            assert reader.execute("SELECT * FROM journal").fetchall() == journal
