"""Withdrawals through real polls and looks at pages (D-26, b2): scrolled off, taken down, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from aggregator.cli.explain_entry import entry_facts, entry_lines
from aggregator.model import EntryFilter, Exchange, PollReport, Request, Site
from aggregator.pipeline.gate import RobotsGate
from aggregator.pipeline.poll import poll
from aggregator.pipeline.publish import publish
from aggregator.pipeline.verify import verify
from aggregator.publish.folder import Folder
from aggregator.service.pages import A_DAY_OF_FEED, PageWatch
from tests.pipeline.fakes import FEED, NOW, WORDS, Home, answer, home, rss
from tests.publish.reading import understood_bytes

AGENT = "Aggregator/0.1 (+https://news.example/bot; 1 subscribers)"
SITE = Site(title="News", url="https://news.example/")


def item(number: int) -> str:
    """An item whose date follows its number."""
    return (
        f"<item><title>Notice {number} about bins</title><link>https://knowsmere.example/{number}/</link>"
        f'<guid isPermaLink="false">notice-{number}</guid><pubDate>{1 + number // 24:02} Jun 2026 '
        f"{number % 24:02}:00:00 +0000</pubDate><description>{WORDS} Notice number {number}.</description></item>"
    )


class Publisher:
    """A feed and its pages: what is listed, which pages answer what, what robots.txt says; keeps what was asked."""

    def __init__(self, place: Home) -> None:
        self.place, self.listed, self.extra = place, list(range(10, 0, -1)), ""
        self.pages: dict[int, int] = {}
        self.robots, self.asked = b"", list[str]()
        self.same = False
        place.fetch.script = self.script
        self.gate = RobotsGate(place.ports.fetch, place.clock, AGENT)
        self.watch = PageWatch(place.ports, self.gate, AGENT, place.clock.now() - place.clock.now())

    def script(self, request: Request) -> Exchange:
        path = request.url.removeprefix("https://knowsmere.example/").strip("/")
        self.asked.append(path)
        if path == "robots.txt":
            return answer(request, self.place.clock, self.robots, 200 if self.robots else 404)
        if path != "feed":
            return answer(request, self.place.clock, b"<html></html>", self.pages.get(int(path), 200))
        if self.same:
            return answer(request, self.place.clock, status=304)
        body = rss(*map(item, self.listed)).replace(b"</channel>", self.tail)
        return answer(request, self.place.clock, body, headers={"content-type": "application/rss+xml", "etag": '"1"'})

    @property
    def tail(self) -> bytes:
        return f"{self.extra}</channel>".encode()

    async def ask(self, hours: float = 3) -> PollReport:
        """A poll after some hours, and a beat of the watch."""
        self.place.later(hours=hours)
        done = await poll(FEED, self.place.ports, AGENT)
        self.place.later(seconds=2)
        await self.watch.beat()
        return done

    def gone(self) -> list[int]:
        """The numbers of the notices that are marked."""
        rows = self.place.store.catalogue.entries(EntryFilter(withdrawn=True))
        return sorted(int(row.title.split()[1]) for row in rows)

    def looked_at(self) -> list[str]:
        """Pages asked for."""
        return [path for path in self.asked if path.isdigit()]


@pytest.fixture(params=["memory", "sqlite"])
def publisher(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Publisher]:
    """A publisher, and a home with either store."""
    place = home(path=tmp_path / "archive.db" if request.param == "sqlite" else None)
    yield Publisher(place)
    place.store.close()


async def test_scrolling_off_is_no_withdrawal(publisher: Publisher) -> None:
    """D-26, b2: a year of a feed that lists its newest ten, whose old pages vanish: no mark, no page asked for."""
    await publisher.ask()
    publisher.pages = dict.fromkeys(range(60), 404)
    for number in range(11, 60):
        publisher.listed = [number, *publisher.listed][:10]
        await publisher.ask()
    assert publisher.gone() == []
    assert publisher.looked_at() == []
    assert publisher.place.store.ledger.absences(FEED) == ()


async def test_a_removal_is_marked_after_two_documents_and_a_look(publisher: Publisher) -> None:
    """D-26, b2: gone from the middle, the page 404: marked once, with the reason; lifted when it is listed again."""
    await publisher.ask()
    publisher.pages[6] = 404
    publisher.listed.remove(6)
    await publisher.ask()
    await publisher.ask()
    assert publisher.gone() == []
    assert publisher.looked_at() == []
    await publisher.ask()
    assert publisher.gone() == [6]
    assert publisher.looked_at() == ["6"]
    rows = len(publisher.place.store.catalogue.journal(0, 999))
    for _ in range(5):
        await publisher.ask()
    assert len(publisher.place.store.catalogue.journal(0, 999)) == rows, "an unchanged world writes no row"
    assert publisher.looked_at() == ["6"]
    facts = entry_facts("6", publisher.place.store.catalogue)
    assert facts["withdrawn"]["signal"] == "page-gone"
    assert "its page is gone" in "\n".join(entry_lines(facts, "Europe/London"))
    publisher.listed = sorted([*publisher.listed, 6], reverse=True)
    await publisher.ask()
    assert publisher.gone() == []
    kinds = [row.kind for row in publisher.place.store.catalogue.about("6")]
    assert kinds == ["added", "withdrawn", "returned"]
    with closing(publisher.place.store.evidence()) as evidence:
        assert verify(evidence, (), lambda _: None).flaws == ()


async def test_not_modified_is_a_second_sighting(publisher: Publisher) -> None:
    """D-26: a quiet publisher repeats by 304 what its last document said."""
    await publisher.ask()
    publisher.pages[6] = 410
    publisher.listed.remove(6)
    await publisher.ask()
    publisher.same = True
    for _ in range(2):
        await publisher.ask()
    assert publisher.gone() == [6]


async def test_a_page_that_is_there_ends_the_question(publisher: Publisher) -> None:
    """D-26: one GET, once; and after three of a feed whose pages are all there nobody asks for more."""
    await publisher.ask()
    for number in (9, 8, 7, 6):
        publisher.listed.remove(number)
        for _ in range(4):
            await publisher.ask()
    assert publisher.gone() == []
    assert publisher.looked_at() == ["9", "8", "7"]


async def test_robots_txt_counts_in_full(publisher: Publisher) -> None:
    """H-67: nobody typed the address of the page: where robots.txt says no, the entry stays as it is."""
    publisher.robots = b"User-agent: *\nDisallow: /6/\n"
    await publisher.ask()
    publisher.pages[6] = 404
    publisher.listed.remove(6)
    for _ in range(5):
        await publisher.ask()
    assert publisher.gone() == []
    assert publisher.looked_at() == []
    assert publisher.asked.count("robots.txt") == 1


async def test_a_page_without_an_answer_is_asked_again_the_next_day(publisher: Publisher) -> None:
    """D-26: 503 proves nothing; thrice at most, a day apart."""
    await publisher.ask()
    publisher.pages[6] = 503
    publisher.listed.remove(6)
    for _ in range(6):
        await publisher.ask()
    assert publisher.looked_at() == ["6"]
    publisher.pages[6] = 404
    for _ in range(9):
        await publisher.ask()
    assert publisher.looked_at() == ["6", "6"]
    assert publisher.gone() == [6]


async def test_few_pages_a_day(publisher: Publisher) -> None:
    """D-26: a bounded number a day, whatever a feed leaves out."""
    publisher.listed = list(range(40, 0, -1))
    await publisher.ask()
    taken = list(range(20, 30))
    publisher.pages = dict.fromkeys(taken, 404)
    publisher.listed = [number for number in publisher.listed if number not in taken]
    publisher.place.clock.at = publisher.place.clock.at.replace(hour=0, minute=10)
    for _ in range(6):
        await publisher.ask(hours=3.5)
    assert len(publisher.looked_at()) == A_DAY_OF_FEED
    await publisher.ask(hours=6)
    assert len(publisher.looked_at()) > A_DAY_OF_FEED


async def test_the_feed_itself_may_say_so(publisher: Publisher) -> None:
    """6721, R-14: at:deleted-entry needs no second look; another feed's ids mean nothing."""
    await publisher.ask()
    publisher.listed.remove(6)
    ns = 'xmlns:at="http://purl.org/atompub/tombstones/1.0" when="2026-06-16T00:00:00Z"'
    publisher.extra = f'<at:deleted-entry {ns} ref="notice-6"/><at:deleted-entry {ns} ref="somebody-elses"/>'
    await publisher.ask()
    assert publisher.gone() == [6]
    assert publisher.place.store.catalogue.entry("6").withdrawn_by == "deleted-entry"
    assert publisher.looked_at() == []


async def test_the_request_is_a_row(publisher: Publisher) -> None:
    """H-73: one request, one row; it is no poll of the feed and changes nothing of its state."""
    await publisher.ask()
    publisher.pages[6] = 404
    publisher.listed.remove(6)
    for _ in range(3):
        await publisher.ask()
    line = publisher.place.store.catalogue.polls(FEED, 1)[0]
    assert (line.outcome, line.http_status, line.url) == ("checked", 404, "https://knowsmere.example/6/")
    assert "404" in line.reason
    state = publisher.place.store.sources.get(FEED)[1]
    assert state.last_poll_at != line.finished_at


async def test_it_is_published(publisher: Publisher, tmp_path: Path) -> None:
    """b2, R-14: labelled in every feed and on the pages, listed in a feed of its own without its text, and unlisted
    again when it returns."""
    folder = Folder(tmp_path / "public")

    def shown(path: str) -> str:
        publish(publisher.place.store, folder, SITE, AGENT)
        return (tmp_path / "public" / path).read_text()

    await publisher.ask()
    assert "withdrawn by its publisher" not in shown("feed.atom")
    publisher.pages[6] = 404
    publisher.listed.remove(6)
    for _ in range(3):
        await publisher.ask()
    assert 'term="withdrawn by its publisher"' in shown("feed.atom")
    assert "<category>withdrawn by its publisher</category>" in shown(f"feeds/{FEED}.rss")
    assert '"withdrawn":{"noticed":"2026-06-15T' in shown("feed.json")
    assert "withdrawn by its publisher, noticed" in shown("index.html")
    found = understood_bytes(shown("withdrawn.atom").encode())
    assert [one.title for one in found.entries] == ["Withdrawn: Notice 6 about bins"]
    assert "brown bins" not in shown("withdrawn.atom")
    assert shown("withdrawn.atom").count("<at:deleted-entry") == 1, "R-14: a withdrawal that was confirmed"
    assert "<at:deleted-entry" not in shown("feed.atom"), "what its publisher withdrew stays published, marked"
    assert found.entries[0].id.startswith("tag:news.example,2026-06-15:withdrawn/")
    publisher.listed = sorted([*publisher.listed, 6], reverse=True)
    await publisher.ask()
    assert understood_bytes(shown("withdrawn.atom").encode()).entries == []
    assert "withdrawn by its publisher" not in shown("feed.atom")
    assert f"{NOW:%Y}" in shown("withdrawn.json")
