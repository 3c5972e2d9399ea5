"""RSS 2.0 with the few extensions that readers know: an edition to a document (R-20)."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.model import Edition, Enclosure, File, Item
from aggregator.publish import entry, links
from aggregator.publish.atom import HISTORY, RIGHTS
from aggregator.publish.chain import archived, chain_links
from aggregator.publish.dates import rfc822
from aggregator.publish.markup import DECLARATION, element, empty, hexadecimal, language, quoted, text
from aggregator.publish.pieces import between
from aggregator.publish.press import Prepared, Press

TTL = 60
"""Minutes that a reader may keep the document."""

_OPEN = (
    '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
)


def render_rss(edition: Edition, press: Press) -> File:
    """The edition as ``{path}.rss``."""
    entries = (fragment(item, press) for item in edition.items)
    spaces = f' xmlns:fh="{HISTORY}"' if archived(edition) else ""
    opened = f"{_OPEN}{spaces}>\n<channel>\n"
    parts = [DECLARATION, opened, *_head(edition, press), *entries, "</channel>\n</rss>\n"]
    return File(path=f"{edition.path}.rss", body="".join(parts).encode(), changed_at=edition.updated)


def fragment(item: Item, press: Press) -> str:
    """One ``item`` element, kept with what else was made of the item."""
    made = entry.fragments(item, press)
    if (known := made.get("rss")) is None:
        known = made["rss"] = "".join(_item(item, entry.prepared(item, press)))
    return known


def pieces_of_rss(body: str) -> tuple[str, ...]:
    """The ``item`` elements of a document of ours, in its order. No text holds a ``<``: it is always escaped."""
    return tuple(between(body, "<item>\n", "\n</item>\n"))


def _head(edition: Edition, press: Press) -> Iterator[str]:
    site = press.site
    yield f"<title>{hexadecimal(edition.title)}</title>"
    yield element("link", links.page(site, edition))
    yield element("description", edition.subtitle or edition.title)
    yield element("language", language(edition.language) or "en")
    yield element("copyright", RIGHTS)
    yield element("lastBuildDate", rfc822(edition.updated))
    yield element("generator", f"aggregator {press.version}")
    yield element("ttl", str(TTL))
    yield _atom_link("self", links.feed(site, edition, "rss"), links.TYPES["rss"])
    if not archived(edition):
        for hub in press.hubs:
            yield _atom_link("hub", hub, None)
    for rel, href in chain_links(edition, site, "rss"):
        yield _atom_link(rel, href, links.TYPES["rss"])
    yield "<fh:archive/>\n" if archived(edition) else "\n"


def _item(item: Item, ready: Prepared) -> Iterator[str]:
    """One item. The date stands in ``pubDate`` alone: a second one in dc:date would mean the same.

    Readers take a description for HTML, so the plain summary is escaped once as HTML and once as XML.
    """
    yield f"<item>\n<title>{hexadecimal(ready.title)}</title>"
    if ready.link:
        yield f"<link>{text(ready.link)}</link>"
    yield f'<guid isPermaLink="false">{text(item.public_id)}</guid><pubDate>{rfc822(item.published_at)}</pubDate>'
    for author in ready.authors:
        yield f"<dc:creator>{text(author.name)}</dc:creator>"
    for term in ready.categories:
        yield f"<category>{text(term)}</category>"
    yield f'<source url="{quoted(ready.origin.url)}">{text(ready.origin.title)}</source>'
    if ready.summary:
        yield f"<description>{text(text(ready.summary))}</description>"
    if ready.body:
        yield element("content:encoded", ready.body)
    first, *rest = ready.enclosures or (None,)
    if first:
        yield empty("enclosure", {"url": first.url, "length": _length(first) or "0", "type": first.type})
    yield from (_media(file) for file in rest if file)
    yield "\n</item>\n"


def _media(file: Enclosure) -> str:
    """A further attached file: RSS allows one enclosure only."""
    return empty("media:content", {"url": file.url, "fileSize": _length(file), "type": file.type})


def _length(file: Enclosure) -> str | None:
    return None if file.length is None else str(file.length)


def _atom_link(rel: str, href: str, media_type: str | None) -> str:
    return empty("atom:link", {"rel": rel, "href": href, "type": media_type})
