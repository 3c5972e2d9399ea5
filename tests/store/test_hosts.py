"""Hosts, over memory and SQLite: registrable domains, pauses, buckets, twins, a clock set back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from aggregator.model import Cooling, FeedId, Move
from aggregator.store.bucket import CAPACITY, spend
from aggregator.store.hosts import host_of
from tests.builders import HOUR, NOW, SPACING, record, source
from tests.store.conftest import Store
from tests.store.test_sources import poll

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://democracy.ashmere.gov.uk/rss", "ashmere.gov.uk"),
        ("https://www.ashmere.gov.uk:8443/feed", "ashmere.gov.uk"),
        ("https://knowsmere-parish.github.io/feed.xml", "github.io"),
        ("https://a.wordpress.com/feed/", "wordpress.com"),
        ("http://127.0.0.1:9000/x", "127.0.0.1"),
        ("http://[::1]/x", "::1"),
        ("http://localhost/x", "localhost"),
        ("https://feeds.paper.example./x", "paper.example"),
    ],
)
def test_a_host_is_a_registrable_domain(url: str, host: str) -> None:
    """H-70: all servers of one owner are one host, and so are all customers of one platform."""
    assert host_of(url) == host


def test_feeds_of_one_domain_wait_for_each_other(store: Store) -> None:
    """H-70: another server of the same council is the same host."""
    pair = [source("one", url="https://www.ashmere.gov.uk/1"), source("two", url="https://news.ashmere.gov.uk/2")]
    store.sources.sync(pair, NOW)
    assert store.sources.claim(NOW, 5, SPACING) == ("one",)
    poll(store, "one")
    assert store.sources.claim(NOW + 9 * SECOND, 5, SPACING) == ()
    assert store.sources.claim(NOW + SPACING, 5, SPACING) == ("two",)


def test_sixty_at_most_then_one_a_minute(store: Store) -> None:
    """H-70: the bucket of a host is kept with it, so that a restart fills nothing."""
    feeds = [source(f"f{number:03}", url=f"https://shared.example/{number}") for number in range(90)]
    store.sources.sync(feeds, NOW)
    starts, now = [], NOW
    while now < NOW + HOUR:
        for name in store.sources.claim(now, 5, SPACING):
            poll(store, name, now)
            starts.append(now)
        now += SPACING
    assert min(later - sooner for sooner, later in pairwise(starts)) >= SPACING
    assert len(starts) == 90
    burst = [at for at in starts if at < NOW + 12 * MINUTE]
    assert 60 <= len(burst) <= 73
    assert all(b - a >= MINUTE for a, b in pairwise(starts[75:]))


def test_only_servers_of_our_own_may_be_asked_faster(store: Store) -> None:
    """H-70: a shorter spacing counts for feeds with a floor under a quarter of an hour; others get ten seconds."""
    theirs = [source(f"t{number}", url=f"https://theirs.example/{number}") for number in range(3)]
    often = timedelta(minutes=1)
    own = [source(f"o{number}", url=f"https://own.example/{number}", min_interval=often) for number in range(3)]
    store.sources.sync([*theirs, *own], NOW)
    asked = []
    for number in range(4):
        now = NOW + number * timedelta(seconds=3)
        for name in store.sources.claim(now, 5, timedelta(seconds=1)):
            poll(store, name, now)
            asked.append((name[0], number))
    assert [number for host, number in asked if host == "o"] == [0, 1, 2]
    assert [number for host, number in asked if host == "t"] == [0]


@settings(max_examples=60, deadline=None)
@given(some.lists(some.integers(0, 7200), max_size=200))
def test_no_hour_sees_more_than_the_bucket_holds(steps: list[int]) -> None:
    """H-70: whatever the moments, never more than 60 and one a minute, never two within the spacing."""
    tokens, filled, now, free, starts = None, None, NOW, NOW, []
    for step in steps:
        now = max(now + step * SECOND, free)
        tokens, free = spend(tokens, filled, now, SPACING)
        filled = now
        starts.append(now)
    for at in starts:
        assert sum(at <= other < at + HOUR for other in starts) <= CAPACITY + 60
    assert all(later - sooner >= SPACING for sooner, later in pairwise(starts))


def test_a_clock_set_back_fills_no_bucket() -> None:
    """H-70: time that did not pass gives no tokens."""
    assert spend(0.5, NOW, NOW - DAY, SPACING)[0] == 0.0
    assert spend(None, None, NOW, timedelta(0)) == (CAPACITY, NOW)


def test_a_cooling_host_is_left_alone(store: Store) -> None:
    """H-48, H-49: not even a person's wish reaches it; waiting does not count its feeds; the others go on."""
    feeds = [source("one", url="https://a.shared.example/1"), source("two", url="https://b.shared.example/2")]
    store.sources.sync([*feeds, source("far")], NOW)
    until = NOW + 5 * HOUR
    cooling = Cooling(until=until, reason="429 answered to one", penalty=HOUR, since=NOW)
    assert store.sources.cool(FeedId("one"), cooling) == ("two",)
    assert store.sources.cooling(FeedId("two")) == cooling
    assert store.sources.cooling(FeedId("far")) == Cooling()
    names = [FeedId("one"), FeedId("two")]
    assert store.sources.claim(NOW, 5, SPACING, names) == ()
    assert store.sources.waiting(NOW, names) == (0, None)
    assert store.sources.claim(NOW, 5, SPACING) == ("far",)
    assert store.sources.waiting(NOW, None, NOW)[0] == 0
    assert store.sources.claim(until - SECOND, 5, SPACING, names) == ()
    assert store.sources.claim(until, 5, SPACING, names) == ("one",)


def test_feeds_due_later_are_not_put_off(store: Store) -> None:
    """A short pause concerns only those who would have come before its end."""
    feeds = [source("one", url="https://shared.example/1"), source("two", url="https://shared.example/2")]
    store.sources.sync(feeds, NOW)
    poll(store, "two")
    assert store.sources.cool(FeedId("one"), Cooling(until=NOW + MINUTE, reason="x")) == ()
    assert store.sources.cool(FeedId("one"), Cooling(until=NOW + 2 * HOUR, reason="x")) == ("two",)


def test_twins_share_a_final_address(store: Store) -> None:
    """H-72: polled feeds only, and none that is being asked now."""
    names = ("one", "two", "off", "busy")
    store.sources.sync([source(name, enabled=name != "off") for name in names], NOW)
    for name in names:
        one = record(store.sources.get(FeedId(name))[1], verdict=None)
        store.ledger.record(replace(one, state=replace(one.state, final_url="https://x.example/feed")))
    assert store.sources.claim(NOW, 1, SPACING, [FeedId("busy")]) == ("busy",)
    assert store.sources.twins(FeedId("one"), "https://x.example/feed") == ("two",)
    assert store.sources.twins(FeedId("one"), "https://y.example/feed") == ()


def test_a_moved_feed_is_filed_under_its_new_host(store: Store) -> None:
    """H-40, H-44, H-70: the journal tells; spacing follows the address really asked; a new configured one wins."""
    store.sources.sync([source("old"), source("new")], NOW)
    uuid = store.sources.get(FeedId("old"))[1].uuid
    move = Move(origin="https://old.example/feed", target="https://new.example/old", reason="proven")
    one = record(store.sources.get(FeedId("old"))[1], verdict=None, moved=move)
    store.ledger.record(replace(one, state=replace(one.state, moved_url=move.target)))
    row = store.catalogue.journal(2, 9)[-1]
    assert (row.kind, row.feed_id) == ("feed_moved", "old")
    assert move.target in row.payload
    assert store.sources.claim(NOW + 2 * HOUR, 5, SPACING) == ("new",)
    assert "moved: asked at https://new.example/old" in store.catalogue.feeds()[1].state.status_text
    store.sources.sync([source("old", url="https://third.example/feed"), source("new")], NOW)
    state = store.sources.get(FeedId("old"))[1]
    assert (state.moved_url, state.uuid) == (None, uuid)
    assert store.sources.claim(NOW + 2 * HOUR, 5, SPACING) == ("old",)


def test_a_clock_set_back_holds_nothing_for_ever(store: Store) -> None:
    """T-02: next polls, leases and hosts named by the wrong clock come back to now; a real pause stays."""
    store.sources.sync([source("ran"), source("lent"), source("crashed")], NOW)
    ahead = NOW + 400 * DAY
    poll(store, "ran", ahead)
    store.sources.claim(ahead, 5, SPACING, [FeedId("lent"), FeedId("crashed")])
    assert store.sources.claim(NOW, 5, SPACING) == ()
    delays = {FeedId("ran"): HOUR, FeedId("lent"): 2 * HOUR}
    assert store.sources.rewind(NOW, delays) == 2
    assert store.sources.claim(NOW + HOUR - SECOND, 5, SPACING) == ()
    assert store.sources.claim(NOW + HOUR, 5, SPACING) == ("crashed", "ran")
    assert set(store.sources.claim(NOW + 2 * HOUR, 5, SPACING)) == {"lent", "ran", "crashed"}
    assert store.sources.get(FeedId("ran"))[1].last_poll_at == NOW


def test_requests_of_a_day(store: Store) -> None:
    """A-06: redirects count; what was put off, pushed or shared does not."""
    store.sources.sync([source()], NOW)
    known = store.sources.get(FeedId("ashmere"))[1]
    for at, changes in (
        (NOW, {}),
        (NOW + HOUR, {"hops": 2}),
        (NOW + HOUR, {"outcome": "skipped"}),
        (NOW + HOUR, {"outcome": "pushed"}),
        (NOW + HOUR, {"via": FeedId("other")}),
    ):
        store.ledger.record(record(known, at=at, verdict=None, **changes))
    assert store.sources.requests(NOW, NOW + HOUR) == 4
    assert store.sources.requests(NOW + MINUTE, NOW + HOUR) == 3
    assert store.sources.requests(NOW, NOW + MINUTE) == 1


def test_notes_stay(store: Store) -> None:
    """A-06: what is learned of all feeds together survives a restart."""
    assert store.sources.recall("mu") is None
    store.sources.remember("mu", "900")
    store.sources.remember("mu", "901")
    assert store.sources.recall("mu") == "901"


def test_a_pause_set_by_a_wrong_clock_is_made_whole(store: Store) -> None:
    """T-02, H-48: not forgotten, not endless; a pause of the right clock is not touched."""
    store.sources.sync([source("wrong"), source("right"), source("mad")], NOW)
    ahead = NOW + 40 * DAY
    right = Cooling(until=NOW + DAY, reason="r", since=NOW)
    store.sources.cool(FeedId("wrong"), Cooling(until=ahead + 5 * HOUR, reason="w", penalty=HOUR, since=ahead))
    store.sources.cool(FeedId("right"), right)
    store.sources.cool(FeedId("mad"), Cooling(until=NOW + 900 * DAY, reason="m"))
    store.sources.rewind(NOW, {})
    assert store.sources.cooling(FeedId("right")) == right
    wrong = store.sources.cooling(FeedId("wrong"))
    assert wrong.until is not None
    assert abs(wrong.until - (NOW + 5 * HOUR)) < SECOND
    assert wrong.since == NOW
    assert store.sources.cooling(FeedId("mad")).until == NOW + 31 * DAY
    names = [FeedId("wrong")]
    assert store.sources.claim(NOW + 5 * HOUR - SECOND, 5, SPACING, names) == ()
    assert store.sources.claim(NOW + 5 * HOUR + SECOND, 5, SPACING, names) == ("wrong",)


def test_traces_are_requests_in_order(store: Store) -> None:
    """H-73: what the ledger reads; answers borrowed and documents pushed are no requests, skipped polls are told."""
    store.sources.sync([source("one", url="https://www.ashmere.gov.uk/feed")], NOW)
    known = store.sources.get(FeedId("one"))[1]
    assert store.archive.last_poll() is None
    for hours, changes in (
        (5, {"asked_with": "a/b", "given": "c/-", "flaws": "cookie", "hops": 1, "sent": "both"}),
        (1, {}),
        (2, {"outcome": "skipped"}),
        (3, {"outcome": "pushed"}),
        (4, {"via": FeedId("one")}),
    ):
        store.ledger.record(record(known, at=NOW + hours * HOUR, verdict=None, **changes))
    found = list(store.archive.traces(NOW, NOW + 6 * HOUR))
    assert [trace.started_at for trace in found] == [NOW + HOUR, NOW + 2 * HOUR, NOW + 5 * HOUR]
    last = found[-1]
    assert (last.host, last.asked, last.given, last.flaws, last.hops) == ("ashmere.gov.uk", "a/b", "c/-", "cookie", 1)
    assert list(store.archive.traces(NOW + 2 * HOUR, NOW + 5 * HOUR)) == found[1:2]
    assert store.archive.last_poll() == NOW + 5 * HOUR
