"""Every answer is kept as it came, before anything follows from it (P-01, R-66)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from aggregator.captures.memory import MemoryCaptures
from aggregator.errors import StoreError
from aggregator.model import CaptureKind, Delivery, Exchange, FeedId, Opened, Place, Provenance, Request, Source
from aggregator.pipeline.bring import Origin, bring_in
from aggregator.pipeline.keep import LARGE, capture_of
from aggregator.pipeline.poll import poll
from aggregator.pipeline.receive import receive
from aggregator.store.sqlite import InlineWriter, SqliteStore
from tests.pipeline.fakes import FEED, NOW, URL, Home, answer, home, item, rss, unreachable
from tests.pipeline.test_bring import page

ETAG = {"content-type": "application/rss+xml", "etag": '"a"'}


@pytest.fixture(params=["memory", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home in either store that keeps what it receives."""
    return keeping(home(path=None if request.param == "memory" else tmp_path / "archive.db"))


def keeping(made: Home) -> Home:
    captures = MemoryCaptures()
    write = InlineWriter(made.store, before_commit=captures.flush)
    made.ports = replace(made.ports, captures=captures, write=write)
    return made


def kept(made: Home) -> MemoryCaptures:
    assert isinstance(made.ports.captures, MemoryCaptures)
    return made.ports.captures


def told(made: Home, said: bytes | int | None, headers: dict[str, str] | None = None, feed: FeedId = FEED) -> str:
    """The publisher answers so an hour later; returns the outcome of the poll."""
    made.later(hours=1, minutes=1)

    def script(asked: Request) -> Exchange:
        if said is None:
            return unreachable(asked, made.clock)
        body, status = (said, 200) if isinstance(said, bytes) else (b"", said)
        return answer(asked, made.clock, body, status, headers or ETAG)

    made.fetch.script = script
    return asyncio.run(poll(feed, made.ports, "Aggregator")).outcome


def last(made: Home) -> Opened:
    """The capture that a poll referred to last."""
    found = made.store.holdings.last()
    assert found is not None
    return kept(made).read(found)


def large() -> bytes:
    body = rss(*(item(number) for number in range(30)))
    assert len(body) > LARGE
    return body


@pytest.mark.parametrize("body", [rss(item(1)), large()], ids=["small", "large"])
def test_an_answer_is_kept_with_its_request(place: Home, body: bytes) -> None:
    """P-01: the bytes that were parsed, the header lines of both sides, the instants; safe before the commit."""
    assert told(place, body) == "modified"
    found = last(place)
    assert found.kind is CaptureKind.WHOLE
    assert found.capture.response.body == body
    assert found.capture.response.finished_at == place.clock.at + timedelta(seconds=1)
    assert dict(found.capture.asked)["user-agent"] == "Aggregator"
    assert kept(place).flushed == len(kept(place)) == 1
    assert place.store.holdings.bodies(0, 9)[0].digest == sha256(body).hexdigest()


@pytest.mark.parametrize("body", [rss(item(1)), large()], ids=["small", "large"])
def test_304_and_equal_bytes_are_revisits(place: Home, body: bytes) -> None:
    """R-66: both refer to the first record of the body, and an unchanged world writes no journal row."""
    told(place, body)
    rows = len(place.store.catalogue.journal(0, 999))
    assert told(place, 304) == "not-modified"
    confirmed = last(place)
    assert (confirmed.kind, confirmed.digest) == (CaptureKind.NOT_MODIFIED, sha256(body).hexdigest())
    assert dict(confirmed.capture.asked) == {}
    assert told(place, body) == "same-body"
    assert last(place).kind is CaptureKind.IDENTICAL
    assert len(place.store.catalogue.journal(0, 999)) == rows
    assert len(place.store.holdings.bodies(0, 9)) == 1


def test_a_body_that_comes_back_is_kept_once(place: Home) -> None:
    """Flapping between two bodies costs two bodies, also where one was packed ahead."""
    for body in (large(), rss(item(1)), large(), rss(item(1))):
        told(place, body)
    assert len(place.store.holdings.bodies(0, 9)) == 2
    assert last(place).kind is CaptureKind.IDENTICAL


def test_what_is_no_feed_is_kept_too(place: Home) -> None:
    """P-01: a page with status 200 where a feed should be is a distinct answer, and so is a refusal without a body."""
    told(place, rss(item(1)))
    html = b"<!DOCTYPE html><html><body>Sorry, back soon</body></html>"
    assert told(place, html) == "failed"
    assert last(place).capture.response.body == html
    assert told(place, 404) == "failed"
    assert last(place).capture.response.status == 404
    assert len(place.store.holdings.bodies(0, 9)) == 2


def test_nobody_there_is_nothing_to_keep(place: Home) -> None:
    """A poll without an answer has no capture."""
    assert told(place, None) == "failed"
    assert len(kept(place)) == 0
    assert place.store.holdings.last() is None


def test_the_conditional_lines_are_kept_as_sent(place: Home) -> None:
    """The request stands in the capture with the validators that it carried."""
    told(place, rss(item(1)))
    told(place, rss(item(2), item(1)))
    assert dict(last(place).capture.asked)["if-none-match"] == '"a"'


def test_a_shared_answer_is_kept_once(place: Home) -> None:
    """H-72: one answer settles two feeds; both rows lead to the one capture."""
    twin = Source(id=FeedId("twin"), url=URL + "?second")
    place.store.sources.sync([place.store.sources.get(FEED)[0], twin], NOW)

    def script(asked: Request) -> Exchange:
        return replace(answer(asked, place.clock, bodies[-1], headers=ETAG), url=URL)

    bodies = [rss(item(1))]
    place.fetch.script = script
    for feed in (FEED, twin.id):
        asyncio.run(poll(feed, place.ports, "Aggregator"))
    before, asked = len(kept(place)), len(place.fetch.requests)
    bodies.append(rss(item(2), item(1)))
    place.later(hours=2)
    report = asyncio.run(poll(FEED, place.ports, "Aggregator"))
    assert [each.feed_id for each in report.shared] == [twin.id]
    assert len(place.fetch.requests) == asked + 1
    assert len(kept(place)) == before + 1
    assert len(place.store.holdings.bodies(0, 9)) == 2


def test_what_a_hub_brings_is_kept(place: Home) -> None:
    """H-85: the body under its topic, told apart from answers to polls."""
    delivery = Delivery(feed_id=FEED, topic=URL, body=rss(item(5)), content_type="application/rss+xml", at=NOW)
    assert asyncio.run(receive(delivery, place.ports)).new == 1
    found = last(place).capture
    assert (found.provenance, found.response.url) == (Provenance.PUSH, URL)
    assert (found.response.body, found.asked) == (delivery.body, ())


def test_a_page_of_history_is_kept(place: Home) -> None:
    """B-08: what is brought as history is kept with its provenance when the bringer hands it over."""
    asked = Request(url=URL + "?paged=2", headers=(("user-agent", "Aggregator"),))
    response = answer(asked, place.clock, rss(item(3)))
    capture = replace(capture_of(FEED, asked, response), provenance=Provenance.WP_PAGED)
    origin = Origin(url=asked.url, started_at=NOW, finished_at=NOW, capture=capture)
    source = place.store.sources.get(FEED)[0]

    def work() -> object:
        return bring_in(source, page(item(3)), Provenance.WP_PAGED, None, place.ports, origin=origin)

    asyncio.run(place.ports.write(work))
    assert last(place).capture == capture


def test_polling_goes_on_while_captures_are_paused(place: Home) -> None:
    """A full disk under the captures costs captures, not polls; later bodies are kept whole again."""
    captures = kept(place)

    class Full:
        fault = "no room"

        def append(self, sealed: object) -> None:
            """Nothing can be kept."""

        def flush(self) -> None:
            """Nothing is waiting."""

    place.ports = replace(place.ports, captures=Full())
    assert told(place, rss(item(1))) == "modified"
    assert place.store.holdings.last() is None
    place.ports = replace(place.ports, captures=captures)
    assert told(place, 304) == "not-modified"
    assert (last(place).kind, last(place).digest) == (CaptureKind.NOT_MODIFIED, "")
    assert told(place, rss(item(1))) == "same-body"
    assert last(place).kind is CaptureKind.WHOLE


def test_nothing_is_committed_that_is_not_safe(place: Home) -> None:
    """A capture that cannot be made safe takes its poll with it: the same body will be asked for again."""

    class Torn(MemoryCaptures):
        def flush(self) -> None:
            raise StoreError("captures cannot be made safe")

    torn = Torn()
    place.ports = replace(place.ports, captures=torn, write=InlineWriter(place.store, before_commit=torn.flush))
    assert told(place, rss(item(1))) == "failed"
    assert len(torn) == 1
    assert place.store.catalogue.polls(FEED, 9) == ()
    assert place.store.holdings.bodies(0, 9) == ()


def test_the_poll_row_leads_to_the_capture(tmp_path: Path) -> None:
    """Whoever proves the archive joins polls, bodies and files by columns."""
    place = keeping(home(path=tmp_path / "archive.db"))
    told(place, rss(item(1)))
    told(place, 304)
    assert isinstance(place.store, SqliteStore)
    with place.store.database.reading() as reader:
        columns = "capture, capture_file, capture_offset, capture_length"
        rows = [tuple(row) for row in reader.execute(f"SELECT {columns} FROM polls ORDER BY id")]
    body = place.store.holdings.bodies(0, 9)[0]
    assert rows[0] == (1, body.place.file, body.place.offset, body.place.length)
    assert rows[1][0] == 1
    assert kept(place).read(Place(file=rows[1][1], offset=rows[1][2], length=rows[1][3])).capture.response.status == 304
