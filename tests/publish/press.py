"""Made-up places, sources and entries for the tests of this room."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.model import (
    Category,
    Enclosure,
    EntryId,
    FeedId,
    FeedStatus,
    Founding,
    Item,
    Member,
    Person,
    Precision,
    PublicId,
    Republish,
    Site,
    SourceCard,
)
from aggregator.publish.press import Press

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SITE = Site(title="Wharfe & Aire news", url="https://news.wharfe.example/", contact="https://wharfe.example/contact")
FOUNDING = Founding(authority="news.wharfe.example", at=datetime(2026, 1, 5, 23, 30, tzinfo=UTC))
UUID = "0d6f3c1e-7f1f-4a53-9f0e-5a4be51f2a10"

COUNCIL = SourceCard(
    id=FeedId("otterby-council"),
    tag=f"tag:news.wharfe.example,2026:{UUID}",
    title="Otterby Council",
    url="https://www.otterby.example/news.rss",
    site_url="https://www.otterby.example/news",
    category="council",
    tags=("otterby",),
    language="en-GB",
    rights="© Otterby Council",
    licence="OGL-UK-3.0",
    authors=("Press office",),
    status=FeedStatus.HEALTHY,
    updated=NOON,
    entries=412,
)
PAPER = replace(
    COUNCIL,
    id=FeedId("dale-mercury"),
    tag="tag:news.wharfe.example,2026:5b8f1f52-0000-4000-8000-0242ac120002",
    title="Dale Mercury",
    url="https://dalemercury.example/feed/",
    site_url="https://dalemercury.example/",
    raw_id="https://dalemercury.example/#feed",
    category="news",
    tags=(),
    rights=None,
    licence=None,
    authors=(),
)
MEMBER = Member(
    title="Bridge to close for a week",
    url="https://dalemercury.example/bridge?a=1&b=2",
    source_title="Dale Mercury",
    published_at=NOON,
)
FILE = Enclosure(url="https://www.otterby.example/plan.pdf", type="application/pdf", length=1234, title="Plan")


def strip_tags(markup: str, base: str | None) -> str:
    """A stand-in for the sanitiser: keeps the characters, marks what it did and with which base."""
    return f"<p>{html.escape(markup)}</p><!--{base}-->"


def blocks(markup: str) -> tuple[str, ...]:
    """A stand-in for taking markup apart: a paragraph for each ``<p>``."""
    return tuple(re.sub("<[^>]*>", "", part) for part in markup.split("</p>") if part.strip())


def keep(markup: str, base: str | None) -> str:
    """A stand-in for a sanitiser that finds nothing to remove."""
    return markup


def press(**changes: Any) -> Press:
    """A press for `SITE`."""
    return Press(**{"site": SITE, "clean": strip_tags, "paragraphs": blocks, "version": "1.2", **changes})


def item(number: int = 1, **changes: Any) -> Item:
    """An entry of Otterby Council; ``number`` makes it different from others and gives its publish number."""
    made = Item(
        entry_id=EntryId(number),
        public_id=PublicId(f"https://www.otterby.example/news/{number}"),
        pub_seq=number,
        source=COUNCIL,
        title=f"Wharfe Bridge closes for repairs, week {number}",
        url=f"https://www.otterby.example/news/{number}",
        base="https://www.otterby.example/news/",
        content=f"<p>The bridge closes on day {number}. <a href='/plan'>See the plan</a>.</p>",
        content_kind="html",
        summary=f"The bridge closes on day {number}.",
        authors=(Person(name="Iris Holm", email="iris@otterby.example"),),
        categories=(Category(term="roads"),),
        enclosures=(),
        language="en-GB",
        rights=None,
        original=None,
        published_at=NOON - timedelta(hours=number),
        precision=Precision.SECOND,
        published_basis="pubDate",
        updated_at=NOON - timedelta(hours=number) + timedelta(minutes=5),
        first_seen_at=NOON - timedelta(hours=number) + timedelta(minutes=5),
        revision=1,
        revisions=1,
    )
    return replace(made, **changes)


def full(number: int = 1, **changes: Any) -> Item:
    """The same with leave to publish the whole text."""
    return item(number, source=replace(COUNCIL, republish=Republish.FULL), **changes)


def bare(number: int = 1, **changes: Any) -> Item:
    """The same with leave to publish title and link only."""
    return item(number, source=replace(COUNCIL, republish=Republish.LINK), **changes)
