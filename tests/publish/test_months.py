"""Months of what is published: which pages there are, what each says, what a change concerns (R-36, W-02, W-05)."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from aggregator.model import Item, MonthPage, Precision, Shelf, SourceCard
from aggregator.publish.atom import render_atom
from aggregator.publish.edition import of_feed
from aggregator.publish.month_pages import render_index, render_month, render_year
from aggregator.publish.month_text import render_month_text
from aggregator.publish.months import PAGE, Due, due, last_number, month_edition, reach, whole
from aggregator.publish.pages import render_source
from tests.publish.press import COUNCIL, FOUNDING, MEMBER, NOON, SITE, bare, full, item, press
from tests.publish.reading import SCHEMAS, SPACES, texts

JULY = datetime(2017, 7, 20, 9, 30, tzinfo=UTC)
SEED = (
    "Cllr Moorhead Blog",
    "Monthly Archives",
    "July 2017",
    "News of successes reach Westminster",
    "A nice letter landed on my desk last week.",
    "A big thank you to all involved.",
)


def page(*items: Item, card: SourceCard | None = None, **changes: Any) -> MonthPage:
    """The newest page of July 2017."""
    made = MonthPage(card=card, month="2017-07", entries=len(items), number=None, last=0, items=items)
    return replace(made, **changes)


def shown(one: MonthPage) -> Any:
    """The page for people, parsed."""
    return html.fromstring(render_month(one, month_edition(one, SITE, FOUNDING), press()).body)


def feed(one: MonthPage) -> Any:
    """The page as a feed, parsed."""
    return etree.fromstring(render_atom(month_edition(one, SITE, FOUNDING), press()).body)


def hrefs(element: Any, rel: str) -> list[str]:
    """Addresses of links of one relation."""
    return [link.get("href") for link in element.findall("a:link", SPACES) if link.get("rel") == rel]


def test_text_has_the_form_in_which_people_save_months() -> None:
    """R-36: name of the site, Monthly Archives, the month, then title and paragraphs; last where it is from."""
    words = f"<p>{SEED[4]}</p><p>{SEED[5]}</p>"
    one = full(1, title=SEED[3], content=words, published_at=JULY, url="https://moorhead.example/2017/07/letter/")
    card = replace(one.source, title=SEED[0])
    text = render_month_text(page(replace(one, source=card), card=card), press())
    assert text.path == "feeds/otterby-council/2017/07/index.txt"
    assert text.body.decode().split("\n\n") == [
        *SEED,
        "Cllr Moorhead Blog, 20 July 2017: https://moorhead.example/2017/07/letter/\n",
    ]


def test_text_says_no_more_than_its_source_allows() -> None:
    """The licence of each source holds here as elsewhere: title, summary or all; dates as fine as they were stated."""
    items = (
        bare(3, published_at=JULY, precision=Precision.MONTH),
        item(2, published_at=JULY, published_basis="first-seen"),
        full(1, content="", published_at=JULY, url=None),
    )
    text = render_month_text(page(*items), press()).body.decode()
    assert text.split("\n\n") == [
        SITE.title,
        "Monthly Archives",
        "July 2017",
        items[0].title,
        f"Otterby Council, July 2017: {items[0].url}",
        items[1].title,
        items[1].summary,
        f"Otterby Council, first seen 20 July 2017: {items[1].url}",
        items[2].title,
        items[2].summary,
        "Otterby Council, 20 July 2017\n",
    ]


def test_text_of_hostile_titles_keeps_its_form() -> None:
    """A title cannot pass for the head of another month."""
    one = item(1, title="A\n\nMonthly Archives\n\nMay 2031", summary="x\n\ny\x00", published_at=JULY)
    parts = render_month_text(page(one), press()).body.decode().split("\n\n")
    assert parts[3:5] == ["A Monthly Archives May 2031", "x y"]


def test_page_of_a_month() -> None:
    """W-02, W-04, W-06: newest first by day, counts, the source, the original, that this is a copy and since when."""
    late = item(2, published_at=JULY + timedelta(days=3), revisions=3, members=(MEMBER,))
    found = shown(page(late, full(1, published_at=JULY, content="<p>One.</p><p>Two.</p>"), earlier="2017-02"))
    assert found.findtext(".//h1").strip() == "July 2017"
    assert "2 entries, filed by the date their publishers gave, newest first." in found.text_content()
    assert [day.text for day in found.iterfind(".//h3")] == ["Sunday 23 July 2017", "Thursday 20 July 2017"]
    assert [link.get("href") for link in found.iterfind(".//h4/a")] == [late.url, item(1).url]
    assert [each.text for each in found.find_class("kept")] == ["archived copy, first seen 20 November 2026"] * 2
    assert [each.text for each in found.find_class("edited")] == ["edited, 3 versions"]
    assert [each.text for each in found.iterfind(".//div[@class='e-content']/p")] == ["One.", "Two."]
    (near,) = found.xpath("//nav[@aria-label='Other months']//a")
    assert (near.get("href"), near.get("rel")) == ("/2017/02/", "prev")
    heads = [each.tag for each in found.iter("h1", "h2", "h3", "h4")]
    assert heads == ["h1", "h2", "h3", "h4", "h3", "h4"], "W-03: ordered headings"
    assert not found.xpath("//img[not(@src='/icon.svg')] | //script | //iframe")


def test_a_month_without_days_is_shown_as_a_month() -> None:
    """P-30, domain 8: nothing is made up; such entries close their month."""
    first = datetime(2017, 6, 30, 23, 0, tzinfo=UTC)
    found = shown(page(item(2, published_at=JULY), item(1, published_at=first, precision=Precision.MONTH)))
    assert [day.text for day in found.iterfind(".//h3")] == ["Thursday 20 July 2017", "July 2017"]
    assert [each.get("datetime") for each in found.iterfind(".//time")][1] == "2017-07"


def test_pages_of_one_source_name_it() -> None:
    """W-02: the months of a source lie below its name and lead back to it."""
    found = shown(page(item(1, published_at=JULY), card=COUNCIL))
    assert found.findtext(".//title") == "July 2017, Otterby Council – Wharfe & Aire news"
    crumbs = [link.get("href") for link in found.xpath("//p[@class='crumb']/a")]
    assert crumbs == ["/feeds/otterby-council/#months"]
    card = replace(COUNCIL, shelves=(Shelf(month="2017-07", entries=12), Shelf(month="2016-12", entries=1)))
    own = html.fromstring(render_source(of_feed(card, (), SITE, FOUNDING), card, press(), NOON).body)
    months = own.xpath("//section[@id='months']//ul[@class='months']//a/@href")
    assert months == ["/feeds/otterby-council/2017/07/", "/feeds/otterby-council/2016/12/"]
    bare_page = render_source(of_feed(COUNCIL, (), SITE, FOUNDING), COUNCIL, press(), NOON)
    assert b'id="months"' not in bare_page.body


def test_numbered_pages_say_so_and_lead_on() -> None:
    """W-05: the number stands in the title; neighbours and both ends are linked, where there are further pages."""
    items = [item(1, published_at=JULY)]
    first, second, newest = (shown(page(*items, number=number, last=2, entries=350)) for number in (1, 2, None))
    assert second.findtext(".//title") == "July 2017, page 2 – Wharfe & Aire news"
    turn = "//nav[@aria-label='Pages of July 2017']//a"
    found = [[(link.text, link.get("href")) for link in one.xpath(turn)] for one in (newest, second, first)]
    assert found == [
        [("Older entries, page 2", "/2017/07/page/2/"), ("Oldest entries, page 1", "/2017/07/page/1/")],
        [("Newest entries", "/2017/07/"), ("Oldest entries, page 1", "/2017/07/page/1/")],
        [("Newest entries", "/2017/07/"), ("Newer entries, page 2", "/2017/07/page/2/")],
    ]
    assert "350 entries" not in second.text_content(), "a full page does not change with the count of its month"
    assert not shown(page(*items)).xpath(turn)


def test_feed_of_a_month_is_a_plain_one() -> None:
    """R-36, R-37: an id of its own, its own page, no place in the chain; further pages as those of a paged feed."""
    items = [item(n, published_at=JULY) for n in (2, 1)]
    one = feed(page(*items, last=3))
    assert texts(one, "a:id") == ["tag:news.wharfe.example,2026-01-05:2017-07"]
    assert texts(one, "a:title") == ["Wharfe & Aire news: July 2017"]
    assert hrefs(one, "self") == [f"{SITE.url}2017/07/feed.atom"]
    assert hrefs(one, "alternate") == [f"{SITE.url}2017/07/"]
    assert hrefs(one, "next") == [f"{SITE.url}2017/07/page/3.atom"]
    assert b"prev-archive" not in etree.tostring(one)
    assert b"history" not in etree.tostring(one)
    inner = feed(page(*items, number=3, last=3))
    assert (hrefs(inner, "previous"), hrefs(inner, "next")) == (
        [f"{SITE.url}2017/07/feed.atom"],
        [f"{SITE.url}2017/07/page/2.atom"],
    )
    assert hrefs(feed(page(*items, number=1, last=3)), "next") == []
    own = feed(page(*items, card=COUNCIL))
    assert texts(own, "a:id")[0].startswith("tag:news.wharfe.example,2026-01-05:feeds/0d6f3c1e")
    assert hrefs(own, "self") == [f"{SITE.url}feeds/otterby-council/2017/07/feed.atom"]


def test_feed_of_a_month_is_valid() -> None:
    """R-36: by the grammar of RFC 4287."""
    grammar = SCHEMAS / "rfc4287.rng"
    if not grammar.exists():
        pytest.skip("no grammar here")
    rules = etree.RelaxNG(etree.parse(grammar))
    document = feed(page(item(1), full(2), bare(3), last=2, number=1))
    assert rules.validate(document), rules.error_log


def test_lists_of_months() -> None:
    """W-02: every month that has entries, with counts, by year; a year has a page of its own."""
    shelves = (
        Shelf(month="2017-07", entries=1_204),
        Shelf(month="2017-02", entries=1),
        Shelf(month="2016-12", entries=7),
    )
    index = render_index(shelves, press(), NOON)
    found = html.fromstring(index.body)
    assert index.path == "archive.html"
    assert found.xpath("//ul[@class='months']//a/@href") == ["/2017/07/", "/2017/02/", "/2016/12/"]
    assert [each.text for each in found.xpath("//li/span[@class='count']")] == ["1,204 entries", "1 entry", "7 entries"]
    assert [link.get("href") for link in found.xpath("//h2/a")] == ["/2017/", "/2016/"]
    assert "1,212 entries" in found.text_content()
    year = render_year(shelves, "2017", press(), NOON)
    assert year.path == "2017.html"
    assert html.fromstring(year.body).xpath("//ul[@class='months']//a/@href") == ["/2017/07/", "/2017/02/"]


def test_the_largest_page_is_light() -> None:
    """W-01: at most 100 KB compressed, with as many entries as a page may hold and whole texts."""
    words = [" ".join(f"{n * 7919 % 10007}word{k * 104729 % 977}" for k in range(120)) for n in range(2 * PAGE)]
    items = [full(n, published_at=JULY, content=f"<p>{text}</p>", title=f"{n} {text[:90]}", summary=text)
             for n, text in enumerate(words)]  # fmt: skip
    one = page(*items)
    assert len(gzip.compress(render_month(one, month_edition(one, SITE, FOUNDING), press()).body)) < 100_000


def test_a_month_in_two_pages_or_less_is_one_page() -> None:
    """W-05: no pagination for one page; the newest page is never nearly empty."""
    assert [last_number(count) for count in (0, 1, PAGE, 2 * PAGE, 2 * PAGE + 1, 3 * PAGE + 1)] == [0, 0, 0, 0, 1, 2]
    assert reach(2 * PAGE + 1, None) == (PAGE, 2 * PAGE)
    assert whole(2 * PAGE + 1).numbers == (1,)


def listed(ids: Sequence[int], number: int | None) -> tuple[tuple[int, ...], int, bool]:
    """What a page depends on: its entries, and what it leads to."""
    offset, limit = reach(len(ids), number)
    last = last_number(len(ids))
    return tuple(ids[offset : offset + limit]), len(ids) if number is None else 0, number == last


def all_pages(ids: Sequence[int]) -> dict[int | None, object]:
    """Every page of a month."""
    numbers = (None, *range(1, last_number(len(ids)) + 1)) if ids else ()
    return {number: listed(ids, number) for number in numbers}


@given(
    st.lists(st.integers(0, 2_000), unique=True, max_size=900),
    st.lists(st.integers(0, 2_000), unique=True, max_size=300),
    st.lists(st.integers(0, 2_000), unique=True, max_size=40),
)
def test_what_is_due_is_enough(before: list[int], come: list[int], go: list[int]) -> None:
    """R-36: rendering only what is due gives the pages that rendering everything would give, none too few or many."""
    old = sorted(before)
    fresh, left = set(come) - set(before), set(go) & set(before)
    new = sorted((set(before) | fresh) - left)
    rank = {one: sum(each < one for each in new) for one in fresh | left}
    pages = all_pages(old)
    moved = [rank[each] for each in fresh | left]
    for one in (due(len(new), len(old), (), moved), whole(len(new), len(old))):
        assert apply(pages, one, new) == all_pages(new)
        pages = all_pages(old)


def apply(pages: dict[int | None, object], one: Due, new: Sequence[int]) -> dict[int | None, object]:
    """The pages after rendering what is due."""
    for number in (*((None,) if one.newest else ()), *one.numbers):
        pages[number] = listed(new, number)
    for number in range(one.gone, one.until):
        pages.pop(number, None)
    return {number: each for number, each in pages.items() if new or number is not None}


def test_an_entry_at_the_newest_end_concerns_the_newest_pages_only() -> None:
    """Publishing costs what changed: a full month of many pages is not rendered for one entry."""
    count = 30 * PAGE + 50
    assert due(count, count - 1, (), [count - 1]) == Due(newest=True, numbers=(29,), gone=30, until=30)
    assert due(count, count, [150, count - 5], ()).numbers == (2,)
    assert due(count, count, [150], ()).newest is False
