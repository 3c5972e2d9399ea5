"""A server that sends only what is new (226, RFC 3229 and its ``feed`` way) through the real poll: H-52, H-66."""

from __future__ import annotations

from dataclasses import replace
from email.utils import format_datetime

from aggregator.fetch.meaning import interpret
from aggregator.fetch.policy import make_request
from aggregator.model import EntryFilter, FeedId, Request, Response, Source, Validators
from aggregator.pipeline.poll import poll
from aggregator.pipeline.share import serves
from tests.pipeline.fakes import FEED, NOW, URL, Home, answer, home, item, rss

AGENT = "Aggregator/0.1 (+https://news.example/bot; 1 subscribers)"
TYPE = {"content-type": "application/rss+xml"}


def shows(place: Home, body: bytes, etag: str, *, status: int = 200) -> None:
    """From now on this is the answer."""
    way = {"im": "feed"} if status == 226 else {}

    def script(request: Request) -> Response:
        return answer(request, place.clock, body, status, {**TYPE, **way, "etag": etag})

    place.fetch.script = script


def notices(*numbers: int) -> list[str]:
    """Items dated by their number, in days before now."""
    return [item(number, date=format_datetime(NOW.replace(month=5, day=number))) for number in numbers]


async def begun(place: Home) -> None:
    """A first, whole document of ten, and two hours."""
    shows(place, rss(*notices(*range(10, 0, -1))), '"1"')
    await poll(FEED, place.ports, AGENT)
    place.later(hours=2)


async def test_a_delta_adds_and_takes_nothing_away() -> None:
    """H-66: the new entry is stored, and the new ETag; window, hints and title stay those of the whole document, and no
    gap is inferred from what the delta leaves out."""
    place = home()
    await begun(place)
    whole = place.store.sources.get(FEED)[1]
    shows(place, rss(*notices(*range(29, 10, -1)), title="New on this site"), '"2"', status=226)
    report = await poll(FEED, place.ports, AGENT)
    assert (report.outcome, report.http_status, report.new) == ("modified", 226, 19)
    state = place.store.sources.get(FEED)[1]
    assert state.validators is not None
    assert state.validators.etag == '"2"'
    assert (state.window, state.profile, state.run.kind) == (whole.window, whole.profile, "document")
    assert (state.rhythm.window, state.body_hash) == (10, whole.body_hash)
    assert place.store.catalogue.gaps(FEED) == ()
    place.later(hours=2)
    shows(place, rss(*notices(*range(29, 19, -1))), '"3"')
    report = await poll(FEED, place.ports, AGENT)
    assert report.new == 0, "the whole document holds nothing that the delta had not brought"
    assert place.store.catalogue.gaps(FEED) == ()


async def test_a_cut_delta_is_asked_for_again() -> None:
    """H-06, H-66: what was read of it is stored, the old ETag stays, so that the rest comes with the next answer."""
    place = home()
    await begun(place)
    body = rss(*notices(13, 12, 11))
    shows(place, body[: body.index(b"notice-11")], '"2"', status=226)
    await poll(FEED, place.ports, AGENT)
    assert place.store.sources.get(FEED)[1].validators.etag == '"1"'  # type: ignore[union-attr]
    place.later(hours=2)
    shows(place, body, '"2"', status=226)
    await poll(FEED, place.ports, AGENT)
    assert len(place.store.catalogue.entries(EntryFilter())) == 13
    assert place.store.sources.get(FEED)[1].validators.etag == '"2"'  # type: ignore[union-attr]


async def test_a_delta_serves_only_those_who_know_the_same() -> None:
    """H-72: it settles a twin that sent the same ETag; to one that knows another state it says nothing."""
    twin = FeedId("twin")
    place = home(Source(id=FEED, url=URL), Source(id=twin, url=URL))
    await begun(place)
    shows(place, rss(*notices(*range(11, 1, -1))), '"2"')
    await poll(twin, place.ports, AGENT)
    place.later(hours=2)
    shows(place, rss(*notices(12)), '"3"', status=226)
    report = await poll(twin, place.ports, AGENT)
    assert [(each.feed_id, each.entries) for each in report.shared] == [(FEED, 1)], (
        "a whole body had served both before"
    )
    states = [place.store.sources.get(name)[1] for name in (FEED, twin)]
    request = make_request(Source(id=twin, url=URL), states[1], AGENT)
    delta = place.fetch.script(request)
    meaning = interpret(delta, states[1], NOW)
    assert serves(delta, meaning, states[1], states[0])
    assert not serves(delta, meaning, states[1], replace(states[0], validators=Validators(url=URL, etag='"1"')))
