"""Floods through the real poll, the archive on disk: a site that moved or was imported anew announces nothing old."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from aggregator.model import EntryFilter, EntryRow, FeedId, PollReport, Request, Response, Selection
from aggregator.pipeline.poll import poll
from tests.pipeline.fakes import FEED, NOW, Home, answer, home, rss

AGENT = "Aggregator/0.1 (+https://news.example/bot; 1 subscribers)"
PLACES = ("Aldmere", "Brackwell", "Carrowby", "Dunmoor", "Eastfleet", "Fenwick Green", "Gorsley", "Hattersby")
WORKS = ("library", "market hall", "footbridge", "bus lane", "allotments", "swimming baths", "war memorial", "car park")


@dataclass(frozen=True)
class Notice:
    """One notice of the council; ``number`` decides its title, its words and its date."""

    number: int

    @property
    def title(self) -> str:
        place, work = PLACES[self.number % 8], WORKS[self.number // 8 % 8]
        return f"{place} {work}: decision {self.number}"

    @property
    def words(self) -> str:
        return (
            f"The committee met in {PLACES[self.number % 8]} and agreed on plan {self.number} for the "
            f"{WORKS[self.number // 8 % 8]}, which residents had asked for in {self.number + 40} letters since spring."
        )

    @property
    def when(self) -> datetime:
        return NOW - timedelta(days=700) + timedelta(days=self.number, minutes=7 * self.number)


def item(notice: Notice, *, site: str, words: str | None = None, when: datetime | None = None, title: str = "") -> str:
    """One item as a site of this name lists it: id and link are the site's own."""
    stated = format_datetime(when or notice.when)
    return (
        f"<item><title>{title or notice.title}</title><link>https://knowsmere.example/{site}/{notice.number}/</link>"
        f'<guid isPermaLink="false">{site}:{notice.number}</guid><pubDate>{stated}</pubDate>'
        f"<description>{words or notice.words}</description></item>"
    )


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Home]:
    """A home whose archive is on disk."""
    made = home(path=tmp_path / "archive.db")
    yield made
    made.store.close()


async def ask(place: Home, *items: str, hours: float = 2, feed: FeedId = FEED) -> PollReport:
    """Let the time pass, and poll a document of these items."""
    place.later(hours=hours)

    def script(request: Request) -> Response:
        return answer(request, place.clock, rss(*items))

    place.fetch.script = script
    return await poll(feed, place.ports, AGENT)


def told(place: Home, after: int) -> list[str]:
    """Titles announced since a sequence number, oldest first."""
    items = place.store.archive.items(Selection(limit=2000))
    return [item.title for item in reversed(items) if item.pub_seq > after]


def stored(place: Home) -> list[EntryRow]:
    """Everything stored, by number."""
    return sorted(place.store.catalogue.entries(EntryFilter(limit=5000)), key=lambda row: row.entry_id)


FRESH = Notice(705)


def fresh(place: Home, site: str) -> str:
    """What the council really has to say today."""
    words = "From tomorrow the ferry to Saltholme leaves at nine, because the tide tables were printed wrongly."
    return item(FRESH, site=site, title="Ferry times corrected", words=words, when=place.clock.at)


async def test_606_entries_under_new_ids_announce_only_the_new_one(place: Home) -> None:
    """P-15, b11: 606 entries with new ids, new links and changed texts publish 0 old entries and 1 new one."""
    await ask(place, *(item(Notice(number), site="old") for number in range(606)))
    before, count = place.store.archive.touched(0).seq, len(stored(place))
    again = [
        item(Notice(number), site="new", words=f"{Notice(number).words} Share this page with your neighbours today.")
        for number in range(606)
    ]
    report = await ask(place, *again, fresh(place, "new"))
    assert told(place, before) == ["Ferry times corrected"]
    assert len(stored(place)) == count + 1, "the old ones became versions of what they are"
    assert "606 are known entries under new ids" in report.reason


async def test_a_back_catalogue_never_seen_is_held_and_can_be_released(place: Home) -> None:
    """P-15: a feed of ten turns into all 606 under new ids: 596 are stored, none announced until somebody says so."""
    await ask(place, *(item(Notice(number), site="old") for number in range(596, 606)))
    before = place.store.archive.touched(0).seq
    report = await ask(place, *(item(Notice(number), site="new") for number in range(606)), fresh(place, "new"))
    assert told(place, before) == ["Ferry times corrected"]
    held = place.store.catalogue.held(FEED)
    assert len(held) == 596
    assert "596 are held" in report.reason
    row = next(row for row in stored(place) if row.entry_id == held[0].entry_id)
    assert not row.emitted
    assert "Held as back catalogue: dated" in row.reason
    await ask(place, *(item(Notice(number), site="new") for number in range(9)), hours=500)
    assert told(place, before) == ["Ferry times corrected"], "no time limit announces a back catalogue"
    assert place.store.ledger.release(FEED, place.clock.at) == 596
    assert len(told(place, before)) == 597
    assert place.store.ledger.release(FEED, place.clock.at) == 0, "twice is no harm"
    assert all(each.released_at for each in place.store.catalogue.held(FEED))


async def test_titles_changed_too_the_dates_still_tell(place: Home) -> None:
    """P-15: new ids, new links, new titles and new texts, but the old dates to the second: known entries."""
    await ask(place, *(item(Notice(number), site="old") for number in range(40)))
    before = place.store.archive.touched(0).seq
    other = "Everything on this page was written anew by the agency that built the website for the council."
    again = [
        item(Notice(number), site="cms", title=f"Archive {number * 31 % 97}", words=f"{other} {number}")
        for number in range(40)
    ]
    await ask(place, *again, fresh(place, "cms"))
    assert told(place, before) == ["Ferry times corrected"]


async def test_an_import_dated_today_is_held_as_doubtful(place: Home) -> None:
    """P-15: old titles, changed words, every date that of the import: many wait for a person, none is announced."""
    await ask(place, *(item(Notice(number), site="old") for number in range(30)))
    before = place.store.archive.touched(0).seq
    now = place.clock.at + timedelta(hours=1)
    again = [
        item(Notice(number), site="import", words=f"{Notice(number).words} Imported page.", when=now)
        for number in range(30)
    ]
    await ask(place, *again, fresh(place, "import"))
    assert told(place, before) == ["Ferry times corrected"]
    await ask(place, *again, hours=100)
    assert told(place, before) == ["Ferry times corrected"]


async def test_a_few_doubtful_ones_are_announced_after_two_days(place: Home) -> None:
    """b11: five posts of a weekly series look like old ones; nobody decides, so they are news after 48 hours."""
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")

    def week(number: int) -> list[str]:
        start = NOW + timedelta(weeks=number)
        return [
            item(
                Notice(10 * number + place_in_week),
                site="live",
                title=f"{day} road report",
                words=f"Lane closures on the ring road: junction {7 * number + place_in_week}, delays are likely.",
                when=start + timedelta(days=place_in_week - 6, minutes=number),
            )
            for place_in_week, day in enumerate(days)
        ]

    await ask(place, *week(0))
    before = place.store.archive.touched(0).seq
    await ask(place, *week(1), hours=24 * 7)
    assert told(place, before) == [], "held first"
    assert {held.kind for held in place.store.catalogue.held(FEED)} == {"doubtful"}
    await ask(place, *week(1), hours=47)
    assert told(place, before) == []
    await ask(place, *week(1), hours=2)
    assert len(told(place, before)) == 5
    await ask(place, *week(2), hours=24 * 4)
    assert len(told(place, before)) == 10, "a title that came twice already proves a series"


async def test_a_burst_of_news_is_no_flood(place: Home) -> None:
    """P-15: ten new ids at once whose words, titles and dates are new are ten announcements."""
    await ask(place, *(item(Notice(number), site="live") for number in range(690, 700)))
    before = place.store.archive.touched(0).seq
    burst = [item(Notice(800 + n), site="live", when=place.clock.at + timedelta(minutes=n)) for n in range(10)]
    await ask(place, *burst)
    assert len(told(place, before)) == 10


async def test_the_first_document_is_no_flood(place: Home) -> None:
    """P-15: nothing is known, so nothing comes again: all entries of the first document are announced, old ones too."""
    await ask(place, *(item(Notice(number), site="old") for number in range(50)))
    assert len(told(place, 0)) == 50


async def test_a_single_late_entry_is_announced(place: Home) -> None:
    """Lesson 12: an entry dated two months back among known ones is late news, not a back catalogue."""
    known = [item(Notice(number), site="live") for number in range(690, 700)]
    await ask(place, *known)
    before = place.store.archive.touched(0).seq
    await ask(place, *known, item(Notice(630), site="live"))
    assert told(place, before) == [Notice(630).title]


async def test_round_times_alone_prove_nothing(place: Home) -> None:
    """P-15: entries published on the hour, with other titles and other words, are held and never taken for others."""

    def hourly(site: str, what: str, first: int, last: int) -> list[str]:
        return [
            item(
                Notice(number),
                site=site,
                title=f"{what} {number * 17 % 89}",
                words=f"{what} number {number} of the {WORKS[number % 8]} at {PLACES[number % 8]}, as heard.",
                when=NOW - timedelta(days=700 - number),
            )
            for number in range(first, last)
        ]

    await ask(place, *hourly("old", "Hearing", 600, 640))
    count, before = len(stored(place)), place.store.archive.touched(0).seq
    again = hourly("new", "Hearing", 600, 639)
    other = hourly("new", "Street party", 639, 640)
    await ask(place, *again, *other)
    assert len(stored(place)) == count + 1, "a new entry of its own, on the hour of another"
    assert len(told(place, before)) == 1
