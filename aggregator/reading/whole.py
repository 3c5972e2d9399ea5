"""A parsed document normalised and fingerprinted as a whole."""

from __future__ import annotations

from dataclasses import replace

from aggregator.dedupe.fingerprint import fingerprints
from aggregator.model import Document, RawDocument, ReadContext
from aggregator.normalise import normalise


def document_of(raw: RawDocument, context: ReadContext) -> Document:
    """Normalise and fingerprint what was parsed, whichever way it was."""
    document = normalise(raw, context)
    return replace(document, fingerprints=fingerprints(document, names_of(document, context)))


def names_of(document: Document, context: ReadContext) -> tuple[str, ...]:
    """What the source of a document calls itself, for boilerplate (D-02)."""
    return tuple(dict.fromkeys(name for name in (*context.names, document.feed.title) if name))
