"""The raw pass (P-08): every entry and the head of a document, exact where feedparser loses or changes things."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aggregator.model import RawEntry, RawFeed
from aggregator.parse.raw_entry import read_entry
from aggregator.parse.raw_head import read_head
from aggregator.parse.survey import ENTRY_NAMES
from aggregator.parse.tree import Element, Inherited, Markup, Names, local_of, parse_tree

_CORE_ENTRIES = {"item", "atom:entry", "entry"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """What the raw pass saw: the head (its version still empty) and the entries in document order.

    ``own`` is the namespace whose elements count as RSS's own.
    """

    feed: RawFeed
    entries: tuple[RawEntry, ...]
    own: str


def read_raw(data: bytes, base: str) -> Raw | None:
    """Read a document that the gate let in. ``base`` is absolute: Content-Location or the final address (P-20).

    ``None`` where lxml can make nothing of it.
    """
    root = parse_tree(data)
    return None if root is None else read_tree(root, list(root.iter("{*}*")), data, base)


def read_tree(root: Element, elements: Sequence[Element], data: bytes, base: str) -> Raw:
    """Read the tree of such a document: its root, all of its elements in order, and the data that they were made of.

    To have all elements at hand is cheaper than to let lxml make them anew wherever they are looked at.
    """
    names, inherited, markup = Names(root), Inherited(root, data, base), Markup(root, data)
    entries = tuple(read_entry(element, names, inherited, markup) for element in _entries(elements, names))
    return Raw(feed=read_head(root, names, inherited), entries=entries, own=names.own or "")


def _entries(elements: Iterable[Element], names: Names) -> list[Element]:
    """Items and entries at any depth, in the order of their start tags, as feedparser counts them."""
    known: dict[str, bool] = {}
    found = []
    for element in elements:
        tag = element.tag
        is_entry = known.get(tag)
        if is_entry is None:
            is_entry = known[tag] = local_of(element) in ENTRY_NAMES and names(element) in _CORE_ENTRIES
        if is_entry:
            found.append(element)
    return found
