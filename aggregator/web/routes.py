"""From the path of an address to the published file, its media type, its life in caches and its links. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from aggregator.model import Site
from aggregator.web.chain import ARCHIVE
from aggregator.web.folder import GONE
from aggregator.web.months import forms_of, is_folder

FORMATS = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
_TYPES = {
    **FORMATS,
    "html": "text/html",
    "css": "text/css",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "xml": "application/xml",
}
_FEED = "public, max-age=900, stale-if-error=86400"
_PAGE = "public, max-age=120, stale-if-error=86400"
_FIXED = "public, max-age=3600, stale-if-error=86400"
_SEALED = "public, max-age=31536000, immutable"
# What the publisher may write: no dot or underscore in front, so neither drafts nor notes.
_PART = re.compile(r"[^\W_][\w.,&' -]{0,199}")
_HIDDEN = (".gz", ".br", ".zst", ".tmp")
_SOURCE = re.compile(r"feeds/[^/]+")
_SEALED_PATH = re.compile(r"archive/(feed|feeds/[^/]+)/[^/]+/[^/]+")
_FIRST = re.compile(r"(?:index|feed|edits|withdrawn|feeds/[^/]+|category/[^/]+)\.(?:html|atom|rss|json)|opml\.xml")


NO_CHAIN: Mapping[str, str] = {}
"""For what stands in no chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The published file that answers a path. ``moved_to`` is set where the path should end in a slash instead."""

    file: str
    moved_to: str | None = None
    location: str | None = None


def find_page(path: str, site: Site) -> Page | None:
    """The file for a decoded path, which begins with a slash; ``None`` for what can never be published.

    Behind a public address with a path of its own, that path may stand in front or not: proxies differ.
    """
    prefix = urlsplit(site.url).path or "/"
    inner = path.removeprefix(prefix) if path.startswith(prefix) else path.removeprefix("/")
    if inner == "":
        return Page(file="index.html")
    if inner == ".well-known/feeds":
        return Page(file="opml.xml", location=f"{prefix}opml.xml")
    folder = inner.endswith("/")
    parts = inner.removesuffix("/").split("/")
    # A page that stands for what was taken down has no address of its own: it comes as 410 for what it stands for.
    if parts[0] == GONE:
        return None
    if not all(_PART.fullmatch(part) and not part.endswith(_HIDDEN) for part in parts):
        return None
    name = "/".join(parts)
    if "." in parts[-1]:
        return None if folder else Page(file=name)
    if not folder and (parts[0] == "feeds" or is_folder(name)):
        return Page(file=f"{name}.html", moved_to=f"{prefix}{quote(name)}/")
    return Page(file=f"{name}.html")


def is_first_publish(file: str) -> bool:
    """Whether this file is one that the first publish may bring."""
    return _FIRST.fullmatch(file) is not None


def media_type(file: str) -> str:
    """The media type (R-44); everything published as text is UTF-8."""
    if file == "opml.xml":
        return "text/x-opml; charset=utf-8"
    found = _TYPES.get(file.rpartition(".")[2])
    return f"{found}; charset=utf-8" if found else "application/octet-stream"


def cache_control(file: str, chain: Mapping[str, str] = NO_CHAIN) -> str:
    """How long caches may answer by themselves (R-43). ``chain`` are the links of a document in its chain: a sealed
    one changes once more, when it gets its link to the next."""
    ending = file.rpartition(".")[2]
    if file.startswith(ARCHIVE) and ending in FORMATS:
        return _SEALED if "next-archive" in chain else _FIXED
    if ending in FORMATS or file == "opml.xml":
        return _FEED
    return _PAGE if ending == "html" else _FIXED


def _month_links(file: str, site: Site, feed: str, page: str) -> str:
    own = {"rel": "self", "type": FORMATS["atom"]} if file == feed else {"rel": "alternate", "type": FORMATS["atom"]}
    people = _link(site, page, {"rel": "alternate", "type": "text/html"})
    return _link(site, feed, own) + ("" if file.endswith(".html") else f", {people}")


def links(file: str, site: Site, chain: Mapping[str, str] = NO_CHAIN) -> str | None:
    """The ``Link`` field (R-45): self, alternates and place in the chain of a feed, the feeds of a page; ``None`` where
    there are none."""
    if (forms := forms_of(file)) is not None:
        return _month_links(file, site, *forms)
    stem, _, ending = file.rpartition(".")
    if ending == "html":
        stem = {"index": "feed", "about-our-bot": ""}.get(stem, stem if _SOURCE.fullmatch(stem) else "")
        return ", ".join(_alternates(stem, site)) if stem else None
    if ending not in FORMATS:
        return None
    # Further pages of a JSON Feed (feed.2.json) are alternates of nothing.
    if stem.rpartition(".")[2].isdigit():
        return _link(site, file, {"rel": "self", "type": FORMATS[ending]})
    sealed = _SEALED_PATH.fullmatch(stem)
    source = sealed[1] if sealed else stem
    page = f"{source}/" if source.startswith("feeds/") else ""
    formats = _alternates(stem, site, without=ending)
    return ", ".join(
        [
            _link(site, file, {"rel": "self", "type": FORMATS[ending]}),
            _link(site, page, {"rel": "alternate", "type": "text/html"}),
            *(each for each in formats if not (sealed and FORMATS["json"] in each)),
            *(f'<{href}>; rel="{rel}"' for rel, href in chain.items()),
        ]
    )


def _alternates(stem: str, site: Site, without: str = "") -> list[str]:
    return [
        _link(site, f"{stem}.{ending}", {"rel": "alternate", "type": kind})
        for ending, kind in FORMATS.items()
        if ending != without
    ]


def _link(site: Site, path: str, parameters: Mapping[str, str]) -> str:
    return f"<{site.url}{quote(path)}>" + "".join(f'; {name}="{value}"' for name, value in parameters.items())
