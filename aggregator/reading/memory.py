"""What is remembered of the entries of a document, so that the next document need not read them again: the bytes that
`Document.memory` is made of.

Law: what is recalled is what reading again would give. A memory that is damaged, of another release or from the future
is no memory. It holds no text, only what deciding needs of an entry that did not change.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import msgspec

from aggregator.model import (
    ContentHash,
    DateStatus,
    Entry,
    Fingerprint,
    Precision,
    RevisionHash,
    Stamp,
    ZoneSource,
)

FORM = 1
"""Version of the form below; another one is not read."""
_LARGEST = 16 * 1024 * 1024

# To ask the enumerations costs more than the rest of a stamp.
_ZONES = {zone.value: zone for zone in ZoneSource}
_PRECISIONS = {precision.value: precision for precision in Precision}
_STATES = {status.value: status for status in DateStatus}

Row = list[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Rows by the mark of their entry (`marks.marks_of`), and when (Unix seconds) the document was fetched."""

    rows: Mapping[str, Row]
    at: int = 0


NOTHING = Memory(rows=MappingProxyType({}))


def unpack(data: bytes | None, now: datetime) -> Memory:
    """The memory of a stored form; nothing where it cannot be trusted. ``now`` is when the document was fetched."""
    if not data:
        return NOTHING
    try:
        bounded = zlib.decompressobj()
        form, at, rows = json.loads(bounded.decompress(data, _LARGEST))
        if form != FORM or at > now.timestamp() or not bounded.eof:
            return NOTHING
        return Memory(rows={row[0]: row for row in rows}, at=at)
    except (zlib.error, ValueError, TypeError, IndexError, KeyError):
        return NOTHING


def pack(rows: list[Row], now: datetime) -> bytes:
    """The stored form of what was learned from a document fetched ``now``."""
    return zlib.compress(_json([FORM, int(now.timestamp()), rows]), 1)


def _json(value: Row) -> bytes:
    """The same bytes whichever of the two writes them; the quick one refuses half characters."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        return text.encode("utf-8", "surrogatepass")


def row_of(mark: str, entry: Entry, fingerprint: Fingerprint, exact: Stamp) -> Row | None:
    """A row for an entry with its stamp as read, before habits of its document; ``None`` where it cannot be kept."""
    stamps = [_stamp_row(stamp) for stamp in (exact, entry.updated)]
    if any(stamp is False for stamp in stamps):
        return None
    link = 0 if entry.link == entry.url else entry.link
    about = [entry.raw_id, entry.permalink, entry.url, link, entry.base, entry.title]
    hashes = [fingerprint.content, fingerprint.revision, fingerprint.title, fingerprint.lead]
    said = [entry.language, entry.language_origin, entry.raw_date, *stamps]
    return [mark, *about, *said, *hashes, fingerprint.strong, fingerprint.version]


def entry_of(row: Row, position: int) -> Entry:
    """The entry of a row, short of everything that `Document.recalled` says is missing."""
    _, raw_id, permalink, url, link, base, title, language, origin, raw_date, published, updated, *_ = row
    return Entry(
        position=position,
        raw_id=raw_id,
        permalink=permalink,
        url=url,
        link=url if link == 0 else link,
        base=base,
        title=title,
        language=language,
        language_origin=origin,
        published=_stamp(published),
        updated=_stamp(updated) if updated else None,
        raw_date=raw_date,
    )


def fingerprint_of(row: Row) -> Fingerprint:
    """The fingerprint of a row."""
    content, revision, title, lead, strong, version = row[-6:]
    return Fingerprint(
        content=ContentHash(content),
        revision=RevisionHash(revision),
        title=title,
        lead=lead,
        strong=strong,
        version=version,
    )


def _stamp_row(stamp: Stamp | None) -> Row | bool | None:
    """A stamp as a row; ``False`` for one with fractions of a second, which has no place in it."""
    if stamp is None:
        return None
    if stamp.instant is not None and stamp.instant.microsecond:
        return False
    instant = None if stamp.instant is None else int(stamp.instant.timestamp())
    return [stamp.raw, stamp.element, instant, stamp.zone.value, stamp.precision.value, stamp.status.value]


def _stamp(row: Row) -> Stamp:
    raw, element, instant, zone, precision, status = row
    return Stamp(
        raw=raw,
        element=element,
        instant=None if instant is None else datetime.fromtimestamp(instant, UTC),
        zone=_ZONES[zone],
        precision=_PRECISIONS[precision],
        status=_STATES[status],
    )
