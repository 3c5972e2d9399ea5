"""Where the entries of a sound document lie, so that those that are known need not be parsed again.

Law: reading the document without some entries gives for each of the others what reading all of it gives. What an entry
says depends only on its own bytes and on the elements around it: on namespaces, language and base that these declare.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from aggregator.parse.survey import Survey, survey

_TAG = re.compile(rb"""<(?:[^<>"']|"[^"]*"|'[^']*')*+>""")
DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'
"""Every document that the gate lets in begins with this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slices:
    """The entries of a document as bytes of ``data``: ``spans`` from start tag to end tag, in document order.

    ``around`` are the offsets of the start tags that are open around them, outermost first.
    """

    data: bytes
    spans: tuple[tuple[int, int], ...]
    around: tuple[int, ...]

    def pieces(self) -> Iterator[memoryview]:
        """The bytes of each entry."""
        whole = memoryview(self.data)
        return (whole[start:end] for start, end in self.spans)

    def frame(self) -> bytes:
        """The start tags around every entry: the part of the document that its entries are read in."""
        tags = (_TAG.match(self.data, start) for start in self.around)
        return b"".join(tag[0] for tag in tags if tag)

    def without(self, positions: Collection[int]) -> bytes:
        """The document without the entries at these positions (0 is the first); it stays well-formed."""
        kept, last = [], 0
        whole = memoryview(self.data)
        for position, (start, end) in enumerate(self.spans):
            if position in positions:
                kept.append(whole[last:start])
                last = end
        return b"".join((*kept, whole[last:]))


def slices(data: bytes) -> Slices | None:
    """The slices of UTF-8 XML that begins with `DECLARATION` and its root tag.

    ``None`` where it is not well-formed, or its entries are not all of one name in the same element.

    Raises:
        UnreadableError: ``too-large`` for a text of more than 8 MiB.
    """
    return slices_of(data, survey(data.removeprefix(DECLARATION)))


def slices_of(data: bytes, seen: Survey) -> Slices | None:
    """The same from a survey of what follows the declaration, which the gate has made anyway."""
    if seen.fault or len(seen.around) > 1 or len(seen.ends) != len(seen.entries):
        return None
    skipped = len(DECLARATION)
    spans = tuple((start + skipped, end + skipped) for start, end in zip(seen.entries, seen.ends, strict=True))
    _, around = next(iter(seen.around), ("", ()))
    return Slices(data=data, spans=spans, around=tuple(offset + skipped for offset in around))
