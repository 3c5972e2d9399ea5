"""Absolute addresses: ours, made from the address of the site, and those of publishers, let through only if harmless.

Links to entry pages, month archives and revisions are not made here: those pages are not published yet.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

from aggregator.model import Edition, Site

TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}
"""The three formats by file ending, with their media types (R-44)."""

NAMES = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}
"""The same as people call them."""

ABOUT = "about-our-bot.html"
POLITENESS = "politeness.html"
HEADS = "archive/heads.txt"
ARCHIVE = "archive/"
ICON = "icon.svg"
OPML = "opml.xml"
STYLE = "style.css"

LONGEST = 2_000
"""Longest link published, in characters; longer ones are left out."""

_WEB = re.compile(
    r"(https?)://((?:[\w.~-]|%[0-9A-Fa-f]{2})+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?)([/?#].*)?", re.IGNORECASE
)
_SAFE = "/?#[]@!$&'()*+,;=:~%"


@lru_cache(maxsize=2048)
def web(url: str | None) -> str | None:
    """The address if it is absolute ``http`` or ``https`` without user name, else ``None``.

    ``javascript:``, ``data:`` and the like never leave the archive as links. What RFC 3986 does not allow after the
    host is percent-encoded, so that the address stands alike in every format.
    """
    if not url or not (match := _WEB.fullmatch(url.strip())):
        return None
    rest = quote(match[3] or "", safe=_SAFE, errors="ignore")
    address = f"{match[1].lower()}://{match[2]}{rest}"
    return address if len(address) <= LONGEST else None


def ours(site: Site, path: str) -> str:
    """The absolute address of a published path; the empty path is the front page."""
    return site.url + quote(path)


def local(site: Site, path: str) -> str:
    """The same address without scheme and host, for our own pages: they may be read under several names."""
    return (urlsplit(site.url).path or "/") + quote(path)


def feed(site: Site, edition: Edition, ending: str) -> str:
    """The address of an edition in one format: its ``self`` link (R-10)."""
    return ours(site, f"{edition.path}.{ending}")


def page_path(edition: Edition) -> str:
    """Where people read the edition: sources have their own page, all else is read on the front page."""
    if edition.page is not None:
        return edition.page
    path = edition.place.current if edition.place else edition.path
    return f"{path}/" if path.startswith("feeds/") else ""


def page(site: Site, edition: Edition) -> str:
    """The absolute address of the HTML alternate (R-10)."""
    return ours(site, page_path(edition))
