"""The attached files of an entry: RSS enclosures, Atom links, Media RSS, iTunes and Podcasting 2.0 (P-46)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aggregator.model import Enclosure
from aggregator.parse.tree import Element, Names, attribute, plain
from aggregator.parse.values import whole_number

_MOST = 100
_ATTACHING = frozenset(
    {"enclosure", "atom:link", "link", "atom:content", "media:content", "media:thumbnail", "media:group"}
    | {"itunes:image", "podcast:alternateenclosure"}
)


def read_enclosures(children: Iterable[tuple[str, Element]], names: Names) -> tuple[Enclosure, ...]:
    """Every attached file of an entry once, in document order; alternates of one media:group share a ``group`` number.

    Pictures that only illustrate (media:thumbnail, itunes:image) have the medium ``image``. Atom content with a
    ``src`` is an attached file too.
    """
    found: dict[str, Enclosure] = {}
    groups = 0
    for name, child in children:
        if name not in _ATTACHING:
            continue
        if name in ("media:group", "podcast:alternateenclosure"):
            groups += 1
        for enclosure in _from(child, name, names, groups):
            if len(found) < _MOST:
                found.setdefault(enclosure.url, enclosure)
    return tuple(found.values())


def _from(element: Element, name: str, names: Names, group: int) -> Iterator[Enclosure]:
    match name:
        case "enclosure":
            yield from _plain(element, "url", "length")
        case "atom:link" | "link" if (attribute(element, "rel") or "").lower() == "enclosure":
            yield from _plain(element, "href", "length")
        case "atom:content" if attribute(element, "src"):
            yield from _plain(element, "src", "length")
        case "media:content" | "media:thumbnail":
            yield from _media(element, names, None)
        case "media:group":
            for child in element:
                if names(child) in ("media:content", "media:thumbnail"):
                    yield from _media(child, names, group)
        case "itunes:image":
            if url := attribute(element, "href", "url"):
                yield Enclosure(url=url, medium="image")
        case "podcast:alternateenclosure":
            yield from _alternates(element, group)


def _plain(element: Element, address: str, length: str) -> Iterator[Enclosure]:
    if url := attribute(element, address):
        yield Enclosure(
            url=url,
            type=attribute(element, "type"),
            length=whole_number(element.get(length)),
            title=attribute(element, "title"),
        )


def _media(element: Element, names: Names, group: int | None) -> Iterator[Enclosure]:
    own = {names(child): child for child in element}
    url = attribute(element, "url") or (attribute(own["media:player"], "url") if "media:player" in own else None)
    if url:
        thumbnail = names(element) == "media:thumbnail"
        yield Enclosure(
            url=url,
            type=attribute(element, "type"),
            length=whole_number(element.get("fileSize")),
            medium="image" if thumbnail else attribute(element, "medium"),
            title=plain(own.get("media:title")),
            alt=plain(own.get("media:description")) or plain(own.get("media:text")),
            group=None if thumbnail else group,
        )
    for child in element:
        if names(child) == "media:thumbnail":
            yield from _media(child, names, None)


def _alternates(element: Element, group: int) -> Iterator[Enclosure]:
    for source in element:
        if url := attribute(source, "uri"):
            yield Enclosure(
                url=url,
                type=attribute(source, "contentType", "contenttype") or attribute(element, "type"),
                length=whole_number(element.get("length")),
                title=attribute(element, "title"),
                group=group,
            )
