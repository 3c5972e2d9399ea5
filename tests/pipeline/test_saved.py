"""Saved documents meet what is known already: the same post is one entry, whichever way and order it came."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from aggregator.model import (
    Document,
    EntryFilter,
    EntryRow,
    Identity,
    Precision,
    Provenance,
    ReadContext,
    Request,
    Response,
    Selection,
    Slip,
)
from aggregator.pipeline.bring import Brought, Origin, bring_in
from aggregator.pipeline.context import names
from aggregator.pipeline.poll import poll
from aggregator.reading_saved import read_saved
from aggregator.store.chain import first_broken
from tests.history.documents.samples import ARTICLE, BUSES, FOUNTAIN, LETTER, MONTH_PAGE, POOL, SECOND
from tests.pipeline.fakes import FEED, NOW, Home, answer, home, item, rss

MONTH_URL = "https://knowsmere.example/2017/07/"
TITLE = "Fernleigh’s centre is praised in London"
LIVE = f"<p>{LETTER}</p><p>{SECOND}</p><p>A big thank you to all of you.</p>"
DAY = "Tue, 18 Jul 2017 09:30:00 +0100"
PERMALINK = "https://knowsmere.example/2017/07/18/praise-from-london/"


@pytest.fixture(params=["memory", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home in either store; its feed was never polled."""
    return home(path=None if request.param == "memory" else tmp_path / "archive.db")


def escaped(markup: str) -> str:
    """Markup as the text of an XML element."""
    return markup.replace("&", "&amp;").replace("<", "&lt;")


def post(title: str = TITLE, body: str = LIVE, date: str = DAY, link: str = PERMALINK, guid: str = "?p=7") -> str:
    """The post as the live feed has it."""
    return (
        f"<item><guid isPermaLink='false'>https://knowsmere.example/{guid}</guid><title>{escaped(title)}</title>"
        f"<link>{link}</link><pubDate>{date}</pubDate><description>{escaped(body)}</description></item>"
    )


def live(made: Home, *items: str) -> None:
    """The live feed lists these items and is polled."""
    made.later(hours=2)

    def script(asked: Request) -> Response:
        return answer(asked, made.clock, rss(*items))

    made.fetch.script = script
    asyncio.run(poll(FEED, made.ports, "Aggregator"))


def read(made: Home, text: str, url: str | None, **said: str) -> Document:
    """A saved document as the worker would read it."""
    source, _ = made.store.sources.get(FEED)
    context = ReadContext(url=url or source.url, fetched_at=NOW, names=names(source), slip=Slip(url=url, **said))
    return read_saved(text.encode(), context)


def keep(made: Home, text: str, url: str | None = MONTH_URL, **said: str) -> Brought:
    """Import one document."""
    source, _ = made.store.sources.get(FEED)
    origin = Origin(url="file", started_at=made.clock.at, finished_at=made.clock.at)
    return bring_in(source, read(made, text, url, **said), Provenance.IMPORT, None, made.ports, origin=origin)


def backfill(made: Home, *items: str) -> Brought:
    """A page of history in the form of the feed."""
    source, _ = made.store.sources.get(FEED)
    context = ReadContext(url=source.url, fetched_at=NOW, names=names(source))
    return bring_in(source, read_saved(rss(*items), context), Provenance.WP_PAGED, None, made.ports)


def entries(made: Home) -> tuple[EntryRow, ...]:
    """All of them, oldest first."""
    return tuple(sorted(made.store.catalogue.entries(EntryFilter(limit=100)), key=lambda row: row.entry_id))


def told(made: Home) -> int:
    """How many entries subscribers get."""
    return len(made.store.archive.items(Selection(limit=1000)))


def test_a_month_page_is_kept_and_not_announced(place: Home) -> None:
    """R-35: stored with its month, told to nobody; its import date is not its date."""
    done = keep(place, MONTH_PAGE)
    (row,) = entries(place)
    assert (done.new, done.known) == (1, 0)
    assert (row.title, row.precision) == (TITLE, Precision.MONTH)
    assert row.published_at.year == 2017
    assert row.first_seen_at == place.clock.at
    assert told(place) == 0
    assert place.store.catalogue.revisions("1")[0].provenance is Provenance.IMPORT


def test_the_same_document_again_changes_nothing(place: Home) -> None:
    """Idempotent: no entry, no version, no row of the journal."""
    keep(place, MONTH_PAGE)
    keep(place, ARTICLE, None)
    journal = place.store.catalogue.journal(0, 1000)
    assert (keep(place, MONTH_PAGE).known, keep(place, ARTICLE, None).known) == (1, 1)
    assert place.store.catalogue.journal(0, 1000) == journal
    assert len(entries(place)) == 2


def test_a_live_feed_that_finds_the_permalink_merges(place: Home) -> None:
    """Section 8: later discovery of the permalink makes no second entry; the address is kept, nothing is told."""
    keep(place, MONTH_PAGE)
    live(place, post(), item(1))
    one, two = entries(place)
    assert (one.title, one.url, one.revisions) == (TITLE, PERMALINK, 2)
    assert two.title != TITLE
    assert told(place) == 1
    keys = [row.kind for row in place.store.catalogue.about("1")]
    assert keys == ["added", "renamed", "date_changed", "revised", "refiled"]
    assert keep(place, MONTH_PAGE).known == 1
    live(place, post(body=LIVE.replace("Monday", "Tuesday")), item(1))
    assert keep(place, MONTH_PAGE).new == 0
    assert len(entries(place)) == 2
    assert first_broken(place.store.catalogue.journal(0, 1000)) is None


def test_history_that_finds_the_permalink_merges(place: Home) -> None:
    """The same by backfill: the entry gets its address, and nothing is told."""
    keep(place, MONTH_PAGE)
    done = backfill(place, post())
    (row,) = entries(place)
    assert (done.new, done.improved) == (0, 1)
    assert (row.url, row.revisions) == (PERMALINK, 2)
    assert told(place) == 0
    assert backfill(place, post()).known == 1


def test_a_saved_page_of_what_is_known_adds_nothing(place: Home) -> None:
    """The other order: the live entry stays as it is, and the page finds it again even when it has changed since."""
    live(place, post(), item(1))
    before = entries(place)
    done = keep(place, MONTH_PAGE)
    assert (done.new, done.known) == (0, 1)
    assert entries(place) == before
    live(place, post(title="Praise from London for our centre", body=LIVE.replace("Monday", "Tuesday")), item(1))
    assert keep(place, MONTH_PAGE).new == 0
    assert len(entries(place)) == 2
    assert told(place) == 2


def test_the_page_of_another_month_is_another_entry(place: Home) -> None:
    """Equal words in another month are not the same post."""
    live(place, post(), item(1))
    keep(place, MONTH_PAGE.replace("July 2017", "March 2017"), "https://knowsmere.example/2017/03/")
    assert len(entries(place)) == 3


def test_a_page_without_a_date_contradicts_nothing(place: Home) -> None:
    """The category page of the same site lists the same post."""
    keep(place, MONTH_PAGE)
    text = MONTH_PAGE.replace("Monthly Archives\n\nJuly 2017", "Category Archives: Children")
    done = keep(place, text, "https://knowsmere.example/category/children/")
    assert (done.new, done.known) == (0, 1)
    assert len(entries(place)) == 1


def test_short_notices_are_never_joined_by_their_words(place: Home) -> None:
    """D-05: what says little proves nothing."""
    text = "Notebook\n\nMonthly Archives\n\nJuly 2017\n\nCouncil meeting\n\nAgenda published."
    keep(place, text)
    keep(place, text.replace("July", "June"), "https://knowsmere.example/2017/06/")
    keep(place, text, "https://knowsmere.example/category/meetings/")
    assert len(entries(place)) == 3


def test_an_article_without_title_meets_the_titled_one(place: Home) -> None:
    """Its made-up title is no part of what it is compared by; the address and the text are."""
    text = f"date 2017-07-18 {LETTER}\n\n{SECOND}\n\nA big thank you to all of you."
    keep(place, text, PERMALINK)
    assert entries(place)[0].title == "Praise from london"
    live(place, post(), item(1))
    one, _ = entries(place)
    assert (one.title, one.revisions) == (TITLE, 2)
    assert told(place) == 1
    assert keep(place, text, PERMALINK).new == 0
    assert len(entries(place)) == 2


def test_the_titled_article_meets_one_without_title(place: Home) -> None:
    """The other order: the live entry keeps its title."""
    live(place, post(), item(1))
    text = f"date 2017-07-18 {LETTER}\n\n{SECOND}\n\nA big thank you to all of you."
    assert keep(place, text, PERMALINK).new == 0
    one, two = entries(place)
    assert {one.title, two.title} >= {TITLE}
    assert told(place) == 2


def test_the_fuller_copy_of_two_is_shown(place: Home) -> None:
    """A teaser that was imported first gives way to the article, and not the other way round."""
    teaser, whole = f"The letter\n\n{LETTER}", f"The letter\n\n{LETTER}\n\n{SECOND}"
    keep(place, teaser, PERMALINK)
    assert keep(place, whole, PERMALINK).improved == 1
    versions = place.store.catalogue.revisions("1")
    assert [SECOND in each.content for each in versions if each.displayed][-1]
    assert keep(place, teaser, PERMALINK).known == 1
    assert keep(place, f"The letter\n\n{LETTER[:60]}", PERMALINK).recalled == 1
    shown = [each for each in place.store.catalogue.revisions("1") if each.displayed]
    assert SECOND in shown[-1].content
    assert told(place) == 0


def test_a_live_summary_does_not_displace_an_imported_text(place: Home) -> None:
    """D-25: the fuller text stays on show."""
    keep(place, f"{TITLE}\n\n{LETTER}\n\n{SECOND}", PERMALINK)
    live(place, post(body=f"<p>{LETTER[:80]}</p>"), item(1))
    shown = [each for each in place.store.catalogue.revisions("1") if each.displayed]
    assert SECOND in shown[-1].content


def test_what_a_live_feed_showed_is_never_replaced(place: Home) -> None:
    """B-08: an imported version is kept beside it, and not shown."""
    live(place, post(body=f"<p>{LETTER}</p>"), item(1))
    done = keep(place, f"{TITLE}\n\n{LETTER}\n\n{SECOND}", PERMALINK)
    assert done.recalled == 1
    row = next(row for row in entries(place) if row.title == TITLE)
    assert row.revisions == 2
    assert (
        SECOND
        not in next(each for each in place.store.catalogue.revisions(str(row.entry_id)) if each.displayed).content
    )


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2)])
def test_the_order_of_documents_does_not_matter(place: Home, order: tuple[int, ...]) -> None:
    """The same entries whichever page came first."""

    def page(head: str, *texts: str) -> str:
        blocks = (f"Notice: {text.partition('.')[0]}\n\n{text}" for text in texts)
        return "\n\n".join(("Notebook", head, *blocks))

    documents = (
        (page("Month: July 2017", FOUNTAIN, BUSES), MONTH_URL),
        (page("Category: Works", FOUNTAIN, BUSES, POOL), "https://knowsmere.example/category/works/"),
        (page("Month: June 2017", POOL), "https://knowsmere.example/2017/06/"),
    )
    for number in order:
        keep(place, *documents[number], split="always")
    rows = entries(place)
    assert len(rows) == len({row.content_hash for row in rows}) == 3


def filed(made: Home) -> list[tuple[str, str, str]]:
    """Where each entry is filed: day in UTC, precision, basis."""
    return [(f"{row.published_at:%Y-%m-%d}", str(row.precision), row.published_basis) for row in entries(made)]


CATEGORY = MONTH_PAGE.replace("Monthly Archives\n\nJuly 2017", "Category Archives: Children")
CATEGORY_URL = "https://knowsmere.example/category/children/"


def test_an_entry_without_a_date_gets_the_first_one_that_is_known(place: Home) -> None:
    """P-38 allows it for what nobody was told: a category page first, then the month page, then the post."""
    keep(place, CATEGORY, CATEGORY_URL)
    assert filed(place)[0][2] == "first-seen"
    keep(place, MONTH_PAGE)
    assert filed(place) == [("2017-07-01", "month", "archive-heading")]
    backfill(place, post())
    assert filed(place) == [("2017-07-18", "second", "pubDate")]
    keep(place, MONTH_PAGE)
    keep(place, CATEGORY, CATEGORY_URL)
    assert filed(place) == [("2017-07-18", "second", "pubDate")]
    kinds = [row.kind for row in place.store.catalogue.about("1")]
    assert kinds.count("refiled") == 2
    assert first_broken(place.store.catalogue.journal(0, 1000)) is None
    assert told(place) == 0


def test_a_person_may_correct_the_date(place: Home) -> None:
    """The same document again, now with the date that the archivist has found out."""
    keep(place, ARTICLE, None)
    keep(place, ARTICLE, None, date="2017-06-14")
    assert filed(place) == [("2017-06-13", "day", "manifest")]
    keep(place, ARTICLE, None)
    assert filed(place) == [("2017-06-13", "day", "manifest")]


def test_what_subscribers_were_told_is_never_dated_anew(place: Home) -> None:
    """P-38: an announced entry keeps its date, whatever is said of it."""
    live(place, post(), item(1))
    before = filed(place)
    keep(place, MONTH_PAGE, MONTH_URL, date="2017-07-17")
    assert filed(place) == before


def test_ids_that_history_could_not_know_teach_nothing(place: Home) -> None:
    """P-16: articles imported by their address come under ids of the feed later; those may be trusted all the same."""
    links = [f"https://knowsmere.example/2017/07/1{number}/notice-of-works/" for number in range(3)]
    for link, text in zip(links, (FOUNTAIN, BUSES, POOL), strict=True):
        keep(place, f"Notice of works\n\n{text}", link)
    items = [
        post("Notice of works", f"<p>{text}</p>", f"Fri, 1{number} Jul 2017 10:00:00 GMT", link, f"?p={number}")
        for number, (link, text) in enumerate(zip(links, (FOUNTAIN, BUSES, POOL), strict=True))
    ]
    for number in range(3):
        live(place, *items[: number + 1])
    assert len(entries(place)) == 3
    state = place.store.sources.get(FEED)[1]
    assert (state.identity, state.id_changes) == (Identity.GUID, ())
    assert told(place) == 0
