"""How politeness holds a poll back, or makes it doubt an answer: H-09, H-12."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from aggregator.fetch.policy import user_agent
from aggregator.model import (
    Cooling,
    EntryFilter,
    FeedId,
    Hop,
    Request,
    Response,
    RetryScope,
    Revalidation,
    Rhythm,
    Source,
    Validators,
)
from aggregator.pipeline.poll import poll
from aggregator.service.poller import Poller
from tests.pipeline.fakes import FEED, NOW, Home, answer, home, item, rss

AGENT = user_agent("1.0", "https://news.example/about-our-bot", 3)
GIVEN = {"content-type": "application/rss+xml", "etag": '"1"'}


def server(given: dict[str, str]) -> Home:
    """A feed whose server gives these headers; the body changes with every answer."""
    house = home()
    house.fetch.script = lambda request: answer(
        request, house.clock, rss(item(len(house.fetch.requests))), headers=given
    )
    return house


async def test_a_person_cannot_force_a_second_unconditional_request() -> None:
    """H-09: whoever asks, the request is not made; a row says why, and the feed is due when the day is over."""
    house = server(GIVEN)
    await poll(FEED, house.ports, AGENT)
    given = GIVEN.copy()
    given.pop("etag")
    house.fetch.script = lambda request: answer(request, house.clock, rss(item(9)), headers=given)
    for _ in range(2):
        house.later(hours=3)
        await poll(FEED, house.ports, AGENT)
    spent = house.store.sources.get(FEED)[1].unconditional_at
    house.later(hours=3)
    refused = await poll(FEED, house.ports, AGENT)
    assert (refused.outcome, len(house.fetch.requests)) == ("skipped", 3)
    assert "without validators" in refused.reason
    assert refused.next_poll_at is not None
    assert spent is not None
    assert (refused.next_poll_at - spent).total_seconds() >= 86_400
    assert house.store.tables.polls[4]["outcome"] == "skipped"
    house.clock.at = refused.next_poll_at
    assert (await poll(FEED, house.ports, AGENT)).outcome != "skipped"


async def test_the_schedule_keeps_the_budget_by_itself() -> None:
    """H-09: after an unconditional request the next poll is planned a day later; nothing has to be skipped."""
    house = server(GIVEN)
    await poll(FEED, house.ports, AGENT)
    house.fetch.script = lambda request: answer(request, house.clock, rss(item(9)), headers={"server": "x"})
    house.later(hours=3)
    first = await poll(FEED, house.ports, AGENT)
    assert first.next_poll_at is not None
    house.clock.at = first.next_poll_at
    second = await poll(FEED, house.ports, AGENT)
    assert second.next_poll_at is not None
    assert (second.next_poll_at - house.clock.at).total_seconds() >= 86_400
    assert house.store.sources.get(FEED)[1].bound == "unconditional"


async def test_a_lying_304_is_asked_once_without_validators() -> None:
    """H-12: after thirty days of nothing but 304 from a lively feed, one honest question."""
    house = server(GIVEN)
    await poll(FEED, house.ports, AGENT)
    feed = house.store.tables.feeds[FEED]
    lively = Rhythm(since=NOW, weight=20.0, weighed_at=NOW, last_event=NOW, entries=20.0, window=9)
    state = replace(feed.state, rhythm=lively, revalidation=Revalidation(given_at=NOW, only_304_since=NOW))
    house.store.tables.feeds[FEED] = replace(feed, state=state)
    house.later(days=31)

    def stubborn(request: Request) -> Response:
        return answer(request, house.clock, status=304 if request.validators else 200, body=rss(item(5)), headers=GIVEN)

    house.fetch.script = stubborn
    assert (await poll(FEED, house.ports, AGENT)).sent == "none"
    house.later(hours=2)
    assert (await poll(FEED, house.ports, AGENT)).sent == "etag"


def neighbours() -> Home:
    """Three feeds of one host and one elsewhere."""
    names = ("one", "two", "three")
    feeds = [Source(id=FeedId(name), url=f"https://{name}.shared.example/feed") for name in names]
    return home(*feeds, Source(id=FeedId("far"), url="https://far.example/feed"))


async def test_429_cools_the_whole_host_and_leaves_rows() -> None:
    """H-49: every feed of the host is put off, each with a row that says why; the penalty halves each clean day."""
    house = neighbours()
    house.fetch.script = lambda request: answer(request, house.clock, status=429, headers={"server": "x"})
    await poll(FeedId("one"), house.ports, AGENT)
    rows = list(house.store.tables.polls.values())
    assert [(row["feed_id"], row["outcome"], row["bound"]) for row in rows[1:]] == [
        ("three", "skipped", "host-cooling"),
        ("two", "skipped", "host-cooling"),
    ]
    assert all("429 answered to one" in str(row["reason"]) for row in rows[1:])
    assert house.store.sources.claim(NOW, 9, timedelta(0)) == ("far",)
    for hours, least, bound in ((5, 3.4, "host-cooling"), (29, 1.7, "expected-entries")):
        house.clock.at = NOW + timedelta(hours=hours)
        house.fetch.script = lambda request: answer(request, house.clock, rss(item(1)), headers=GIVEN)
        report = await poll(FeedId("two"), house.ports, AGENT)
        assert report.next_poll_at is not None
        assert (report.next_poll_at - house.clock.at).total_seconds() >= least * 3600
        assert house.store.sources.get(FeedId("two"))[1].bound == bound


async def test_503_concerns_its_feed_only_unless_set_otherwise() -> None:
    """H-48: the scope of Retry-After is settable; by default 503 is one feed's matter."""
    busy = {"retry-after": "7200"}
    for scope, rows in ((RetryScope.AUTO, 1), (RetryScope.HOST, 3)):
        house = neighbours()
        house.fetch.script = lambda request, place=house: answer(request, place.clock, status=503, headers=busy)
        await poll(FeedId("one"), replace(house.ports, retry_scope=scope), AGENT)
        assert len(house.store.tables.polls) == rows
        due = house.store.sources.get(FeedId("one"))[1].next_poll_at
        assert due is not None
        assert due >= NOW + timedelta(hours=2)


async def test_a_named_feed_of_a_cooling_host_is_refused_with_a_row() -> None:
    """H-48: a round of named feeds ends at once and says who was not asked, instead of waiting for hours."""
    house = neighbours()
    house.store.sources.cool(FeedId("one"), Cooling(until=NOW + timedelta(days=3), reason="429 answered to one"))
    poller = Poller(house.ports, agent=AGENT, concurrency=4, spacing=timedelta(0))
    told: list[str] = []
    reports = await poller.once([FeedId("two")], lambda report, left: told.append(report.outcome))
    assert (told, [report.outcome for report in reports]) == (["skipped"], ["skipped"])
    assert house.fetch.requests == []
    assert "left alone" in reports[0].reason


def twins() -> Home:
    """Two subscriptions; the second one reaches the first one's address by a redirect."""
    first = Source(id=FeedId("first"), url="https://paper.example/feed")
    second = Source(id=FeedId("second"), url="https://old.paper.example/rss")
    house = home(first, second)

    def script(request: Request) -> Response:
        final = "https://paper.example/feed"
        asked = replace(request, url=final)
        way = () if request.url == final else (Hop(url=request.url, status=302, target=final),)
        status = 304 if asked.sent != "none" else 200
        got = answer(asked, house.clock, rss(item(1)), status=status, headers=GIVEN)
        return replace(got, url=final, hops=way)

    house.fetch.script = script
    return house


async def test_one_answer_serves_both_subscriptions() -> None:
    """H-72: once both are known to end at one address, one request settles both, 304 and new bodies alike."""
    house = twins()
    for name in ("first", "second"):
        await poll(FeedId(name), house.ports, AGENT)
    assert len(house.fetch.requests) == 2
    house.later(hours=2)
    report = await poll(FeedId("first"), house.ports, AGENT)
    assert [(each.feed_id, each.outcome) for each in report.shared] == [("second", "not-modified")]
    assert len(house.fetch.requests) == 3
    last = list(house.store.tables.polls.values())[-1]
    assert (last["feed_id"], last["via"]) == ("second", "first")
    due = house.store.sources.get(FeedId("second"))[1].next_poll_at
    assert due is not None
    assert due >= house.clock.at + timedelta(hours=1)
    assert house.store.sources.requests(NOW, house.clock.at) == 4, "three requests and one redirect"


async def test_a_304_serves_only_those_who_know_the_same() -> None:
    """H-72, H-03: "not modified" said to one feed means nothing to another with older validators."""
    house = twins()
    for name in ("first", "second"):
        await poll(FeedId(name), house.ports, AGENT)
    feed = house.store.tables.feeds[FeedId("second")]
    old = Validators(url="https://paper.example/feed", etag='"0"')
    house.store.tables.feeds[FeedId("second")] = replace(feed, state=replace(feed.state, validators=old))
    house.later(hours=2)
    assert (await poll(FeedId("first"), house.ports, AGENT)).shared == ()


async def test_a_round_does_not_ask_twice_for_twins() -> None:
    """H-72: naming both subscriptions makes one request."""
    house = twins()
    for name in ("first", "second"):
        await poll(FeedId(name), house.ports, AGENT)
    house.later(hours=2)
    poller = Poller(house.ports, agent=AGENT, concurrency=4, spacing=timedelta(seconds=0.01))
    reports = await poller.once([FeedId("first"), FeedId("second")], lambda report, left: None)
    assert sorted(report.feed_id for report in reports) == ["first", "second"]
    assert len(house.fetch.requests) == 3


async def test_a_permanent_redirect_is_adopted_in_the_end() -> None:
    """H-40, H-44: three sightings over seven days; then the new address is asked, the history stays, a row tells."""
    house = home()
    target = "https://news.knowsmere.example/feed"

    def script(request: Request) -> Response:
        way = () if request.url == target else (Hop(url=request.url, status=301, target=target),)
        got = answer(replace(request, url=target), house.clock, rss(item(1)), headers=GIVEN)
        return replace(got, hops=way)

    house.fetch.script = lambda request: answer(request, house.clock, rss(item(1)), headers=GIVEN)
    await poll(FEED, house.ports, AGENT)
    before = house.store.sources.get(FEED)[1]
    house.fetch.script = script
    asked = []
    for _ in range(5):
        house.later(days=3.5)
        await poll(FEED, house.ports, AGENT)
        asked.append(house.fetch.requests[-1].url == target)
    assert asked == [False, False, False, True, True]
    after = house.store.sources.get(FEED)[1]
    assert (after.uuid, after.moved_url) == (before.uuid, target)
    assert [row.kind for row in house.store.catalogue.journal(0, 99)] == ["feed_added", "added", "feed_moved"]
    assert len(house.store.catalogue.entries(EntryFilter())) == 1


async def test_a_redirect_to_a_stranger_is_never_adopted() -> None:
    """H-40: a parked domain that redirects to somebody else's feed keeps nothing of ours."""
    house = home()
    house.fetch.script = lambda request: answer(request, house.clock, rss(item(1)), headers=GIVEN)
    await poll(FEED, house.ports, AGENT)
    target = "https://parked.example/feed"
    other = rss(item(7, "Cheap holidays for everybody in the sun, book now and pay later."), title="Holidays")
    house.fetch.script = lambda request: replace(
        answer(replace(request, url=target), house.clock, other, headers=GIVEN),
        hops=(Hop(url=request.url, status=301, target=target),),
    )
    for _ in range(8):
        house.later(days=3)
        await poll(FEED, house.ports, AGENT)
    assert house.store.sources.get(FEED)[1].moved_url is None


async def test_a_feed_that_dies_behind_its_redirect_is_asked_there_at_the_floor() -> None:
    """H-41, H-29: no back-off for the failure of an address that was left, and no request inside the floor."""
    house = home()
    target = "https://news.knowsmere.example/feed"
    house.fetch.script = lambda request: answer(request, house.clock, rss(item(1)), headers=GIVEN)
    await poll(FEED, house.ports, AGENT)
    house.later(hours=2)
    house.fetch.script = lambda request: replace(
        answer(replace(request, url=target), house.clock, rss(item(1)), headers=GIVEN),
        hops=(Hop(url=request.url, status=308, target=target),),
    )
    await poll(FEED, house.ports, AGENT)
    house.later(days=2)
    house.fetch.script = lambda request: answer(request, house.clock, status=410)
    report = await poll(FEED, house.ports, AGENT)
    assert report.next_poll_at is not None
    assert timedelta(hours=1) <= report.next_poll_at - house.clock.at <= timedelta(hours=1.2)
    assert house.store.sources.get(FEED)[1].moved_url == target
