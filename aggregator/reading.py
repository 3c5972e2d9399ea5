"""The reading hall: bytes to normalised, fingerprinted document. It is what runs inside a worker process.

It is apart from `pipeline` so that a worker loads parsing and nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from aggregator.dedupe.fingerprint import fingerprints
from aggregator.model import Document, RawDocument, ReadContext
from aggregator.normalise import normalise
from aggregator.parse import read

NOWHERE = "http://document.invalid/"
"""The base of a document that was given without an address (RFC 2606 reserves the name)."""
FAR_OFF = datetime(2100, 1, 1, tzinfo=UTC)


def read_document(body: bytes, context: ReadContext) -> Document:
    """Parse, normalise and fingerprint one body: a pure function of its arguments.

    Raises:
        UnreadableError: the body is no feed, or breaks a limit.
    """
    return document_of(read(body, context), context)


def document_of(raw: RawDocument, context: ReadContext) -> Document:
    """Normalise and fingerprint what was parsed, whichever way it was."""
    document = normalise(raw, context)
    names = tuple(dict.fromkeys(name for name in (*context.names, document.feed.title) if name))
    return replace(document, fingerprints=fingerprints(document, names))


def timeless(url: str | None = None, content_type: str | None = None) -> ReadContext:
    """The context of a document that is read without a clock and perhaps without an address."""
    return ReadContext(url=url or NOWHERE, fetched_at=FAR_OFF, content_type=content_type)


def parse_document(data: bytes, *, url: str | None = None, content_type: str | None = None) -> Document:
    """Read one document, for scripts and notebooks. Pure: no network, no clock.

    Without a clock no date can be "in the future": dates are judged as on 1 January 2100.

    Raises:
        UnreadableError: the body is no feed, or breaks a limit.
    """
    return read_document(data, timeless(url, content_type))
