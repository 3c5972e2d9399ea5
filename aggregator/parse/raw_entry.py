"""One item or entry of the lxml tree as a `RawEntry`: everything it says, word for word, under the names of P-08."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.model import Category, OriginalSource, RawDate, RawEntry
from aggregator.parse.bodies import read_bodies, with_groups
from aggregator.parse.media import read_enclosures
from aggregator.parse.parts import Parts, first, links_of, parts_of, rights_of, title_of
from aggregator.parse.people import authors_of
from aggregator.parse.places import PLACES, read_points
from aggregator.parse.tree import LANG, Element, Inherited, Markup, Names, attribute, plain, trimmed

DATES = {
    "pubdate": "pubDate",
    "dc:date": "dc:date",
    "dcterms:date": "dcterms:date",
    "dcterms:created": "dcterms:created",
    "dcterms:issued": "dcterms:issued",
    "dcterms:available": "dcterms:available",
    "dcterms:modified": "dcterms:modified",
    "atom:published": "atom:published",
    "atom:updated": "atom:updated",
    "atom:issued": "atom:published",
    "atom:modified": "atom:updated",
    "atom:created": "dcterms:created",
    "lastbuilddate": "lastBuildDate",
}
"""Date elements and the name under which they are delivered; those of Atom 0.3 under the names of Atom 1.0."""

_CATEGORIES = {"category", "atom:category", "dc:subject", "media:category", "itunes:category"}
_EXTRAS = ("?:", "slash:", "wfw:", "thr:", "feedburner:", "podcast:")
_MOST_EXTRAS, _LONGEST_EXTRA, _LONGEST_EXTRAS = 20, 4096, 16384


def read_entry(entry: Element, names: Names, inherited: Inherited, markup: Markup) -> RawEntry:
    """Everything an item or entry says; ids and dates as written, links not resolved, bodies not chosen."""
    children = pairs = names.pairs(entry)
    parts = parts_of(children)
    if "media:group" in parts:
        pairs = with_groups(children, names)
        parts = parts_of(pairs)
    raw_id, permalink = _identity(entry, parts)
    return RawEntry(
        raw_id=raw_id,
        permalink=permalink,
        title=title_of(parts, entry, inherited),
        links=links_of(parts),
        bodies=read_bodies(entry, pairs, inherited),
        dates=_dates(children),
        authors=authors_of(parts),
        categories=_categories(parts),
        enclosures=read_enclosures(children, names),
        language=(entry.get(LANG) or "").strip() or plain(first(parts, "dc:language", "language")),
        base=inherited.base(entry),
        source=_source(parts, names),
        rights=rights_of(parts),
        comments=plain(first(parts, "comments")),
        points=read_points(entry, names) if any(name.startswith(PLACES) for name in parts) else (),
        extras=_extras(children, markup),
    )


def _identity(entry: Element, parts: Parts) -> tuple[str | None, bool | None]:
    """The raw id (P-11): guid, atom:id, then rdf:about; and whether a guid claims to be a permalink (P-13)."""
    guid = first(parts, "guid")
    if guid is not None:
        said = attribute(guid, "isPermaLink", "ispermalink")
        return plain(guid), said is None or said.lower() != "false"
    return plain(first(parts, "atom:id", "id")) or attribute(entry, "about"), None


def _dates(children: Iterable[tuple[str, Element]]) -> tuple[RawDate, ...]:
    return tuple(
        RawDate(element=DATES[name], text=text) for name, child in children if name in DATES and (text := plain(child))
    )


def _categories(parts: Parts) -> tuple[Category, ...]:
    found = (_category(element) for name, elements in parts.items() if name in _CATEGORIES for element in elements)
    return tuple(dict.fromkeys(category for category in found if category))


def _category(element: Element) -> Category | None:
    """A category as written, split on nothing (P-45)."""
    said = trimmed(element)
    label = said.get("label")
    term = said.get("term") or said.get("text") or plain(element) or label
    if not term:
        return None
    return Category(term=term, scheme=said.get("scheme") or said.get("domain"), label=label)


def _source(parts: Parts, names: Names) -> OriginalSource | None:
    """atom:source, else rss:source (P-47)."""
    atom = next(iter(parts.get("atom:source", ())), None)
    if atom is None:
        rss = next(iter(parts.get("source", ())), None)
        return None if rss is None else OriginalSource(title=plain(rss), url=attribute(rss, "url"))
    inner = parts_of(names.pairs(atom))
    links = links_of(inner)
    return OriginalSource(
        raw_id=plain(first(inner, "atom:id")),
        title=plain(first(inner, "atom:title")),
        url=next((link.href for link in links if link.rel == "self"), None),
        site_url=next((link.href for link in links if link.rel == "alternate"), None),
        updated=plain(first(inner, "atom:updated", "atom:modified")),
        rights=rights_of(inner),
        authors=tuple(person.name for person in authors_of(inner) if person.name),
    )


def _extras(children: Iterable[tuple[str, Element]], markup: Markup) -> tuple[str, ...]:
    """Elements of unknown namespaces as XML: at most 20 of 4 KB, 16 KB together."""
    extras: list[str] = []
    room = _LONGEST_EXTRAS
    for name, child in children:
        if not name.startswith(_EXTRAS) or len(extras) == _MOST_EXTRAS:
            continue
        if text := markup(child, min(_LONGEST_EXTRA, room)):
            extras.append(text)
            room -= len(text)
    return tuple(extras)
