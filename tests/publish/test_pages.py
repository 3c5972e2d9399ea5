"""The pages for people: what they say, and that everyone can use them."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from lxml import html

from aggregator.model import FeedStatus, File, Item, Month, Precision, Republish, SourceCard
from aggregator.publish.edition import of_feed
from aggregator.publish.pages import LATEST, render_about, render_fixtures, render_front, render_source
from tests.publish.press import COUNCIL, FOUNDING, MEMBER, NOON, PAPER, SITE, item, press
from tests.publish.reading import edition

CARDS = (COUNCIL, PAPER)
STYLE = render_fixtures(NOON)[0].body.decode()


def parsed(file: File) -> Any:
    """A page as a tree."""
    return html.document_fromstring(file.body.decode())


def front(*items: Item, cards: tuple[SourceCard, ...] = CARDS, **changes: Any) -> Any:
    """The front page with these items."""
    site = replace(SITE, **changes)
    return parsed(render_front(edition(*items, site=site), cards, press(site=site), NOON))


def words(tree: Any, path: str) -> list[str]:
    """The text of each element found, on one line."""
    return [" ".join(found.text_content().split()) for found in tree.xpath(path)]


def every_page() -> dict[str, Any]:
    """One of each page."""
    source = render_source(of_feed(COUNCIL, [item(1)], SITE, FOUNDING), COUNCIL, press(), NOON)
    made = (render_front(edition(item(1)), CARDS, press(), NOON), source, render_about(press(), NOON))
    return {file.path: parsed(file) for file in made}


@pytest.mark.parametrize("path", ["index.html", "feeds/otterby-council.html", "about-our-bot.html"])
def test_structure(path: str) -> None:
    """W-03: language, title, skip link first, one h1, landmarks, no level of heading left out."""
    page = every_page()[path]
    assert page.get("lang") == "en-GB"
    assert page.xpath("//title")[0].text.strip()
    assert page.xpath("//body//a[@href]")[0].get("href") == "#main"
    assert page.xpath("//main[@id='main']")
    assert page.xpath("//header")
    assert page.xpath("//footer")
    assert page.xpath("//nav/@aria-label")
    levels = [int(heading.tag[1]) for heading in page.xpath("//h1|//h2|//h3|//h4|//h5|//h6")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert set(page.xpath("//@aria-labelledby")) <= set(ids)


@pytest.mark.parametrize("path", ["index.html", "feeds/otterby-council.html", "about-our-bot.html"])
def test_nothing_but_html_and_one_style_sheet(path: str) -> None:
    """W-01: no script, no inline style, nothing from elsewhere, every image with an alternative."""
    page = every_page()[path]
    assert not page.xpath("//script | //style | //@style | //iframe | //form")
    assert page.xpath("//link[@rel='stylesheet']/@href") == ["/style.css"]
    assert all(source.startswith("/") for source in page.xpath("//@src"))
    assert len(page.xpath("//img")) == len(page.xpath("//img/@alt"))
    assert "@import" not in STYLE
    assert "url(" not in STYLE


def test_days_and_times() -> None:
    """W-04: 22 November 2026 and 5:30pm in civil time, machine-readable with offset; summer time too."""
    winter = item(1, published_at=datetime(2026, 11, 22, 17, 30, tzinfo=UTC))
    summer = item(2, published_at=datetime(2026, 7, 1, 23, 5, tzinfo=UTC))
    noon = item(3, published_at=datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
    page = front(winter, summer, noon)
    assert words(page, "//section[@id='latest']//h3") == [
        "Sunday 22 November 2026",
        "Thursday 2 July 2026",
        "Monday 2 March 2026",
    ]
    assert words(page, "//time") == ["5:30pm", "12:05am", "midday"]
    assert page.xpath("//time/@datetime")[:2] == ["2026-11-22T17:30+00:00", "2026-07-02T00:05+01:00"]


def test_day_precision_shows_no_time() -> None:
    """W-04, P-35: no time where the source states none, nor a day where it states a month."""
    day = item(1, precision=Precision.DAY, published_at=datetime(2026, 7, 1, 11, 0, tzinfo=UTC))
    month = item(2, precision=Precision.MONTH, published_at=datetime(2026, 6, 30, 23, 0, tzinfo=UTC))
    page = front(day, month)
    assert words(page, "//section[@id='latest']//h3") == ["Wednesday 1 July 2026", "July 2026"]
    assert page.xpath("//time/@datetime") == ["2026-07-01", "2026-07"]
    assert words(page, "//time") == ["Wednesday 1 July 2026, time not stated", "July 2026, time not stated"]


def test_other_zones_are_named() -> None:
    """W-04: the zone is said where it is not that of the United Kingdom."""
    assert "America/New York" in words(front(item(1), timezone="America/New_York"), "//main")[0]
    assert "Europe/London" not in words(front(item(1)), "//main")[0]


def test_entry_says_where_it_is_from() -> None:
    """W-06, D-21: link to the original, source, category, summary, other copies, mark for edits, honest dates."""
    page = front(item(1, members=(MEMBER,), revision=2, revisions=2, published_basis="first-seen"))
    (entry,) = page.xpath("//li[contains(@class, 'h-entry')]")
    assert entry.xpath(".//h4/a/@href") == ["https://www.otterby.example/news/1"]
    text = " ".join(entry.text_content().split())
    for expected in ("Otterby Council", "council", "edited, 2 versions", "first seen", "The bridge closes on day 1."):
        assert expected in text
    assert entry.xpath(".//p[@class='also']/a/@href | .//p[@class='also']/bdi/a/@href") == [MEMBER.url]
    plain = words(front(item(1)), "//li[contains(@class, 'h-entry')]")[0]
    assert "edited" not in plain
    assert "Also in" not in plain
    assert "first seen" not in plain


def test_licence_holds_on_pages() -> None:
    """Section 7 of the domain: a source republished as links shows no summary."""
    linked = item(1, source=replace(COUNCIL, republish=Republish.LINK))
    assert "The bridge closes" not in words(front(linked), "//main")[0]


def test_microformats() -> None:
    """R-63: h-feed with h-entry, its name, address, id, dates, author and categories."""
    (entry,) = front(item(1)).xpath("//*[contains(@class, 'h-feed')]//*[contains(@class, 'h-entry')]")
    for name in ("p-name", "u-url", "u-uid", "dt-published", "dt-updated", "p-author", "p-category", "p-summary"):
        assert entry.xpath(f".//*[contains(concat(' ', @class, ' '), ' {name} ')]"), name
    assert entry.xpath(".//data[@class='u-uid']/@value") == ["https://www.otterby.example/news/1"]


def test_other_languages_are_marked() -> None:
    """W-03, 3.1.2: a part in another language says so; one in the language of the page does not."""
    page = front(item(1, language="cy", title="Llyfrgell"), item(2))
    assert page.xpath("//h4[contains(., 'Llyfrgell')]/@lang") == ["cy"]
    assert page.xpath("//h4[contains(., 'Bridge')]/@lang") == []


def test_feeds_are_found() -> None:
    """R-62, R-61: alternates in the head; links to every format, category, source and the OPML list."""
    page = front(item(1))
    assert page.xpath("//link[@rel='alternate']/@href") == [SITE.url + f"feed.{end}" for end in ("atom", "rss", "json")]
    assert page.xpath("//link[@rel='alternate']/@type")[2] == "application/feed+json"
    links = set(page.xpath("//a/@href"))
    for stem in ("feed", "category/council", "category/news", "feeds/otterby-council", "feeds/dale-mercury"):
        assert {f"/{stem}.atom", f"/{stem}.rss", f"/{stem}.json"} <= links
    assert {"/opml.xml", "/feeds/otterby-council/"} <= links
    assert (
        every_page()["feeds/otterby-council.html"]
        .xpath("//link[@rel='alternate']/@href")[0]
        .endswith("/feeds/otterby-council.atom")
    )


def test_states_in_plain_words() -> None:
    """W-03, W-06: the state of each source in words, not by colour alone; removed ones are not listed."""
    failing = replace(PAPER, status=FeedStatus.FAILING, status_text="no answer since 18 November")
    removed = replace(PAPER, id="gone", title="Gone Gazette", status=FeedStatus.REMOVED)
    page = front(item(1), cards=(COUNCIL, failing, removed))
    assert words(page, "//section[@id='sources']//p[contains(@class, 'status')]") == [
        "Healthy",
        "Failing (no answer since 18 November)",
    ]
    assert "Gone Gazette" not in page.text_content()
    for status in FeedStatus:
        front(cards=(replace(COUNCIL, status=status),))


def test_page_of_a_source_does_not_go_stale() -> None:
    """R-42: a source's page is rendered when its entries change, so its state is told on the front page only."""
    well, ill = (
        render_source(of_feed(COUNCIL, [item(1)], SITE, FOUNDING), card, press(), NOON)
        for card in (COUNCIL, replace(COUNCIL, status=FeedStatus.FAILING, status_text="no answer"))
    )
    assert well == ill
    (state,) = parsed(well).xpath("//p[@class='state']/a/@href")
    assert state == "/#source-otterby-council"
    assert front(item(1)).xpath("//*[@id='source-otterby-council']")


def test_empty_states_help() -> None:
    """W-06: with nothing polled yet, and with no source at all, the page says what to do."""
    assert "Nothing has come in yet" in words(front(), "//main")[0]
    assert "No sources are set up yet" in words(front(cards=()), "//main")[0]
    assert "Nothing has come in yet" not in words(front(item(1)), "//main")[0]


def test_newest_sixty() -> None:
    """W-05: the page ends after the latest entries by publish number; no endless page."""
    page = front(*(item(number) for number in range(1, 100)))
    assert len(page.xpath("//li[contains(@class, 'h-entry')]")) == LATEST
    assert any("week 99" in title for title in words(page, "//h4"))
    assert not any(title.endswith("week 1") for title in words(page, "//h4"))


def test_page_is_light() -> None:
    """W-01: at most 100 KB compressed, with 1,000 sources and long entries."""
    cards = tuple(replace(COUNCIL, id=f"council-{n * 7919 % 10007}", title=f"Council {n * 7919}") for n in range(1000))
    items = [item(n, title=f"{n * 104729} " * 200, summary=f"{n * 15485863} " * 900) for n in range(1, 61)]
    file = render_front(edition(*items), cards, press(), NOON)
    assert len(gzip.compress(file.body)) < 100_000


def test_a_source_says_what_may_be_missing() -> None:
    """b3: subscribers see for which months the archive of a source is not complete, and that nothing is known else."""
    months = (Month(month="2026-05", entries=20, missed=18), Month(month="2026-06", entries=0, missed=1_200))
    editions = of_feed(COUNCIL, [item(1)], SITE, FOUNDING)
    page = parsed(render_source(editions, replace(COUNCIL, missing=months), press(), NOON))
    (state,) = words(page, "//p[@class='state']")
    assert "about 18 from May 2026, of which 52 % is kept; about 1,200 from June 2026, of which 0 % is kept." in state
    (state,) = words(parsed(render_source(editions, COUNCIL, press(), NOON)), "//p[@class='state']")
    assert "No entry is known to be missing" in state


def test_about_our_bot() -> None:
    """H-60: who we are, what we send, how often, how to be left alone, whom to write to."""
    page = parsed(render_about(press(agent="Wharfe/1.2 (+https://wharfe.example/bot)"), NOON))
    text = words(page, "//main")[0]
    for expected in ("Wharfe & Aire news", "Wharfe/1.2 (+https", "once an hour", "410 Gone", "Retry-After", "_archive"):
        assert expected in text
    assert SITE.contact in page.xpath("//main//a/@href")
    assert page.xpath("//*[@id='archive']")
    mail = parsed(render_about(press(site=replace(SITE, contact="news@wharfe.example")), NOON))
    assert "mailto:news@wharfe.example" in mail.xpath("//a/@href")
    evil = parsed(render_about(press(site=replace(SITE, contact="javascript:alert(1)")), NOON))
    assert not [link for link in evil.xpath("//a/@href") if link.startswith("javascript")]


def test_robots_leave_everything_open() -> None:
    """R-64: robots.txt closes nothing."""
    (robots,) = (file for file in render_fixtures(NOON) if file.path == "robots.txt")
    assert robots.body == b"User-agent: *\nDisallow:\n"


def test_same_bytes_twice() -> None:
    """R-42: pages hold no time of rendering and are dated by the change they show."""
    first, second = (render_front(edition(item(1)), CARDS, press(), NOON) for _ in range(2))
    assert first == second
    assert first.changed_at == NOON
    assert render_front(edition(item(1)), CARDS, press(), NOON + timedelta(days=1)).body == first.body


def palette(block: str) -> dict[str, str]:
    """The colours of one scheme."""
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", block))


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_contrast(scheme: int) -> None:
    """W-03: every text colour has 4.5:1 on both grounds in both schemes; the focus ring 3:1 inside its glow."""
    colours = palette(re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[scheme])
    for text in ("ink", "soft", "link", "seen", "good", "bad", "mark"):
        for ground in ("paper", "panel"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["focus"], colours["glow"]) >= 3
