"""From addresses to files, types, caches and links."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import Site
from aggregator.web.routes import cache_control, find_page, links, media_type

SITE = Site(url="https://news.vale.example/")
DEEP = Site(url="https://vale.example/news/")


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/", "index.html"),
        ("/feed.atom", "feed.atom"),
        ("/feeds/ambleford.rss", "feeds/ambleford.rss"),
        ("/feeds/ambleford/", "feeds/ambleford.html"),
        ("/category/council.json", "category/council.json"),
        ("/feed.2.json", "feed.2.json"),
        ("/about-our-bot", "about-our-bot.html"),
        ("/.well-known/feeds", "opml.xml"),
        ("/robots.txt", "robots.txt"),
        ("/archive/heads.txt", "archive/heads.txt"),
    ],
)
def test_paths_lead_to_files(path: str, file: str) -> None:
    """Interfaces, HTTP: the promised routes."""
    page = find_page(path, SITE)
    assert page
    assert page.file == file


@pytest.mark.parametrize(
    "path",
    ["/../x.atom", "/feeds/../../x.atom", "//etc/passwd", "/feeds//x.atom", "/.state.json", "/feeds/.x.atom",
     "/_note.html", "/feed.atom\0", "/feed.atom.gz", "/feed.atom.br", "/feed.atom.zst", "/x.tmp", "/feed.atom/",
     "/a\\b.atom", "/feeds/..", "/a\nb.atom", "/" + "a" * 300 + ".atom", "/%2e%2e/x"],
)  # fmt: skip
def test_other_paths_lead_nowhere(path: str) -> None:
    """No path leaves the folder or finds a hidden file, a draft or a copy."""
    assert find_page(path, SITE) is None


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="./\\a%\0 _~-\n:é", max_size=20))
def test_any_path_stays_inside(path: str) -> None:
    """Law: whatever the path, the file named has no empty, hidden or parent part."""
    page = find_page("/" + path, SITE)
    if page:
        assert all(part and part[0] not in "._/\\" and "\0" not in part for part in page.file.split("/"))


def test_path_of_the_site_may_stand_in_front() -> None:
    """Behind a proxy the path of the public address may be cut off or not."""
    for path in ("/news/feeds/a/", "/feeds/a/"):
        page = find_page(path, DEEP)
        assert page
        assert page.file == "feeds/a.html"
    moved = find_page("/feeds/a", DEEP)
    assert moved
    assert moved.moved_to == "/news/feeds/a/"


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("feed.atom", "application/atom+xml; charset=utf-8"),
        ("feed.rss", "application/rss+xml; charset=utf-8"),
        ("feed.json", "application/feed+json; charset=utf-8"),
        ("opml.xml", "text/x-opml; charset=utf-8"),
        ("index.html", "text/html; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("archive/heads.txt", "text/plain; charset=utf-8"),
        ("x.bin", "application/octet-stream"),
    ],
)
def test_media_types(file: str, kind: str) -> None:
    """R-44: each format has its own type."""
    assert media_type(file) == kind


def test_life_in_caches() -> None:
    """R-43: a quarter of an hour for subscriptions, shorter for the front page."""
    assert cache_control("feed.atom") == "public, max-age=900, stale-if-error=86400"
    assert cache_control("feeds/a.json") == cache_control("opml.xml") == cache_control("feed.rss")
    assert "max-age=120" in cache_control("index.html")


def test_links_of_a_feed() -> None:
    """R-45: self is the exact address, alternates are its page and its other formats, each once."""
    assert links("feeds/a b.rss", SITE) == (
        '<https://news.vale.example/feeds/a%20b.rss>; rel="self"; type="application/rss+xml", '
        '<https://news.vale.example/feeds/a%20b/>; rel="alternate"; type="text/html", '
        '<https://news.vale.example/feeds/a%20b.atom>; rel="alternate"; type="application/atom+xml", '
        '<https://news.vale.example/feeds/a%20b.json>; rel="alternate"; type="application/feed+json"'
    )
    assert '<https://news.vale.example/>; rel="alternate"; type="text/html"' in (links("category/x.atom", SITE) or "")
    assert links("feed.2.json", SITE) == (
        '<https://news.vale.example/feed.2.json>; rel="self"; type="application/feed+json"'
    )


def test_links_of_a_page() -> None:
    """R-45: a page names its feeds; what has none names none."""
    assert (links("index.html", SITE) or "").count('rel="alternate"') == 3
    assert "feeds/a.atom" in (links("feeds/a.html", SITE) or "")
    assert links("about-our-bot.html", SITE) is None
    assert links("style.css", SITE) is None


def test_sealed_documents_are_fixed_once_they_lead_on() -> None:
    """R-43: a document of the chain changes once more, when it gets its link to the next; then never again."""
    file = "archive/feed/7/1.atom"
    assert "immutable" not in cache_control(file)
    assert "immutable" not in cache_control(file, {"prev-archive": "https://x.example/"})
    assert "immutable" in cache_control(file, {"next-archive": "https://x.example/"})
