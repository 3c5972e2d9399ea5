"""Judges beforehand what feedparser would say of a sound document: which entries there are and which version it is.

Only what is made of the words of `vocabulary` is judged; the first thing in doubt ends it, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from aggregator.parse.namespaces import ATOM, RDF
from aggregator.parse.tree import Element, local_of
from aggregator.parse.vocabulary import CHANNEL, ENTRY, HANDLED, NETSCAPE, PREFIXES, REFUSED, RSS_10, USERLAND, name_of
from aggregator.parse.words import Words, attributes_of, defines_a_channel

_DECLARATION = re.compile(rb"""xmlns(?::([\w.-]+))?\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_RSS_VERSIONS = {"0.91": "rss091", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_ATOM_VERSIONS = {"0.1": "atom03", "0.2": "atom03", "0.3": "atom03"}
_ROOT_ATTRIBUTES = frozenset({"version", "lang", "base", "schemalocation"})
_MOST_DECLARATIONS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Why a document is not judged beforehand."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is certain: the version, the elements of the head (those beside the channel too) and of the entries."""

    version: str
    head: tuple[Element, ...]
    entries: tuple[Element, ...]


def judge(root: Element, data: bytes) -> Judged | Doubt:
    """Judge a sound document by its tree and its bytes. Nothing is changed, nothing raises."""
    version = _version(root)
    if version is None:
        return Doubt(reason="its version is told by unusual means")
    if reason := _declarations(root, data):
        return Doubt(reason=reason)
    words = Words()
    parts = _parts(root, words)
    if isinstance(parts, Doubt):
        return parts
    head, entries = parts
    for element in head:
        if reason := words.doubt(element):
            return Doubt(reason=f"in the head: {reason}")
    for number, entry in enumerate(entries):
        if reason := words.doubt_of_entry(entry):
            return Doubt(reason=f"in entry {number}: {reason}")
    return Judged(version=version, head=head, entries=entries)


def _version(root: Element) -> str | None:
    """The version by the root element. A namespace tells more than the attribute, and the first one counts."""
    names, said = attributes_of(root), root.get("version")
    if names.count("version") != (said is not None) or not _ROOT_ATTRIBUTES.issuperset(names):
        return None
    told = next((found for prefix, uri in root.nsmap.items() if (found := _by_namespace(prefix, uri))), None)
    match name_of(root.tag), local_of(root):
        case "rss", "rss":
            return told if told in ("rss090", "rss10") else _RSS_VERSIONS.get(said or "", "rss20")
        case "feed", "feed":
            return told or _ATOM_VERSIONS.get(said or "", "atom10")
        case "rdf:rdf", "RDF" if root.tag.startswith(f"{{{RDF}}}"):
            return told
    return None


def _by_namespace(prefix: str | None, uri: str) -> str | None:
    uri = uri.lower()
    if uri == NETSCAPE:
        return "rss090" if prefix is None else None
    return {RSS_10: "rss10", ATOM.lower(): "atom10"}.get(uri)


def _declarations(root: Element, data: bytes) -> str | None:
    """Doubts about namespaces. A document normally declares all of them on its root."""
    count = data.count(b"xmlns")
    pairs: Iterable[tuple[str, str]] = ((prefix or "", uri) for prefix, uri in root.nsmap.items())
    if count > _MOST_DECLARATIONS:
        return "it declares very many namespaces"
    if count != len(root.nsmap):
        found = {(prefix, one or other) for prefix, one, other in _DECLARATION.findall(data)}
        if any(b"&" in uri for _, uri in found):
            return "a namespace is written with references"
        pairs = [(prefix.decode(), uri.decode()) for prefix, uri in found]
    meanings: dict[str, str] = {}
    names: dict[str, str] = {}
    for prefix, uri in pairs:
        if uri.lower() in REFUSED or len(uri.split()) > 1 or not _is_fair(prefix.lower(), uri, names):
            return f"the prefix “{prefix}” means something unusual: {uri:.80}"
        if prefix and meanings.setdefault(prefix.lower(), uri) != uri:
            return f"the prefix “{prefix}” means two things"
    return None


def _is_fair(prefix: str, uri: str, names: dict[str, str]) -> bool:
    """Whether a prefix cannot be taken for that of another vocabulary.

    feedparser knows the elements of an unknown namespace by a prefix of it: where that is a prefix with handlers, it
    must be the only one; ``names`` keeps them.
    """
    known = "" if USERLAND in uri.lower() else PREFIXES.get(uri.lower())
    if known is not None:
        return known == prefix or prefix not in HANDLED
    return not prefix or names.setdefault(uri, prefix) == prefix or not {prefix, names[uri]} & HANDLED


def _parts(root: Element, words: Words) -> tuple[tuple[Element, ...], tuple[Element, ...]] | Doubt:
    """The elements of the head and those of the entries, where each stands in its proper place."""
    outer = list(root)
    channels = [element for element in outer if words.kind(element) == CHANNEL]
    if local_of(root) == "feed":
        if channels:
            return Doubt(reason="a channel inside of a feed")
        inner = outer
    elif len(channels) != 1 or defines_a_channel(channels[0]):
        return Doubt(reason="not exactly one plain channel")
    elif local_of(root) == "rss":
        if len(outer) > 1:
            return Doubt(reason="something beside the channel")
        inner = list(channels[0])
    else:
        inner = outer
    head = [element for element in inner if words.kind(element) not in (ENTRY, CHANNEL)]
    if inner is outer and channels:
        head += channels[0]
    return tuple(head), tuple(element for element in inner if words.kind(element) == ENTRY)
