"""Bytes to a document as its publisher wrote it: nothing is cleaned, resolved or dated here.

Pure: no clock, no network, no disk. The readers are loaded on first use, so that a process which only hands bodies to
its workers never pays for them.
"""

from __future__ import annotations

from aggregator.model import RawDocument, ReadContext

__all__ = ["read"]


def read(body: bytes, context: ReadContext) -> RawDocument:
    """Read RSS 0.90 to 2.0, Atom 0.3 and 1.0, or JSON Feed 1 and 1.1 (P-01 to P-08); posts of a WordPress where the
    context says so (B-05).

    Raises:
        UnreadableError: the body is no feed, cannot be read, or breaks a limit.
    """
    from aggregator.parse.gate import Json, admit

    if context.form == "wordpress":
        from aggregator.parse.wordpress import read_posts

        return read_posts(admit(body, context.content_type), context)
    match admit(body, context.content_type):
        case Json() as json:
            from aggregator.parse.jsonfeed import read_json

            return read_json(json, context)
        case xml:
            from aggregator.parse.rapid import read_rapidly

            document = read_rapidly(xml, context)
            if isinstance(document, RawDocument):
                return document
            from aggregator.parse.join import read_xml

            return read_xml(xml, context)
