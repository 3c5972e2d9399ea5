"""Four months of a whole installation against every publisher of T-01: what their logs say of us (T-02)."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from aggregator.model import AskMode, FeedId, FeedStatus
from aggregator.pipeline.politeness import host_scores
from aggregator.store.values import instant, instant_text
from tests.score.farm import FLOORS, sources, web
from tests.score.installation import BUDGET, Installation, silence
from tests.score.marks import bad_marks, unconditional_share
from tests.score.world import World

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SPRING = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""Clocks go forward in London on day 28 and back in Sydney on day 35; both zones are subscribed to."""
RESTART, KILLED, ASLEEP, BACK, PERSON, FAR_BACK = 20, 35, 50, 80, 90, 95


async def four_months() -> Installation:
    """With a restart, a kill, a week asleep, a person who wants everything, and a clock that is set back twice."""
    world = World(at=SPRING, feeds=web(SPRING))
    place = Installation(world, sources(world.feeds))
    await place.begin()
    for day in (RESTART, KILLED, ASLEEP, BACK, PERSON, FAR_BACK):
        await place.run(SPRING + day * DAY)
        match day:
            case _ if day in (RESTART, KILLED):
                await place.restart(killed=day == KILLED)
            case _ if day == ASLEEP:
                world.at += 7 * DAY
            case _ if day in (BACK, FAR_BACK):
                world.wrong -= 3 * HOUR if day == BACK else 40 * DAY
            case _:
                for _ in range(3):
                    await place.ask([source.id for source in place.sources])
    await place.run(SPRING + 120 * DAY)
    return place


@pytest.fixture(scope="module")
def place() -> Installation:
    """The run that all these tests look at."""
    with silence():
        return asyncio.run(four_months())


def state(place: Installation, host: str):
    """What was learned of the feed of this host."""
    return place.store.sources.get(FeedId(host.replace(".", "-")))[1]


def asked(place: Installation, host: str, first: float = 0, last: float = 999) -> list[datetime]:
    """When this host was asked between these days."""
    times = (seen.at for seen in place.world.log if f"//{host}/" in seen.url)
    return [at for at in times if SPRING + first * DAY <= at < SPRING + last * DAY]


def test_zero_bad_marks(place: Installation) -> None:
    """H-73: nothing unconditional beyond budget, made up or out of sequence, no gap under the floor, no cookie, no
    referer, no host asked twice in ten seconds, no Retry-After ignored."""
    assert bad_marks(place.world.log, FLOORS) == []
    assert len(place.world.log) > 5_000
    assert unconditional_share(place.world.log) < 0.1


def test_the_ledger_says_the_same(place: Installation) -> None:
    """H-73: what we show publishers comes to the same result as what their logs say."""
    traces = list(place.store.archive.traces(SPRING - 100 * DAY, SPRING + 200 * DAY))
    # The ledger is in the order of our clock, which was set back twice: only what came before is in order.
    scores = host_scores(trace for trace in traces if trace.started_at < SPRING + 40 * DAY)
    assert [score.name for score in scores if score.bad_marks] == []
    plain = next(score for score in scores if score.name == "plain.example")
    assert plain.good > 0.9 * plain.requests
    assert sum(score.put_off for score in scores) > 0


def test_every_feed_is_still_polled(place: Installation) -> None:
    """Never a final silent stop, whatever happened: each feed is planned, every publisher alive was asked lately."""
    now = place.world.now()
    for source in place.sources:
        known = place.store.sources.get(source.id)[1]
        assert known.next_poll_at is not None
        assert known.next_poll_at <= now + 34 * DAY
        if known.status not in (FeedStatus.GONE, FeedStatus.FAILING):
            assert asked(place, source.url.split("/")[2], 115) or known.moved_url or "alias" in source.url, source.id


def test_nothing_is_asked_before_its_persisted_moment(place: Installation) -> None:
    """H-71: no restart, kill, sleep or clock makes a poll earlier than planned, in true time; only a person does."""
    told = {(seen.url, instant_text(seen.at + seen.wrong)): seen for seen in place.world.log if seen.first}
    planned: dict[object, datetime] = {}
    wrong = timedelta(0)
    for row in place.store.tables.polls.values():
        if row["outcome"] != "skipped" and row["via"] is None:
            seen = told[str(row["url"]), str(row["started_at"])]
            wrong = seen.wrong
            assert seen.manual or seen.at >= planned.get(row["feed_id"], SPRING), row
        planned[row["feed_id"]] = instant(str(row["next_poll_at"])) - wrong


@pytest.mark.parametrize("day", [RESTART, KILLED, ASLEEP + 7, BACK, FAR_BACK])
def test_no_burst_when_polling_goes_on(place: Installation, day: int) -> None:
    """H-71: what fell due meanwhile is spread over half an hour."""
    began = SPRING + day * DAY
    minutes = Counter(int((seen.at - began) / timedelta(minutes=1)) for seen in place.world.log if seen.first)
    assert max(minutes[minute] for minute in range(40)) <= 6
    assert sum(minutes[minute] for minute in range(5)) <= len(place.sources) / 2


def test_no_poll_because_of_a_round_hour(place: Installation) -> None:
    """H-71: the starts do not gather at full and half hours."""
    firsts = [seen.at for seen in place.world.log if seen.first and not seen.manual and seen.at > SPRING + HOUR]
    near = [at for at in firsts if at.minute % 30 == 0 and at.second < 10]
    assert len(near) / len(firsts) < 0.02


def test_what_was_learned_of_the_servers(place: Installation) -> None:
    """H-10, H-40, H-41, H-42, H-44: validator modes and new addresses, without a single entry announced twice."""
    assert state(place, "etag-alone.example").revalidation.mode is AskMode.ETAG
    assert state(place, "date-alone.example").revalidation.mode is AskMode.LM
    assert state(place, "moved.example").moved_url == "https://new.example/news"
    assert state(place, "dying.example").moved_url == "https://heir.example/news"
    assert state(place, "flapping.example").moved_url is None
    assert state(place, "chain.example").moved_url == "https://second.chain.example/feed"
    for row in place.store.catalogue.feeds():
        assert row.entries <= 5 + 120 * DAY / timedelta(hours=3)
    counts = {row.source.id: row.entries for row in place.store.catalogue.feeds()}
    assert counts[FeedId("moved-example")] <= 5 + 120 * DAY / timedelta(hours=31) + 1


def test_a_moved_feed_stops_asking_its_old_address(place: Installation) -> None:
    """H-40: after the proof one request does where there were two."""
    assert asked(place, "moved.example", 0, 7)
    assert not asked(place, "moved.example", 15)


def test_refusals_are_heeded(place: Installation) -> None:
    """H-45, H-46, H-47, H-49: gone, missing, walled and strict hosts are asked ever less."""
    assert len(asked(place, "gone.example", 26)) <= 12
    assert len(asked(place, "missing.example", 60)) <= 16
    assert len(asked(place, "walled.example", 11)) <= 120
    quiet = [len(asked(place, "a.strict.example", day, day + 1)) for day in (14, 15)]
    assert quiet[1] <= quiet[0]


def test_a_lying_server_is_doubted_seldom(place: Installation) -> None:
    """H-12: at least once in these months, and never on a timer for all."""
    bare = [seen for seen in place.world.log if "//lying." in seen.url and seen.sent == (None, None)]
    assert 2 <= len(bare) <= 6


def test_a_server_that_sends_only_what_is_new(place: Installation) -> None:
    """H-52, H-66: 226 adds what it holds, moves the ETag and costs no entry, however many scroll past meanwhile."""
    answers = Counter(seen.reply.status for seen in place.world.log if "//sparing." in seen.url)
    assert answers[226] > 100
    assert answers[200] <= 5
    row = next(row for row in place.store.catalogue.feeds() if row.source.id == "sparing-example")
    windows = asked(place, "sparing.example")
    longest = max(later - sooner for sooner, later in pairwise(windows))
    assert longest > 5 * 3 * HOUR, "five entries, one every three hours: some did scroll past"
    assert row.entries >= 0.98 * (5 + 120 * DAY / timedelta(hours=3))


def test_two_subscriptions_share_their_requests(place: Installation) -> None:
    """H-72: both are kept up to date by about as many requests as one needs."""
    shared = len(asked(place, "shared.example"))
    borrowed = sum(row["via"] is not None for row in place.store.tables.polls.values())
    assert borrowed > 0.7 * shared
    assert shared < 1.5 * len(asked(place, "touching.example"))


def test_every_poll_put_off_left_a_row(place: Installation) -> None:
    """Nothing is skipped in silence: each row names its reason and its bound."""
    rows = [row for row in place.store.tables.polls.values() if row["outcome"] == "skipped"]
    assert {str(row["bound"]) for row in rows} >= {"host-cooling"}
    assert all(row["reason"] for row in rows)


def test_the_knob_keeps_to_the_budget(place: Installation) -> None:
    """A-06: in the long run the requests of a day come near the budget."""
    days: dict[int, int] = defaultdict(int)
    for seen in place.world.log:
        days[(seen.at - SPRING) // DAY] += 1
    usual = sorted(days[day] for day in range(60, 79))[9]
    assert usual / len(place.sources) == pytest.approx(BUDGET, rel=0.1)


def test_exchanges_run_forward(place: Installation) -> None:
    """The log itself is in order: what these tests measure is true time, whatever our clock said."""
    assert all(sooner.at <= later.at for sooner, later in pairwise(place.world.log))
