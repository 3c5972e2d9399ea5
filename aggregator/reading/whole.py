"""A parsed document normalised and fingerprinted as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from aggregator.dedupe.fingerprint import fingerprint, own_names
from aggregator.model import Document, Entry, FeedProfile, Fingerprint, RawDocument, ReadContext
from aggregator.normalise import document_in, entries_in, surroundings

Known = Mapping[int, tuple[Entry, Fingerprint]]
NOTHING_KNOWN: Known = MappingProxyType({})


def document_of(raw: RawDocument, context: ReadContext, known: Known = NOTHING_KNOWN) -> Document:
    """Normalise and fingerprint what was parsed, whichever way it was.

    ``known`` are the entries that need neither, by their positions in the document, short of their canonical links;
    those of ``raw`` are the others. Each entry is hashed right after it was read, while its text is at hand.
    """
    around = surroundings(raw, context)
    names = own_names(around.profile, _names_of(around.profile, context))
    entries, prints = [], []
    for entry in entries_in(around, {position: entry for position, (entry, _) in known.items()}):
        entries.append(entry)
        same = known.get(entry.position)
        prints.append(same[1] if same else fingerprint(entry, names))
    return replace(document_in(around, entries, known), fingerprints=tuple(prints))


def _names_of(feed: FeedProfile, context: ReadContext) -> tuple[str, ...]:
    """What the source of a document calls itself, for boilerplate (D-02)."""
    return tuple(dict.fromkeys(name for name in (*context.names, feed.title) if name))
