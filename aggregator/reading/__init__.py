"""The reading hall: bytes to normalised, fingerprinted document. It is what runs inside a worker process.

It is apart from `pipeline` so that a worker loads parsing and nothing else.
"""

from __future__ import annotations

from datetime import UTC, datetime

from aggregator.model import Document, ReadContext
from aggregator.parse import read, read_patiently
from aggregator.reading.whole import document_of

__all__ = ["FAR_OFF", "NOWHERE", "document_of", "parse_document", "read_document", "timeless"]

NOWHERE = "http://document.invalid/"
"""The base of a document that was given without an address (RFC 2606 reserves the name)."""
FAR_OFF = datetime(2100, 1, 1, tzinfo=UTC)


def read_document(body: bytes, context: ReadContext) -> Document:
    """Parse, normalise and fingerprint one body: a pure function of its arguments.

    With a memory in the context, entries that did not change since are recalled instead (`Document.recalled`).

    Raises:
        UnreadableError: the body is no feed, or breaks a limit.
    """
    if context.memory is None or context.form != "feed" or context.slip is not None:
        return document_of(read(body, context), context)
    from aggregator.parse.gate import Xml, admit
    from aggregator.reading.recall import read_recalling, read_remembering

    admitted = admit(body, context.content_type)
    document = read_recalling(admitted, context) if isinstance(admitted, Xml) else None
    return document or read_remembering(read_patiently(admitted, context), context)


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
