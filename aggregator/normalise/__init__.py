"""The room where RSS, Atom and JSON Feed become one thing: a raw document goes in, a `Document` comes out. All pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from aggregator.model import Document, Entry, Problem, RawDocument, ReadContext
from aggregator.normalise.date_habits import days_for_midnights
from aggregator.normalise.entry import Surroundings, entry_problems, read_entry
from aggregator.normalise.feed import absolute_links, read_hints, read_profile
from aggregator.normalise.html import SANITISER_VERSION, clean_html
from aggregator.normalise.places import entry_links, entry_urls, place_of

__all__ = ["SANITISER_VERSION", "clean_html", "document_in", "entries_in", "normalise", "surroundings"]

NONE_RECALLED: Mapping[int, Entry] = MappingProxyType({})


def normalise(raw: RawDocument, context: ReadContext) -> Document:
    """The document with plain titles, chosen bodies, absolute and canonical links and dated entries, without
    fingerprints (P-20 to P-47). Entries keep their order and number; nothing is dropped and nothing raises."""
    around = surroundings(raw, context)
    return document_in(around, entries_in(around))


def surroundings(raw: RawDocument, context: ReadContext) -> Surroundings:
    """What the entries of a document take over from it and from the context; only its head is looked at."""
    place = place_of(raw, context)
    return Surroundings(raw=raw, context=context, place=place, profile=read_profile(raw.feed, context, place))


def entries_in(around: Surroundings, recalled: Mapping[int, Entry] = NONE_RECALLED) -> Iterator[Entry]:
    """The entries of a document one after another, read when they are asked for, with exact stamps.

    Some may be recalled instead of read: those by their positions in the document; the entries of ``around.raw`` are
    the others. Who takes them one by one finds the text of each still at hand (`tidy.tidy`).
    """
    raw, place = around.raw, around.place
    others = iter(zip(raw.entries, entry_urls(raw.entries, place), strict=True))
    sources = [recalled.get(n) or next(others) for n in range(len(raw.entries) + len(recalled))]
    urls = [source.url if isinstance(source, Entry) else source[1] for source in sources]
    for position, (source, link) in enumerate(zip(sources, entry_links(urls, place.hosts), strict=True)):
        if isinstance(source, Entry):
            yield _with_link(source, link)
        else:
            yield read_entry(source[0], position, (source[1], link), around)


def document_in(around: Surroundings, found: Iterable[Entry], recalled: Collection[int] = ()) -> Document:
    """The document of these entries, once habits of all of them are known; ``recalled`` as in `entries_in`."""
    raw, context, place, profile = around.raw, around.context, around.place, around.profile
    entries = tuple(found)
    return Document(
        version=raw.feed.version,
        encoding=raw.encoding,
        feed=profile,
        entries=_with_days(entries, context.timezone),
        links=absolute_links(raw.feed, place),
        hints=read_hints(raw.feed),
        tombstones=raw.feed.tombstones,
        problems=(*raw.problems, *_problems(raw, [each for each in entries if each.position not in recalled])),
        partial=raw.partial,
        complete=raw.feed.complete,
    )


def _with_link(entry: Entry, link: str | None) -> Entry:
    return entry if entry.link == link else replace(entry, link=link)


def _with_days(entries: Sequence[Entry], zone: str) -> tuple[Entry, ...]:
    """The midnight rule, which takes the whole document to judge (P-35)."""
    stamps = [entry.published for entry in entries]
    days = days_for_midnights(stamps, zone)
    return tuple(
        entry if entry.published is day else replace(entry, published=day)
        for entry, day in zip(entries, days, strict=True)
    )


def _problems(raw: RawDocument, entries: Sequence[Entry]) -> tuple[Problem, ...]:
    pairs = zip(raw.entries, entries, strict=True)
    return tuple(problem for source, entry in pairs for problem in entry_problems(source, entry))
