"""What was taken down does not come back (R-39): by no road, and not as a capture of a document that lists it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.barring import content_token, key_token, link_token
from aggregator.captures.memory import MemoryCaptures
from aggregator.dedupe.identity import identify
from aggregator.dedupe.keys import plain_link
from aggregator.model import Delivery, EntryFilter, EntryId, FeedId, Identity, Provenance, ReadContext, Source
from aggregator.model.takedown import Ground, TakedownOrder
from aggregator.pipeline.bring import bring_in
from aggregator.pipeline.poll import poll
from aggregator.pipeline.receive import receive
from aggregator.reading import read_document
from tests.pipeline.fakes import FEED, NOW, URL, Home, answer, home, item, rss

AGENT = "Aggregator/0.1 (+https://news.example/bot; 1 subscribers)"
OTHER = FeedId("thornmere")


@pytest.fixture(params=["memory", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home with two feeds, with captures, with either store."""
    made = home(
        Source(id=FEED, url=URL),
        Source(id=OTHER, url="https://thornmere.example/feed/"),
        path=tmp_path / "archive.db" if request.param == "sqlite" else None,
    )
    return replace_ports(made)


def replace_ports(made: Home) -> Home:
    """The same home with captures in memory."""
    return replace(made, ports=replace(made.ports, captures=MemoryCaptures()))


async def ask(place: Home, body: bytes, feed: FeedId = FEED, hours: float = 2) -> str:
    """A poll of this body; the reason its row gives."""
    place.later(hours=hours)
    place.fetch.script = lambda request: answer(request, place.clock, body)
    await poll(feed, place.ports, AGENT)
    return place.store.catalogue.polls(feed, 1)[0].reason


def titles(place: Home) -> list[str]:
    """Of everything that stands in the archive."""
    return sorted(row.title for row in place.store.catalogue.entries(EntryFilter(limit=99)) if row.title)


async def taken_down(place: Home) -> bytes:
    """Three notices, of which the second was taken down; the body that lists them."""
    body = rss(item(1), item(2), item(3))
    await ask(place, body)
    document = read_document(body, ReadContext(url=URL, fetched_at=NOW))
    (one,) = [each for each in identify(document, Identity.GUID) if each.entry.raw_id == "notice-2"]  # type: ignore[arg-type]
    number = next(
        row.entry_id for row in place.store.catalogue.entries(EntryFilter(feed=FEED)) if "Notice 2" in row.title
    )
    tokens = {
        key_token(FEED, one.key),
        link_token(plain_link(one.entry.link)),
        content_token(one.fingerprint.content),
    }
    place.store.takedowns.forget(
        TakedownOrder(
            entry_id=EntryId(number),
            at=place.clock.now(),
            ground=Ground.COPYRIGHT,
            reason="",
            who="ops",
            tokens=frozenset(tokens),
        )
    )
    return body


async def test_a_poll_does_not_bring_it_back(place: Home) -> None:
    """R-39: the publisher lists it for days on; nothing of it is stored, its neighbours go on, new ones come."""
    await taken_down(place)
    for number in range(4, 7):
        reason = await ask(place, rss(item(1), item(2), item(3), item(number)))
        assert "1 listed and left out, because we took it down" in reason
    assert titles(place) == [f"Notice {number} about bins" for number in (1, 3, 4, 5, 6)]


async def test_no_capture_of_it_is_kept(place: Home) -> None:
    """R-39: a body that lists it is not kept, nor the same bytes again; a body without it is."""
    await taken_down(place)
    before = len(place.store.holdings.bodies(0, 99))
    await ask(place, rss(item(1), item(2), item(4)))
    await ask(place, rss(item(1), item(2), item(4)))
    await ask(place, rss(item(1), item(2), item(4)).replace(b"</channel></rss>", b""))
    await ask(place, b"<html>Notice 2 about bins</html>")
    assert len(place.store.holdings.bodies(0, 99)) == before
    await ask(place, rss(item(1), item(4)))
    assert len(place.store.holdings.bodies(0, 99)) == before + 1


async def test_no_other_road_brings_it_back(place: Home) -> None:
    """R-39: neither a hub, nor history, nor an import, nor another feed with the same words or link."""
    body = await taken_down(place)
    listed = titles(place)
    delivery = Delivery(feed_id=FEED, topic=URL, body=body, content_type="application/rss+xml", at=place.clock.now())
    await receive(delivery, place.ports)
    document = read_document(body, ReadContext(url=URL, fetched_at=NOW))
    source, _ = place.store.sources.get(FEED)
    for provenance in (Provenance.WAYBACK, Provenance.IMPORT):
        with place.ports.ledger.transaction():
            bring_in(source, document, provenance, NOW - timedelta(days=9), place.ports)  # type: ignore[arg-type]
    assert titles(place) == listed
    copy = item(2).replace("notice-2", "copy-of-2").replace("knowsmere.example/2/", "thornmere.example/copy/")
    link = item(9).replace("knowsmere.example/9/", "knowsmere.example/2/")
    await ask(place, rss(copy, link, item(7)), OTHER)
    assert titles(place) == sorted([*listed, "Notice 7 about bins"])


async def test_what_the_archive_knows_stays(place: Home) -> None:
    """A copy of another publisher that was left in the archive goes on as it is, and is still revised."""
    copy = item(2).replace("notice-2", "copy-of-2").replace("knowsmere.example/2/", "thornmere.example/copy/")
    await ask(place, rss(item(2)))
    await ask(place, rss(copy), OTHER)
    assert len(titles(place)) == 2
    await taken_down(place)
    await ask(place, rss(copy.replace("brown", "green")), OTHER)
    (row,) = [row for row in place.store.catalogue.entries(EntryFilter(feed=OTHER)) if row.title]
    assert row.revisions == 2


async def test_an_archive_without_takedowns_asks_for_no_tokens(place: Home) -> None:
    """The cost of all this is one look at an empty table, until something was taken down."""
    asked: list[object] = []
    real = place.store.takedowns.barred
    place.store.takedowns.barred = lambda tokens: asked.append(tokens) or real(tokens)  # type: ignore[method-assign]
    await ask(place, rss(item(1)))
    assert asked == []
