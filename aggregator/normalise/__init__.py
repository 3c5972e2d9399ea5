"""The room where RSS, Atom and JSON Feed become one thing: a raw document goes in, a `Document` comes out. All pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aggregator.model import Document, Entry, Problem, RawDocument, ReadContext
from aggregator.normalise.date_habits import days_for_midnights
from aggregator.normalise.entry import Surroundings, entry_problems, read_entry
from aggregator.normalise.feed import absolute_links, read_hints, read_profile
from aggregator.normalise.html import SANITISER_VERSION, clean_html
from aggregator.normalise.places import entry_links, entry_urls, place_of

__all__ = ["SANITISER_VERSION", "clean_html", "normalise"]


def normalise(raw: RawDocument, context: ReadContext) -> Document:
    """The document with plain titles, chosen bodies, absolute and canonical links and dated entries, without
    fingerprints (P-20 to P-47). Entries keep their order and number; nothing is dropped and nothing raises."""
    place = place_of(raw, context)
    profile = read_profile(raw.feed, context, place)
    around = Surroundings(raw=raw, context=context, place=place, feed_title=profile.title or "".join(place.hosts[:1]))
    urls = entry_urls(raw.entries, place)
    addresses = zip(urls, entry_links(urls, place.hosts), strict=True)
    entries = [
        read_entry(entry, position, pair, around)
        for position, (entry, pair) in enumerate(zip(raw.entries, addresses, strict=True))
    ]
    return Document(
        version=raw.feed.version,
        encoding=raw.encoding,
        feed=profile,
        entries=_with_days(entries, context.timezone),
        links=absolute_links(raw.feed, place),
        hints=read_hints(raw.feed),
        tombstones=raw.feed.tombstones,
        problems=(*raw.problems, *_problems(raw, entries)),
        partial=raw.partial,
        complete=raw.feed.complete,
    )


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
