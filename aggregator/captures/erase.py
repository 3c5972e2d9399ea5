"""What stands where a capture was taken down: one record of exactly the same length, so that every other place stays
right. Pure."""

from __future__ import annotations

import zlib
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from aggregator.captures.seal import instant_field, line
from aggregator.captures.warc import Record, record
from aggregator.model import Place

ERASED = "Aggregator-Erased"
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_FRAME, _BLOCK, _LARGEST = len(_HEAD) + 8, 5, 0xFFFF
_LONGEST_REASON = 60


def erased(place: Place, reason: str, at: datetime) -> bytes:
    """A ``metadata`` record that fills the place: says when (aware, UTC) and why, and nothing of what was there.

    Raises:
        ValueError: the place is shorter than any capture of ours.
    """
    blocks = max(1, -(-(place.length - _FRAME) // (_LARGEST + _BLOCK)))
    for count in range(blocks, blocks + 3):
        # Now and then a length cannot be met with this many blocks, as the record tells its own length in digits.
        data = _filling(place.length - _FRAME - _BLOCK * count, place, reason, at)
        if data is not None:
            return _member(data, count)
    raise ValueError(f"{place.length} bytes are less than any capture of ours has")


def was_erased(found: Record) -> str | None:
    """When and why, where the record stands for a capture that was taken down."""
    return found.field(ERASED)


def _filling(size: int, place: Place, reason: str, at: datetime) -> bytes | None:
    name = uuid5(NAMESPACE_URL, f"erased {place.file} {place.offset}").urn
    fields = (
        ("WARC-Record-ID", f"<{name}>"),
        ("WARC-Date", instant_field(at)),
        (ERASED, f"{instant_field(at)} {line(reason)[:_LONGEST_REASON]}".strip()),
        ("Content-Type", "text/plain"),
    )
    spare = size - len(record("metadata", fields, digested=False)) + 1
    for digits in range(1, 10):
        body = spare - digits
        if body >= 0 and len(str(body)) == digits:
            return record("metadata", fields, body=b" " * body, digested=False)
    return None


def _member(data: bytes, count: int) -> bytes:
    """One gzip member that packs nothing: its length is known beforehand."""
    parts = [data[_LARGEST * number : _LARGEST * (number + 1)] for number in range(count)]
    blocks = [
        bytes([number == count - 1])
        + len(part).to_bytes(2, "little")
        + (len(part) ^ _LARGEST).to_bytes(2, "little")
        + part
        for number, part in enumerate(parts)
    ]
    tail = zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")
    return _HEAD + b"".join(blocks) + tail
