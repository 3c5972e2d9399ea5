"""Joins the two readings of one XML document: the raw pass for exactness, feedparser as the judge of what exists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from aggregator.errors import UnreadableError
from aggregator.model import Problem, RawDocument, RawEntry, RawFeed, ReadContext
from aggregator.parse.gate import Xml
from aggregator.parse.patient import Told, read_patiently
from aggregator.parse.raw import Raw, read_raw
from aggregator.parse.values import resolve


def read_xml(xml: Xml, context: ReadContext) -> RawDocument:
    """Read an RSS, RDF or Atom document that the gate let in.

    In a well-formed document both readings see the same entries, and the raw one is word for word. In an ill-formed
    one the text is feedparser's, which skips less; ids, dates, languages and hints are always the raw pass's.

    Raises:
        UnreadableError: neither reading finds a feed (kind ``malformed``), or it is RDF about something else.
    """
    base = resolve(context.url, context.content_location)
    raw = read_raw(xml.data, base)
    told = read_patiently(xml.data, base)
    if told is None and (raw is None or xml.root == "RDF"):
        raise UnreadableError("malformed", f"begins as <{xml.root}>, but no feed can be read from it")
    problems = list(xml.problems)
    if told is None:
        problems.append(Problem(kind="raw-mismatch", detail="feedparser cannot read this document"))
        told = Told(version=_version(xml), feed=RawFeed(version=_version(xml)), entries=raw.entries if raw else ())
    entries, mismatch = _join(raw, told, xml.sound)
    return RawDocument(
        feed=_head(raw, told, xml.sound),
        entries=entries,
        problems=(*problems, *mismatch),
        partial=xml.partial,
        encoding=xml.encoding,
    )


def _join(raw: Raw | None, told: Told, sound: bool) -> tuple[tuple[RawEntry, ...], tuple[Problem, ...]]:
    merge = _trust_raw if sound else _trust_told
    if raw is not None and len(raw.entries) == len(told.entries):
        return tuple(map(merge, raw.entries, told.entries)), ()
    found = 0 if raw is None else len(raw.entries)
    detail = f"feedparser finds {len(told.entries)} entries, the raw pass {found}: joined by id, link or title"
    return _match(raw.entries if raw else (), told.entries, merge), (Problem(kind="raw-mismatch", detail=detail),)


Merge = Callable[[RawEntry, RawEntry], RawEntry]


def _match(raw: tuple[RawEntry, ...], told: tuple[RawEntry, ...], merge: Merge) -> tuple[RawEntry, ...]:
    """Each of feedparser's entries with the first unused raw one of equal id, link or title; else by itself."""
    by_name: dict[tuple[str, str], list[int]] = {}
    for number, entry in enumerate(raw):
        for name in _names(entry):
            by_name.setdefault(name, []).append(number)
    used: set[int] = set()
    joined = []
    for entry in told:
        same = next((n for name in _names(entry) for n in by_name.get(name, ()) if n not in used), None)
        if same is None:
            joined.append(entry)
        else:
            used.add(same)
            joined.append(merge(raw[same], entry))
    return tuple(joined)


def _names(entry: RawEntry) -> tuple[tuple[str, str], ...]:
    """What an entry can be recognised by, best first."""
    link = next((link.href for link in entry.links if link.rel == "alternate"), None)
    title = entry.title.value.strip() if entry.title else None
    return tuple((kind, name) for kind, name in (("id", entry.raw_id), ("link", link), ("title", title)) if name)


def _trust_raw(raw: RawEntry, told: RawEntry) -> RawEntry:
    """The raw entry; feedparser knows a few older names for a title and an author."""
    return replace(raw, title=raw.title or told.title, authors=raw.authors or told.authors)


def _trust_told(raw: RawEntry, told: RawEntry) -> RawEntry:
    """The text of feedparser; the raw pass for what feedparser changes."""
    return replace(
        raw,
        title=told.title or raw.title,
        bodies=told.bodies or raw.bodies,
        links=raw.links or told.links,
        authors=told.authors or raw.authors,
        dates=raw.dates or told.dates,
        raw_id=raw.raw_id or told.raw_id,
        permalink=raw.permalink if raw.raw_id else told.permalink,
    )


def _head(raw: Raw | None, told: Told, sound: bool) -> RawFeed:
    if raw is None:
        return told.feed
    title, subtitle = raw.feed.title, raw.feed.subtitle
    return replace(
        raw.feed,
        version=told.version,
        title=(title or told.feed.title) if sound else (told.feed.title or title),
        subtitle=(subtitle or told.feed.subtitle) if sound else (told.feed.subtitle or subtitle),
        links=raw.feed.links or told.feed.links,
        authors=raw.feed.authors or told.feed.authors,
    )


def _version(xml: Xml) -> str:
    """The version by the root element alone, for a document that feedparser cannot read."""
    return {"feed": "atom10", "RDF": "rss10"}.get(xml.root, "rss20")
