"""The rapid path: sound XML made of nothing but known words is read without asking feedparser.

feedparser judges which entries there are, tells the version, and knows a few older names for titles and authors. Where
its judgement is certain beforehand and the raw pass has found all that it could add, asking it changes nothing, and it
is the dearest step of all. Whatever is in doubt goes the patient path.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from aggregator.model import RawDocument, RawEntry, RawFeed, ReadContext
from aggregator.parse.gate import Xml
from aggregator.parse.judge import Doubt, Judged, judge
from aggregator.parse.raw import read_tree
from aggregator.parse.tree import Element, local_of, parse_strictly, plain
from aggregator.parse.values import resolve

_TITLES = frozenset({"title"})
_AUTHORS = frozenset({"author", "creator", "managingeditor", "owner"})
_SUBTITLES = frozenset({"subtitle", "tagline", "description", "abstract"})
_LINKS = frozenset({"link", "license"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A document with all or some of its entries; ``own`` is the namespace whose elements count as RSS's own."""

    document: RawDocument
    own: str


def read_rapidly(xml: Xml, context: ReadContext) -> RawDocument | Doubt:
    """Read a document that the gate let in exactly as `join.read_xml` would, or say why that is not certain.

    Pure, and raises nothing. The law: whatever it reads, it reads like the patient path, field by field.
    """
    part = read_part(xml, context)
    return part if isinstance(part, Doubt) else part.document


def read_part(xml: Xml, context: ReadContext, left_out: Collection[int] = ()) -> Part | Doubt:
    """The same without the entries at some positions (0 is the first).

    The head and the other entries are what reading all of it gives, if the entries left out are such as the rapid path
    reads: whoever leaves one out has read it before.
    """
    if not xml.sound:
        return Doubt(reason="it is not well-formed, even after repairs")
    data = xml.slices.without(left_out) if left_out and xml.slices else xml.data
    root = parse_strictly(data)
    if root is None:
        return Doubt(reason="lxml finds a fault in it")
    elements = list(root.iter("{*}*"))
    judged = judge(root, xml.data)
    if isinstance(judged, Doubt):
        return judged
    raw = read_tree(root, elements, data, resolve(context.url, context.content_location))
    if len(raw.entries) != len(judged.entries):
        return Doubt(reason="the raw pass finds other entries")
    if reason := _could_add(judged, raw.feed, raw.entries):
        return Doubt(reason=reason)
    document = RawDocument(
        feed=replace(raw.feed, version=judged.version),
        entries=raw.entries,
        problems=xml.problems,
        partial=xml.partial,
        encoding=xml.encoding,
    )
    return Part(document=document, own=raw.own)


def _could_add(judged: Judged, feed: RawFeed, entries: Sequence[RawEntry]) -> str | None:
    """What feedparser might find that the raw pass did not, since it looks deeper and under older names."""
    for missing, names, what in (
        (feed.title is None, _TITLES, "a title"),
        (feed.subtitle is None, _SUBTITLES, "a subtitle"),
        (not feed.authors, _AUTHORS, "an author"),
        (not feed.links, _LINKS, "a link"),
    ):
        if missing and _has_any(judged.head, names):
            return f"the feed has {what} in an unusual place"
    for number, (entry, element) in enumerate(zip(entries, judged.entries, strict=True)):
        if entry.title is None and _has_any(element, _TITLES):
            return f"entry {number} has a title in an unusual place"
        if not entry.authors and _has_any(element, _AUTHORS):
            return f"entry {number} has an author in an unusual place"
    return None


def _has_any(parts: Iterable[Element], names: frozenset[str]) -> bool:
    """Whether any element of these local names, however deep, says anything."""
    return any(
        local_of(element).lower() in names and (plain(element) or len(element.attrib))
        for part in parts
        for element in part.iter()
    )
