"""Addresses of months: where they lead, how long they last, what their other forms are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.web import create_app
from aggregator.web.months import forms_of, is_folder, life_of, month_of
from aggregator.web.routes import find_page, links
from tests.web.conftest import READY, SITE, client_of, put

FILES = (
    "2017.html",
    "2017/07.html",
    "2017/07/index.txt",
    "2017/07/feed.atom",
    "2017/07/page/3.html",
    "2017/07/page/3.atom",
    "feeds/ambleford/2017/07.html",
    "archive.html",
)


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/2017/", "2017.html"),
        ("/2017/07/", "2017/07.html"),
        ("/2017/07/feed.atom", "2017/07/feed.atom"),
        ("/2017/07/page/3/", "2017/07/page/3.html"),
        ("/feeds/ambleford/2017/07/index.txt", "feeds/ambleford/2017/07/index.txt"),
        ("/feeds/ambleford/archive/", "feeds/ambleford/archive.html"),
        ("/archive/", "archive.html"),
    ],
)
def test_addresses_lead_to_files(path: str, file: str) -> None:
    """R-36: the promised routes."""
    page = find_page(path, SITE)
    assert page
    assert (page.file, page.moved_to) == (file, None)


@pytest.mark.parametrize("path", ["/2017", "/2017/07", "/2017/07/page/3", "/archive", "/feeds/ambleford/2017/07"])
def test_addresses_end_in_a_slash(path: str) -> None:
    """One address a page: without the slash a client is led to the one with it."""
    page = find_page(path, SITE)
    assert page
    assert page.moved_to == f"{path}/"


def test_other_names_are_no_months() -> None:
    """Only files of months live as such."""
    assert [month_of(file) for file in ("2017/07.html", "feeds/a/2017/07/page/12.txt")] == ["2017-07"] * 2
    for file in ("2017.html", "feed.atom", "archive/feed/2017-07/01.atom", "category/2017.atom"):
        assert month_of(file) is None
    assert not is_folder("about-our-bot")


def test_past_months_last_longer() -> None:
    """R-43: a day, the current month a quarter of an hour; by the civil month of the site."""
    edge = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    assert "max-age=900" in life_of("2026-10", SITE, edge)
    assert "max-age=86400" in life_of("2026-09", SITE, edge)
    assert "max-age=86400" in life_of("2026-05", SITE, datetime(2026, 5, 31, 23, 30, tzinfo=UTC))
    assert "max-age=900" in life_of("2026-11", SITE, edge)
    assert "max-age=900" in life_of("2017-07", SITE, None)


def test_forms_of_a_page() -> None:
    """R-45: each page names its feed, each feed its page."""
    assert forms_of("2017/07.html") == forms_of("2017/07/index.txt") == ("2017/07/feed.atom", "2017/07/")
    assert forms_of("2017/07/page/3.txt") == ("2017/07/page/3.atom", "2017/07/page/3/")
    assert forms_of("feed.atom") is None
    atom = "application/atom+xml"
    assert links("2017/07.html", SITE) == f'<{SITE.url}2017/07/feed.atom>; rel="alternate"; type="{atom}"'
    assert links("2017/07/feed.atom", SITE) == (
        f'<{SITE.url}2017/07/feed.atom>; rel="self"; type="{atom}", '
        f'<{SITE.url}2017/07/>; rel="alternate"; type="text/html"'
    )
    assert links("feeds/ambleford/archive.html", SITE) is None


async def test_months_are_served(public: Path) -> None:
    """R-36, R-43: over the real application."""
    for file in FILES:
        put(public, file, b"<p>" + file.encode() + b"</p>" * 200)
    app = create_app(public, lambda: READY, SITE, now=lambda: datetime(2017, 8, 1, tzinfo=UTC))
    async with client_of(app) as client:
        answer = await client.get("/2017/07/")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert answer.headers["cache-control"] == "public, max-age=86400, stale-if-error=86400"
        text = await client.get("/2017/07/index.txt")
        assert text.headers["content-type"] == "text/plain; charset=utf-8"
        moved = await client.get("/2017/07")
        assert (moved.status_code, moved.headers["location"]) == (308, "/2017/07/")
        assert (await client.get("/2017/07/page/3/")).status_code == 200
        assert (await client.get("/2016/07/")).status_code == 404
