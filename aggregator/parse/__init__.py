"""Bytes to a document as its publisher wrote it: nothing is cleaned, resolved or dated here.

Pure: no clock, no network, no disk. The readers are loaded on first use, so that a process which only hands bodies to
its workers never pays for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.model import RawDocument, ReadContext

if TYPE_CHECKING:
    from aggregator.parse.gate import Json, Xml

__all__ = ["read", "read_patiently"]


def read(body: bytes, context: ReadContext) -> RawDocument:
    """Read RSS 0.90 to 2.0, Atom 0.3 and 1.0, or JSON Feed 1 and 1.1 (P-01 to P-08); posts of a WordPress where the
    context says so (B-05).

    Raises:
        UnreadableError: the body is no feed, cannot be read, or breaks a limit.
    """
    from aggregator.parse.gate import Xml, admit
    from aggregator.parse.rapid import read_rapidly

    admitted = admit(body, context.content_type)
    if isinstance(admitted, Xml) and context.form == "feed":
        document = read_rapidly(admitted, context)
        if isinstance(document, RawDocument):
            return document
    return read_patiently(admitted, context)


def read_patiently(admitted: Json | Xml, context: ReadContext) -> RawDocument:
    """Read what the gate let in, without the rapid path; only XML has two.

    Raises:
        UnreadableError: it cannot be read.
    """
    from aggregator.parse.gate import Json

    if context.form == "wordpress":
        from aggregator.parse.wordpress import read_posts

        return read_posts(admitted, context)
    if isinstance(admitted, Json):
        from aggregator.parse.jsonfeed import read_json

        return read_json(admitted, context)
    from aggregator.parse.join import read_xml

    return read_xml(admitted, context)
