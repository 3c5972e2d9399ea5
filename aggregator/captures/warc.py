"""Door: the only file that knows warcio. A record as bytes, and bytes as a record. Opens no file."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import SEEK_CUR, BytesIO
from typing import BinaryIO

from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader

VERSION = "WARC/1.1"
_LONGEST_LINE, _BITE = 1 << 16, 1 << 20
Fields = Sequence[tuple[str, str]]


class RecordError(Exception):
    """The bytes are no sound record; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record: its named fields in their order, and its block."""

    fields: tuple[tuple[str, str], ...]
    block: bytes

    def field(self, name: str) -> str | None:
        """The first value of a field; names are compared without case."""
        return next((value for key, value in self.fields if key.lower() == name.lower()), None)

    @property
    def kind(self) -> str:
        """``response``, ``request``, ``revisit``, ``resource``, ``warcinfo``, ``metadata`` …"""
        return self.field("WARC-Type") or ""


def record(kind: str, fields: Fields, *, head: bytes | None = None, body: bytes = b"", digested: bool = True) -> bytes:
    """One record, not compressed. ``head`` is the head of an HTTP message up to its empty line; ``fields`` are those
    of the record besides type, length and, unless it is not to be ``digested``, the digest of the block. A ``revisit``
    holds no body."""
    every = [("WARC-Type", kind), *fields]
    if digested:
        digest = sha256(head or b"")
        digest.update(body)
        every.append(("WARC-Block-Digest", f"sha256:{digest.hexdigest()}"))
    block = body if head is None else head + body
    every.append(("Content-Length", str(len(block))))
    # The library writes the same bytes (`tests/captures/test_warc.py`) by a long way round, and there is a record at
    # every poll.
    lines = "\r\n".join([VERSION, *(f"{name}: {value}" for name, value in every), "\r\n"])
    return b"".join((lines.encode(), block, b"\r\n\r\n"))


def parse(data: bytes) -> Record:
    """The record in the bytes of one member.

    Raises:
        RecordError: it is none, its length is wrong, or its block is not the one that its digest names.
    """
    stream = BytesIO(data)
    try:
        found = ArcWarcRecordLoader().parse_record_stream(stream, known_format="warc", no_record_parse=True)
        length = int(found.rec_headers.get_header("Content-Length") or "")
        block = found.raw_stream.read(length)
    except (ArchiveLoadFailed, EOFError, ValueError) as error:
        raise RecordError(f"it is no WARC record ({error})") from error
    if len(block) != length or stream.read() != b"\r\n\r\n":
        raise RecordError("its length is not the one it names")
    made = Record(fields=tuple(found.rec_headers.headers), block=block)
    named = made.field("WARC-Block-Digest")
    if named is not None and named != f"sha256:{sha256(block).hexdigest()}":
        raise RecordError("its block is not the one that its digest names")
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a record of somebody else's web archive holds: of an HTTP answer its status and its body as the server meant
    it, unpacked; else the block. ``body`` is ``None`` where it has more bytes than were allowed."""

    kind: str
    url: str | None
    date: str | None
    status: int
    content_type: str | None
    body: bytes | None


def next_answer(stream: BinaryIO, largest: int) -> Answer | None:
    """The next record of a seekable stream of plain records, written by any program; ``None`` at its end.

    Raises:
        RecordError: there is no record where one must begin, or it breaks off.
    """
    if not _past_blank_lines(stream):
        return None
    try:
        found = ArcWarcRecordLoader().parse_record_stream(stream, no_record_parse=True)
        block = _block(found, largest)
        return _answer(found, block, largest)
    except (ArchiveLoadFailed, EOFError, ValueError, TypeError, AttributeError, OverflowError, zlib.error) as error:
        raise RecordError(f"it is no WARC record ({error!s:.120})") from error


def _past_blank_lines(stream: BinaryIO) -> bool:
    while line := stream.readline(_LONGEST_LINE):
        if line.strip():
            stream.seek(-len(line), SEEK_CUR)
            return True
    return False


def _block(found: ArcWarcRecord, largest: int) -> bytes | None:
    """The whole block; one that is too long is passed over."""
    named = found.rec_headers.get_header("Content-Length" if found.format == "warc" else "length") or ""
    if not named.isdigit():
        raise RecordError("the record does not say how long it is")
    length = int(named)
    parts, left = [], length
    while left and (part := found.raw_stream.read(min(left, _BITE))):
        left -= len(part)
        if length <= largest:
            parts.append(part)
    if left:
        raise RecordError("the file breaks off inside this record")
    return b"".join(parts) if length <= largest else None


def _answer(found: ArcWarcRecord, block: bytes | None, largest: int) -> Answer:
    names, kind = found.rec_headers, found.rec_type or ""
    url = names.get_header("WARC-Target-URI") or names.get_header("uri")
    date = names.get_header("WARC-Date") or names.get_header("archive-date")
    stream = BytesIO(block or b"")
    lines = ArcWarcRecordLoader().load_http_headers(kind, url, stream, len(block or b"")) if block else None
    if lines is None:
        return Answer(kind=kind, url=url, date=date, status=200, content_type=found.content_type, body=block)
    message = ArcWarcRecord("warc", kind, names, stream, lines, None, None)
    body = message.content_stream().read(largest + 1)
    status = lines.get_statuscode() or ""
    return Answer(
        kind=kind,
        url=url,
        date=date,
        status=int(status) if status.isdigit() else 0,
        content_type=lines.get_header("Content-Type"),
        body=body if len(body) <= largest else None,
    )
