"""What heads and entries have in common: their parts by name, titles, links and rights."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.model import Link, RawText
from aggregator.parse.tree import Element, Inherited, atom_kind, attribute, construct, plain, trimmed

Parts = dict[str, list[Element]]

_RIGHTS = ("atom:rights", "atom:copyright", "dc:rights", "dcterms:rights", "copyright")
_LICENCES = ("cc:license", "creativecommons:license", "dcterms:license", "media:license")
_OF_RIGHTS = frozenset(_RIGHTS + _LICENCES)
_TITLES = ("title", "atom:title", "dc:title", "media:title", "itunes:title")


def parts_of(pairs: Iterable[tuple[str, Element]]) -> Parts:
    """Named elements by name, in document order."""
    parts: Parts = {}
    for name, element in pairs:
        parts.setdefault(name, []).append(element)
    return parts


def first(parts: Parts, *names: str) -> Element | None:
    """The first element of the first of these names that has any text."""
    for name in names:
        for element in parts.get(name, ()):
            if plain(element):
                return element
    return None


def title_of(parts: Parts, owner: Element, inherited: Inherited) -> RawText | None:
    """The title: Atom's by its type, RSS's of kind ``unknown`` (P-41), else that of Dublin Core or Media RSS."""
    for name in _TITLES:
        element = first(parts, name)
        if element is not None:
            kind = (atom_kind(element) or "text") if name.startswith(("atom", "media")) else "unknown"
            return construct(element, kind, owner, inherited)
    return None


def links_of(parts: Parts) -> tuple[Link, ...]:
    """The links of an entry or head: RSS's elements first, then those with attributes, each in document order."""
    words, silent = [], []
    for element in parts.get("link", ()):
        if href := plain(element):
            words.append(Link(href=href))
        else:
            silent.append(element)
    return (*words, *filter(None, map(_atom_link, (*silent, *parts.get("atom:link", ())))))


def rights_of(parts: Parts) -> str | None:
    """The words about rights, then the address of a licence."""
    if _OF_RIGHTS.isdisjoint(parts):
        return None
    licences = [element for name in _LICENCES for element in parts.get(name, ())]
    said = [plain(first(parts, *_RIGHTS)), *(attribute(item, "resource", "href") or plain(item) for item in licences)]
    return "; ".join(text for text in dict.fromkeys(said) if text) or None


def _atom_link(element: Element) -> Link | None:
    said = trimmed(element)
    href = said.get("href")
    if href is None:
        return None
    return Link(
        href=href,
        rel=said.get("rel", "alternate"),
        type=said.get("type"),
        title=said.get("title"),
        hreflang=said.get("hreflang"),
    )
