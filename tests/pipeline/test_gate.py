"""robots.txt asked, remembered and obeyed; missing feeds looked for: H-46, H-67."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model import FeedId, FeedState, FeedStatus, Request, Response, Source
from aggregator.pipeline.gate import RobotsGate
from aggregator.pipeline.poll import poll
from aggregator.pipeline.seek import Search, seek, wanted
from aggregator.service.robots import RobotsWatch
from tests.pipeline.fakes import NOW, Home, answer, home, item, rss

AGENT = "Aggregator/0.1 (+https://news.example/bot; 1 subscribers)"
FEED = FeedId("knowsmere")
SITE = "https://knowsmere.example/"
NEW = "https://knowsmere.example/new/feed"
CLOSED = b"User-agent: *\nDisallow: /\n"
NAMED = b"User-agent: Aggregator\nDisallow: /feed\n"
LINK = b'<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/new/feed"></head></html>'


def web(house: Home, **pages: bytes | int) -> None:
    """From now on these paths answer (``/`` is ``root``, ``_`` stands for ``/``); all else is 404."""

    def script(request: Request) -> Response:
        path = request.url.removeprefix(SITE).replace("/", "_").replace(".", "_") or "root"
        found = pages.get(path, 404)
        if isinstance(found, int):
            return answer(request, house.clock, status=found)
        return answer(request, house.clock, found)

    house.fetch.script = script


def make(house: Home) -> RobotsGate:
    """A gate that remembers in the archive."""
    sources = house.store.sources
    return RobotsGate(house.fetch, house.clock, AGENT, sources.recall, sources.remember)


@pytest.mark.parametrize(("robots", "allows"), [(CLOSED, False), (b"", True), (404, True), (403, True), (503, False)])
async def test_the_answer_decides(robots: bytes | int, allows: bool) -> None:
    """H-67: 4xx forbids nothing, 5xx everything."""
    house = home()
    web(house, robots_txt=robots)
    assert await make(house).allows(NEW) is allows


async def test_nobody_there_forbids_everything() -> None:
    """H-67: a server that cannot be reached is taken to close all."""
    assert not await make(home()).allows(NEW)


async def test_an_answer_holds_for_a_day() -> None:
    """H-67: no second request within 24 hours, not even after a restart; then the rules are asked for anew."""
    house = home()
    web(house, robots_txt=CLOSED)
    await make(house).allows(NEW)
    house.later(hours=23)
    again = make(house)
    assert not await again.allows(SITE + "other")
    assert len(house.fetch.requests) == 1
    house.later(hours=2)
    web(house)
    assert await again.allows(NEW)
    house.later(days=-9)
    assert again.known(NEW) is None


async def test_a_feed_obeys_only_rules_that_name_us() -> None:
    """H-67: typed by a person, a feed is asked although everybody is kept out, but not where we are named."""
    for robots, asked in ((CLOSED, True), (NAMED, False)):
        house = home(Source(id=FEED, url=SITE + "feed"))
        web(house, robots_txt=robots, feed=rss(item(1)))
        gate = make(house)
        await gate.rules(SITE)
        report = await poll(FEED, replace(house.ports, unwelcome=gate.unwelcome), AGENT)
        assert (report.outcome == "modified") is asked
        if not asked:
            assert (report.outcome, report.status) == ("skipped", FeedStatus.BLOCKED)
            assert "robots.txt" in report.reason
            due = house.store.sources.get(FEED)[1].next_poll_at
            assert due is not None
            assert due >= NOW + timedelta(hours=24)


async def missing(found: bytes, **pages: bytes | int) -> tuple[Home, RobotsGate]:
    """A feed that was read once, and then was 404 for a month; ``found`` is at its new address."""
    house = home(Source(id=FEED, url=SITE + "feed", site=SITE))
    web(house, feed=rss(item(1), item(2)))
    await poll(FEED, house.ports, AGENT)
    web(house, new_feed=found, **({"root": LINK} | pages))
    house.later(days=31)
    await poll(FEED, house.ports, AGENT)
    return house, make(house)


async def look(house: Home, gate: RobotsGate) -> FeedState:
    """One search; the state after it."""

    async def turn(url: str) -> None:
        house.later(seconds=10)

    await seek(FEED, house.ports, Search(agent=AGENT, gate=gate, turn=turn))
    return house.store.sources.get(FEED)[1]


async def test_a_missing_feed_is_adopted_where_entries_are_known() -> None:
    """H-46, H-44: the site announces another address that holds entries of the archive."""
    house, gate = await missing(rss(item(2), item(3)))
    state = await look(house, gate)
    assert (state.moved_url, state.proposal) == (NEW, None)
    row = list(house.store.tables.polls.values())[-1]
    assert (row["outcome"], row["hops"]) == ("sought", 2)
    assert house.store.catalogue.journal(0, 99)[-1].kind == "feed_moved"
    house.clock.at = state.next_poll_at or NOW
    await poll(FEED, house.ports, AGENT)
    assert house.store.sources.get(FEED)[1].failures == 0


async def test_a_stranger_is_only_proposed() -> None:
    """H-46: nothing is adopted in silence; the feed list names the address."""
    other = item(77, "Cheap holidays for everybody in the sun, book now and pay later.")
    house, gate = await missing(rss(other, title="Holidays"))
    state = await look(house, gate)
    assert (state.moved_url, state.proposal) == (None, NEW)
    assert f"its site now announces {NEW}" in house.store.catalogue.feeds()[0].state.status_text


@pytest.mark.parametrize(
    ("pages", "words", "requests"),
    [
        ({"robots_txt": CLOSED}, "robots.txt", 1),
        ({"root": 404}, "cannot be read", 2),
        ({"root": b"<html></html>"}, "no other feed", 2),
        ({"new_feed": b"<!doctype html><p>no"}, "which is no feed", 3),
    ],
)
async def test_a_search_that_brings_nothing_says_why(pages: dict[str, bytes | int], words: str, requests: int) -> None:
    """H-46, H-67: robots.txt in full, and never more than a few requests."""
    house, gate = await missing(pages.pop("new_feed", rss(item(1))), **pages)  # type: ignore[arg-type]
    before = len(house.fetch.requests)
    state = await look(house, gate)
    assert (state.moved_url, state.proposal) == (None, None)
    assert words in str(list(house.store.tables.polls.values())[-1]["reason"])
    assert len(house.fetch.requests) - before == requests


async def test_only_after_a_month_and_once_a_week() -> None:
    """H-46: not sooner, not more often, and only where a site is known."""
    house, gate = await missing(rss(item(7)))
    row = house.store.catalogue.feeds()[0]
    now = house.clock.at
    assert wanted(row, now)
    assert not wanted(row, now - timedelta(days=2))
    assert not wanted(replace(row, source=replace(row.source, enabled=False)), now)
    assert not wanted(replace(row, state=replace(row.state, http_status=500)), now)
    profile = replace(row.state.profile, site_url=None)
    assert not wanted(
        replace(row, source=replace(row.source, site=None), state=replace(row.state, profile=profile)), now
    )
    await look(house, gate)
    again = house.store.catalogue.feeds()[0]
    assert not wanted(again, house.clock.at + timedelta(days=6))
    assert wanted(again, house.clock.at + timedelta(days=7))


async def test_the_watch_asks_each_host_once_a_day_in_its_turn() -> None:
    """H-67, H-70: a busy host waits for the next walk; own servers are not asked; a missing feed is looked for."""
    house, gate = await missing(rss(item(2)))
    minute = timedelta(minutes=1)
    own = Source(id=FeedId("own"), url="http://127.0.0.1:9/feed", min_interval=minute)
    twin = Source(id=FeedId("twin"), url=SITE + "second")
    house.store.sources.sync([house.store.sources.get(FEED)[0], own, twin], house.clock.at)
    watch = RobotsWatch(house.ports, house.store.catalogue, gate, AGENT, timedelta(seconds=0))
    before = len(house.fetch.requests)
    await watch.beat()
    asked = [request.url for request in house.fetch.requests[before:]]
    assert asked == [SITE + "robots.txt", SITE, NEW]
    house.later(hours=2)
    await watch.beat()
    assert len(house.fetch.requests) == before + 3


async def test_a_slot_is_taken_for_each_request() -> None:
    """H-70: what is no feed spares hosts all the same."""
    house = home(Source(id=FEED, url=SITE + "feed"))
    sources, spacing = house.store.sources, timedelta(seconds=10)
    assert sources.reserve(SITE, NOW, spacing)
    assert not sources.reserve("https://www.knowsmere.example/x", NOW + timedelta(seconds=9), spacing)
    assert sources.claim(NOW + timedelta(seconds=9), 5, spacing) == ()
    assert sources.reserve("https://other.example/", NOW, spacing)
    assert sources.claim(NOW + spacing, 5, spacing) == (FEED,)
    assert not sources.reserve(SITE, NOW + 2 * spacing, spacing)
