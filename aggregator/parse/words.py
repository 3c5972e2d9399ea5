"""The elements of one document held against the vocabulary: which kind each is, and the first that is in doubt."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.parse.tree import BASE, LANG, Element, local_of
from aggregator.parse.vocabulary import (
    FOREIGN,
    HARMLESS,
    HEAD_ONLY,
    HOLDER,
    INSIDE,
    LEAF,
    MARKUP,
    kind_of,
    name_of,
)

_TYPES = frozenset({"text", "html", "xhtml", "plain", "text/plain", "text/html", "application/xhtml+xml"})
_DEEPEST = 32
_MODES = frozenset({"xml", "escaped"})
_ON_TEXTS = frozenset({"type", "mode", "lang", "base", LANG, BASE})


class Words:
    """The kinds of the elements of one document; each tag is looked up once."""

    def __init__(self) -> None:
        self._kinds: dict[str, str | None] = {}

    def kind(self, element: Element) -> str | None:
        """The kind of an element, ``None`` for an unknown one."""
        tag = element.tag
        if tag in self._kinds:
            return self._kinds[tag]
        kind = self._kinds[tag] = _kind(element)
        return kind

    def doubt_of_entry(self, entry: Element) -> str | None:
        """The first thing in an entry that is in doubt."""
        if defines_a_channel(entry):
            return "it has the attributes of a channel definition"
        kinds = self._kinds
        for part in entry:
            kind = kinds.get(part.tag) or self.kind(part)
            if kind == LEAF and not len(part):
                continue
            if kind == HOLDER and _name(part) in HEAD_ONLY:
                return f"<{_name(part)}> in an entry"
            if reason := self.doubt(part):
                return reason
        return None

    def doubt(self, element: Element, depth: int = 0) -> str | None:
        """The first thing in doubt in an element that is not an entry, ``depth`` deep in another one."""
        if depth > _DEEPEST:
            return "elements nested very deep"
        match self.kind(element):
            case "leaf" if not len(element):
                return None
            case "date" if not len(element) and "/" not in (element.text or ""):
                # With slashes feedparser tries a form of date at which it can fail.
                return None
            case "text":
                return self._doubt_of_text(element)
            case "holder":
                return self._doubt_inside(element, INSIDE[_name(element)], depth)
            case "foreign":
                return self._doubt_inside(element, frozenset(), depth)
            case _:
                return f"<{_name(element)}> is not known here, or not in this form"

    def _doubt_of_text(self, element: Element) -> str | None:
        for key, value in ((str(key), str(value)) for key, value in element.items()):
            if key == "type" and value.lower() not in _TYPES:
                return f"a text of type {value:.40}"
            if key == "mode" and value.lower() not in _MODES:
                return f"a text of mode {value:.40}"
            if key not in _ON_TEXTS:
                return f"a text with the attribute {key:.80}"
        if not len(element):
            return None
        strange = next((part for part in _below(element) if not _is_markup(part)), None)
        return None if strange is None else f"<{_name(strange)}> as markup"

    def _doubt_inside(self, holder: Element, allowed: frozenset[str], depth: int) -> str | None:
        for part in holder:
            if self.kind(part) != FOREIGN and _name(part) not in allowed:
                return f"<{_name(part)}> in <{_name(holder)}>"
            if reason := self.doubt(part, depth + 1):
                return reason
        return None


def defines_a_channel(element: Element) -> bool:
    """Whether it has attributes of the Channel Definition Format, which feedparser reads as elements."""
    return not {"href", "lastmod"}.isdisjoint(attributes_of(element))


def _kind(element: Element) -> str | None:
    if name_of(element.tag) is None and not element.prefix:
        return FOREIGN if element.tag in HARMLESS else None
    return kind_of(_name(element))


def _name(element: Element) -> str:
    return name_of(element.tag) or f"{element.prefix or '?'}:{local_of(element)}".lower()


def _is_markup(element: Element) -> bool:
    prefix, _, local = (name_of(element.tag) or "?:").rpartition(":")
    return prefix in ("", "xhtml") and local in MARKUP


def _below(element: Element) -> Iterator[Element]:
    return (part for part in element.iter() if part is not element)


def attributes_of(element: Element) -> list[str]:
    """The local names of its attributes in lower case."""
    return [str(key).rpartition("}")[2].lower() for key in element.keys()]  # noqa: SIM118
