"""Reads single elements of the lxml tree: names, text, markup, language and base. Knows no feed format."""

from __future__ import annotations

import copy
import html
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import cast

from lxml import etree

from aggregator.model import RawText
from aggregator.parse.namespaces import ATOM_03, BY_PREFIX, XML, prefix_of
from aggregator.parse.values import resolve

Element = etree._Element

LANG, BASE = f"{{{XML}}}lang", f"{{{XML}}}base"
_SPACE = " \t\r\n"
_SPECIAL = frozenset("&<>\r")
_KINDS = {"text": "text", "text/plain": "text", "html": "html", "text/html": "html"} | {
    "xhtml": "xhtml",
    "application/xhtml+xml": "xhtml",
}
_LONGEST_KNOWN = 128
"""Longer names are not worth a place in memory."""
_NOT_A_NAME = re.compile(r"^[^A-Za-z_]+|[^\w.-]")


def parse_tree(data: bytes) -> Element | None:
    """The root of a document that the gate let in; what cannot be understood is skipped. ``None`` if nothing can."""
    parser = etree.XMLParser(
        recover=True, no_network=True, resolve_entities=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None
    if root is not None:
        # In ill-formed documents some slip through, although the parser was told to leave them out.
        etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, etree.Entity, with_tail=False)
    return root


def parse_strictly(data: bytes) -> Element | None:
    """The same root, where there is nothing at all to skip; ``None`` where lxml finds any fault."""
    parser = etree.XMLParser(
        no_network=True, resolve_entities=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None


class Names:
    """Names of elements as `prefix:local` in lower case with the usual prefix; RSS's own elements have none."""

    def __init__(self, root: Element) -> None:
        self._known: dict[str, str] = {}
        own = root if local_of(root) == "rss" else next((child for child in root if local_of(child) == "channel"), None)
        self.own = namespace_of(own) if own is not None else None
        """The namespace whose elements count as RSS's own, if there is one."""

    def __call__(self, element: Element) -> str:
        """The name of an element; one of an unknown namespace has the prefix ``?``."""
        tag = element.tag
        known = self._known.get(tag)
        if known is None:
            known = self._known[tag] = self._name(element)
        return known

    def pairs(self, elements: Iterable[Element]) -> list[tuple[str, Element]]:
        """Elements with their names, in order."""
        known = self._known
        return [(known.get(element.tag) or self(element), element) for element in elements]

    def _name(self, element: Element) -> str:
        namespace = namespace_of(element)
        prefix = "" if namespace == self.own else prefix_of(namespace)
        local = local_of(element).lower()
        if prefix is None:
            return f"?:{local}"
        return f"{prefix.lower()}:{local}" if prefix else local


def namespace_of(element: Element) -> str:
    """The namespace of an element, ``""`` for none; a prefix that nobody declared stands for itself."""
    tag = element.tag
    if tag.startswith("{"):
        return tag[1:].partition("}")[0]
    prefix, colon, _ = tag.partition(":")
    return BY_PREFIX.get(prefix, prefix) if colon else ""


def local_of(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2].rpartition(":")[2]


def plain(element: Element | None) -> str | None:
    """All characters of an element, trimmed of XML white space; ``None`` for an empty or missing element."""
    if element is None:
        return None
    text = "".join(map(str, element.itertext())) if len(element) else element.text
    return text.strip(_SPACE) or None if text else None


def attribute(element: Element, *names: str) -> str | None:
    """The first of these attributes that is there, whatever its namespace, trimmed; ``None`` if empty or missing."""
    items = None
    for name in names:
        value = element.get(name)
        if value is None:
            items = _items(element) if items is None else items
            if not items:
                return None
            wanted = name.lower()
            value = next((found for key, found in items if _local_name(key) == wanted), None)
        if value is not None and (word := value.strip(_SPACE)):
            return word
    return None


def trimmed(element: Element) -> dict[str, str]:
    """All attributes by their local names in lower case, as `attribute` finds each: of several with one name that which
    is written so, else the first."""
    found: dict[str, str] = {}
    for key, value in _items(element):
        name = _local_name(key)
        if name == key or name not in found:
            found[name] = value.strip(_SPACE)
    return {name: word for name, word in found.items() if word}


def _local_name(key: str) -> str:
    return _known_name(key) if len(key) <= _LONGEST_KNOWN else key.rpartition("}")[2].lower()


@lru_cache(maxsize=256)
def _known_name(key: str) -> str:
    return key.rpartition("}")[2].lower()


def _items(element: Element) -> list[tuple[str, str]]:
    # Of a tree that was made from bytes they are always strings.
    return cast(list[tuple[str, str]], element.items())


def language_of(element: Element, until: Element) -> str | None:
    """The nearest xml:lang from an element up to its entry (or the head); an empty one says "unknown"."""
    here: Element | None = element
    while here is not None:
        said = here.get(LANG)
        if said is not None:
            return said.strip(_SPACE) or None
        here = here.getparent() if here is not until else None
    return None


class Inherited:
    """What elements take over from those around them: their base and their language.

    Their prefix is bound to its namespace for good, so that these attributes are always written alike; looking for them
    in the bytes tells at once where there are none.
    """

    def __init__(self, root: Element, data: bytes, document: str) -> None:
        self._document = document
        self._any_base = b"xml:base" in data
        self._root = root
        head = [root, *(child for child in root if local_of(child) == "channel")]
        self._any_language = data.count(b"xml:lang") > sum(LANG in element.attrib for element in head)

    def language(self, element: Element, until: Element) -> str | None:
        """The nearest xml:lang from an element up to its entry (or the head)."""
        return language_of(element, until) if self._any_language or until is self._root else None

    def base(self, element: Element) -> str:
        """Absolute: the nearest xml:base, each relative to the one above it, then the document's own (P-20)."""
        if not self._any_base:
            return self._document
        chain = [element.get(BASE), *(parent.get(BASE) for parent in element.iterancestors())]
        base = self._document
        for said in reversed(chain):
            base = resolve(base, said)
        return base


def construct(element: Element, kind: str, until: Element, inherited: Inherited) -> RawText:
    """A text construct of the given kind, with the language nearest to its characters."""
    inner = _division(element) if kind == "xhtml" else element
    if kind == "xhtml" or len(element):
        value, kind = _inner_markup(inner), kind if kind in ("xhtml", "unknown") else "html"
    else:
        value = element.text or ""
    language = inherited.language(inner, until)
    return RawText(value=value, kind=kind, language=language, base=inherited.base(element))


def atom_kind(element: Element) -> str | None:
    """``text``, ``html`` or ``xhtml`` by the type of an Atom text construct; ``None`` for anything else.

    Atom 0.3 has MIME types and a mode: ``xml`` (the default) or ``escaped``; ``base64`` is nothing for people.
    """
    said = (attribute(element, "type") or "text").lower().partition(";")[0].strip()
    mode = (attribute(element, "mode") or "").lower()
    if mode == "base64":
        return None
    is_html = said in ("html", "text/html")
    if is_html and len(element) and mode != "escaped" and namespace_of(element) == ATOM_03:
        return "xhtml"
    return _KINDS.get(said)


class Markup:
    """Elements as XML for keeping. Plain ones of one name differ only in their text, if nothing is declared inside."""

    def __init__(self, root: Element, data: bytes) -> None:
        self._alike = data.count(b"xmlns") == len(root.nsmap)
        self._frames: dict[tuple[str, str | None], tuple[str, str]] = {}

    def __call__(self, element: Element, longest: int) -> str | None:
        """An element as XML; ``None`` if that is longer than this many characters."""
        text = element.text
        if not self._alike or not text or len(element) or element.keys() or not _SPECIAL.isdisjoint(text):
            whole = etree.tostring(element, encoding="unicode", with_tail=False)
        else:
            name = (element.tag, element.prefix)
            if name not in self._frames:
                written = etree.tostring(element, encoding="unicode", with_tail=False)
                before, _, after = written.rpartition(f">{text}</")
                self._frames[name] = (f"{before}>", f"</{after}")
            before, after = self._frames[name]
            whole = f"{before}{text}{after}"
        return whole if len(whole) <= longest else None


def _division(element: Element) -> Element:
    children = list(element)
    if len(children) == 1 and local_of(children[0]).lower() == "div" and not (element.text or "").strip():
        return children[0]
    return element


def _inner_markup(element: Element) -> str:
    """The children as HTML, without namespaces: prefixes mean nothing to readers of HTML."""
    bare = copy.deepcopy(element)
    for part in bare.iter():
        part.tag = _NOT_A_NAME.sub("", local_of(part)) or "span"
        said = part.get(LANG)
        for key in [key for key, _ in _items(part) if key.startswith("{")]:
            del part.attrib[key]
        if said:
            part.set("lang", said)
    etree.cleanup_namespaces(bare)
    pieces = [etree.tostring(child, encoding="unicode", method="html", with_tail=True) for child in bare]
    return (html.escape(bare.text or "", quote=False) + "".join(pieces)).strip(_SPACE)
