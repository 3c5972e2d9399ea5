"""The body candidates of an entry, each with the element it stood in; which one is best is not decided here (P-42)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from aggregator.model import RawBody
from aggregator.parse.tree import Element, Inherited, Names, atom_kind, attribute, construct

_BODIES = {
    "content:encoded": "content:encoded",
    "xhtml:body": "content:encoded",
    "atom:content": "atom:content",
    "atom:summary": "atom:summary",
    "description": "description",
    "dc:description": "description",
    "dcterms:abstract": "description",
    "media:description": "media:description",
    "itunes:summary": "itunes:summary",
}
"""Elements that may hold a body, and the name of `RawBody` that each is delivered under."""
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")


def read_bodies(entry: Element, pairs: Iterable[tuple[str, Element]], inherited: Inherited) -> tuple[RawBody, ...]:
    """Every body of an entry in document order. ``pairs`` are its parts with their names, as `with_groups` gives them.

    Atom content that stands elsewhere (``src``) or is not text gives none; its address is delivered as an enclosure.
    """
    bodies = []
    for name, element in pairs:
        if name not in _BODIES or attribute(element, "src"):
            continue
        if kind := _kind(element, name):
            text = construct(element, kind, entry, inherited)
            if text.value.strip():
                bodies.append(RawBody(element=_BODIES[name], text=text))
    return tuple(bodies)


def with_groups(pairs: Iterable[tuple[str, Element]], names: Names) -> list[tuple[str, Element]]:
    """The named children of an entry, and those of media:group as if they stood alone."""
    found = []
    for pair in pairs:
        found.append(pair)
        if pair[0] == "media:group":
            found += names.pairs(pair[1])
    return found


def _kind(element: Element, name: str) -> str | None:
    if name.startswith("atom:"):
        return atom_kind(element)
    if name in ("media:description", "itunes:summary"):
        html = attribute(element, "type") == "html" or len(element) or _MARKUP.search(element.text or "")
        return "html" if html else "text"
    return "xhtml" if name == "xhtml:body" else "html"
