"""The patient path: feedparser, which reads what nobody else can and judges which entries there are.

The file is not called after the package, because a module of that name would hide it from its neighbours.
feedparser opens whatever looks like a path or an address; it is only ever given an open stream of bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import feedparser
import feedparser.mixin
from feedparser.api import LooseFeedParser, StrictFeedParser

from aggregator.model import (
    Category,
    Enclosure,
    Link,
    Person,
    RawBody,
    RawDate,
    RawEntry,
    RawFeed,
    RawText,
)
from aggregator.parse.values import whole_number

for _parser in (StrictFeedParser, LooseFeedParser):
    # It resolves ids against the address of the feed, so that they change when the feed moves (P-11).
    _parser.can_be_relative_uri = _parser.can_be_relative_uri - {"id"}

# It joins the base of the document to itself at every start tag: a pure function, so what is known is remembered.
feedparser.mixin.make_safe_absolute_uri = lru_cache(maxsize=512)(feedparser.mixin.make_safe_absolute_uri)

_VERSIONS = {"rss091n": "rss091", "rss091u": "rss091", "rss": "rss20", "atom": "atom10", "atom01": "atom03"} | {
    "atom02": "atom03"
}
_KINDS = {"text/plain": "text", "text/html": "html", "application/xhtml+xml": "xhtml"}
_DATES = (("published", "pubDate", "atom:published"), ("updated", "dc:date", "atom:updated"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What feedparser tells of a document: the version, the head and the entries in document order."""

    version: str
    feed: RawFeed
    entries: tuple[RawEntry, ...]


def read_patiently(data: bytes, base: str) -> Told | None:
    """Give UTF-8 XML with a true declaration to feedparser. ``None`` where it fails or knows no feed in it."""
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": base}
    try:
        told = feedparser.parse(
            io.BytesIO(data), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except MemoryError:
        raise
    except Exception:
        # It was written for feeds, not for attacks: any failure of it means only that it has nothing to say.
        return None
    version = told.get("version") or ""
    if not version:
        return None
    version = _VERSIONS.get(version, version)
    atom = version.startswith("atom")
    entries = tuple(_entry(entry, atom, base) for entry in told.entries)
    return Told(version=version, feed=_head(told.feed, version, base), entries=entries)


def _head(feed: Mapping[str, Any], version: str, base: str) -> RawFeed:
    return RawFeed(
        version=version,
        raw_id=_word(feed.get("id")),
        title=_title(feed, version.startswith("atom"), base),
        subtitle=_text(feed.get("subtitle_detail"), base),
        links=_links(feed.get("links", ())),
        authors=_authors(feed),
        language=_word(feed.get("language")),
        base=base,
        rights=_word(feed.get("rights")),
        generator=_word(feed.get("generator")),
    )


def _entry(entry: Mapping[str, Any], atom: bool, base: str) -> RawEntry:
    permalink = None if atom or "id" not in entry or "guidislink" not in entry else bool(entry["guidislink"])
    return RawEntry(
        raw_id=_word(entry.get("id")),
        permalink=permalink,
        title=_title(entry, atom, base),
        links=_links(entry.get("links", ())),
        bodies=_bodies(entry, atom, base),
        dates=_dates(entry, atom),
        authors=_authors(entry),
        categories=tuple(
            Category(term=tag["term"], scheme=tag.get("scheme"), label=tag.get("label"))
            for tag in entry.get("tags", ())
            if tag.get("term")
        ),
        enclosures=_enclosures(entry.get("links", ())),
        base=base,
        rights=_word(entry.get("rights")),
        comments=_word(entry.get("comments")),
    )


def _title(holder: Mapping[str, Any], atom: bool, base: str) -> RawText | None:
    """A title; what kind one of RSS is, nobody says (P-41)."""
    title = _text(holder.get("title_detail"), base)
    return title if title is None or atom else replace(title, kind="unknown")


def _bodies(entry: Mapping[str, Any], atom: bool, base: str) -> tuple[RawBody, ...]:
    contents = [("atom:content" if atom else "content:encoded", detail) for detail in entry.get("content", ())]
    if "summary_detail" in entry:
        contents.append(("atom:summary" if atom else "description", entry["summary_detail"]))
    return tuple(RawBody(element=name, text=text) for name, detail in contents if (text := _text(detail, base)))


def _text(detail: Mapping[str, Any] | None, base: str) -> RawText | None:
    kind = _KINDS.get(detail.get("type", "text/html")) if detail else None
    if not detail or not detail.get("value") or kind is None:
        return None
    return RawText(value=detail["value"], kind=kind, language=_word(detail.get("language")), base=base)


def _dates(entry: Mapping[str, Any], atom: bool) -> tuple[RawDate, ...]:
    """Dates as strings; looked up among the keys, because ``get("updated")`` answers with the publication date."""
    return tuple(
        RawDate(element=atom_name if atom else rss_name, text=entry[key])
        for key, rss_name, atom_name in _DATES
        if key in entry.keys() and entry[key]  # noqa: SIM118
    )


def _links(links: Iterable[Mapping[str, Any]]) -> tuple[Link, ...]:
    return tuple(
        Link(href=link["href"], rel=link.get("rel", "alternate"), type=link.get("type"), title=link.get("title"))
        for link in links
        if link.get("href") and link.get("rel") != "enclosure"
    )


def _enclosures(links: Iterable[Mapping[str, Any]]) -> tuple[Enclosure, ...]:
    return tuple(
        Enclosure(url=link["href"], type=link.get("type"), length=whole_number(link.get("length")))
        for link in links
        if link.get("href") and link.get("rel") == "enclosure"
    )


def _authors(holder: Mapping[str, Any]) -> tuple[Person, ...]:
    persons = (
        Person(name=author.get("name") or "", email=author.get("email"), uri=author.get("href"))
        for author in holder.get("authors", ())
        if author.get("name") or author.get("email")
    )
    return tuple(dict.fromkeys(persons))


def _word(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
