"""What was published of an entry before, cut out of the files it was published in: an entry that is as it was then need
not be told anew. Pure.

A mark is a digest of everything that an item is made from, its copies and source among it, so an item with the mark it
had then is the same item, whatever happened since. The marks of a document stand in the note of what was published.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from aggregator.model import Item

DIGITS = 16
"""Characters of a mark: 96 bits."""
_ENCODER = msgspec.json.Encoder()
_NONE = "?" * DIGITS


def mark(item: Item) -> str:
    """The mark of an item."""
    try:
        said = _ENCODER.encode(item)
    except UnicodeEncodeError:  # half a character, of which nobody can say whether it is the same
        return _NONE
    return base64.urlsafe_b64encode(hashlib.sha256(said).digest()[: DIGITS * 3 // 4]).decode()


def marks_in(noted: str) -> tuple[str, ...]:
    """The way back from marks written one after another; none where that is not what it is."""
    if len(noted) % DIGITS:
        return ()
    return tuple(noted[at : at + DIGITS] for at in range(0, len(noted), DIGITS))


def by_mark(marks: Sequence[str], pieces: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """The pieces of each item by the kind of document, for documents that list the items in the order of the marks:
    all of them, or (pages of a JSON Feed) only the first. A document that lists other ones is left out."""
    found: dict[str, dict[str, str]] = {each: {} for each in marks if each != _NONE}
    for kind, own in pieces.items():
        if len(own) == len(marks) or (kind == "json" and len(own) < len(marks)):
            for each, piece in zip(marks, own, strict=False):
                if each in found:
                    found[each][kind] = piece
    return found


def between(body: str, start: str, end: str) -> Iterator[str]:
    """The pieces of a document from each start to the next end, both included. Neither can stand inside a piece."""
    _, *found = body.split(start)
    for each in found:
        piece, there, _ = each.partition(end)
        if there:
            yield f"{start}{piece}{end}"


def lengths(pieces: Iterable[str]) -> str:
    """How long pieces are that nothing but their lengths tells apart."""
    return ",".join(str(len(piece)) for piece in pieces)


def backwards(body: str, noted: str, gap: str) -> tuple[str, ...]:
    """The pieces at the end of a body, by their lengths, with a gap between them and before the first; none where the
    body is not that."""
    found: list[str] = []
    at = len(body)
    for length in reversed([int(each) for each in noted.split(",") if each]):
        found.append(body[at - length : at])
        at -= length + len(gap)
        if at < 0 or body[at : at + len(gap)] != gap:
            return ()
    return tuple(reversed(found))
