"""A poll teaches its feed's rhythm and hints, and the next one is planned by them."""

from __future__ import annotations

from datetime import timedelta

from aggregator.model import Request, Response
from aggregator.pipeline.poll import poll
from tests.pipeline.fakes import FEED, NOW, Home, answer, home, item, rss

AGENT = "Aggregator/0.1 (+https://news.example/bot; 1 subscribers)"
WEEK = [item(n, date=f"{day}, {8 + n:02} Jun 2026 10:00:00 +0100") for n, day in enumerate(("Mon", "Tue", "Wed"))]


def says(place: Home, body: bytes, **headers: str) -> None:
    """A 200 with this body first, a 304 with these headers to whoever has the ETag."""

    def script(request: Request) -> Response:
        fields = {"content-type": "application/rss+xml", "etag": '"x"', **headers}
        status = 304 if request.validators else 200
        return answer(request, place.clock, b"" if status == 304 else body, status, fields)

    place.fetch.script = script


async def test_the_first_document_seeds_and_later_polls_follow() -> None:
    """A-02, A-09, A-10: dates seed the rhythm, the first interval is an hour, then the rule decides and is named."""
    place = home()
    says(place, rss(*WEEK))
    await poll(FEED, place.ports, AGENT)
    _, first = place.store.sources.get(FEED)
    assert (first.rhythm.window, sum(first.rhythm.bins), first.bound) == (3, 3, "new-feed")
    place.later(hours=2)
    await poll(FEED, place.ports, AGENT)
    _, second = place.store.sources.get(FEED)
    assert second.rhythm == first.rhythm
    assert second.bound == "expected-entries"
    assert {"floor", "expected-entries"} <= {bound.name for bound in second.considered}


async def test_the_hints_of_a_304_and_of_the_last_document_count() -> None:
    """H-20, H-25: max-age of a 304 less its Age, and the ttl read days ago."""
    place = home()
    body = rss(*WEEK).replace(b"<item>", b"<ttl>300</ttl><item>", 1)
    says(place, body, **{"cache-control": "max-age=90000", "age": "3600"})
    await poll(FEED, place.ports, AGENT)
    place.later(hours=25)
    await poll(FEED, place.ports, AGENT)
    _, state = place.store.sources.get(FEED)
    assert (state.hints.ttl, state.bound, state.http_status) == (300, "max-age", 304)
    assert state.next_poll_at is not None
    assert state.next_poll_at >= place.clock.at + timedelta(hours=24)
    named = {bound.name: bound.at for bound in state.considered}
    assert named["ttl"] == place.clock.at + timedelta(minutes=300)


async def test_a_clock_set_back_is_only_a_later_poll() -> None:
    """A poll stamped before the last one is recorded and planned like any other."""
    place = home()
    says(place, rss(*WEEK))
    await poll(FEED, place.ports, AGENT)
    place.later(days=-400)
    report = await poll(FEED, place.ports, AGENT)
    assert report.outcome == "not-modified"
    assert report.next_poll_at is not None
    assert NOW - timedelta(days=400) + timedelta(hours=1) <= report.next_poll_at <= NOW - timedelta(days=398)
