"""Door: the only file that knows warcio. A record as bytes, and bytes as a record. Reads and writes no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

VERSION = "WARC/1.1"
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


class _Head(StatusAndHeaders):  # type: ignore[misc]  # the library has no types
    """The head of an HTTP message as it came: the library would change what is not ASCII."""

    def __init__(self, head: bytes) -> None:
        super().__init__("as received", [])
        self.headers_buff = head

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        """It is there already."""


class _Writer(WARCWriter):  # type: ignore[misc]  # the library has no types
    """The library's writer without its own digests (SHA-1): ours are named already."""

    def ensure_digest(self, record: object, block: bool = True, payload: bool = True) -> None:
        """They are there already."""


def record(kind: str, fields: Fields, *, head: bytes | None = None, body: bytes = b"", digested: bool = True) -> bytes:
    """One record, not compressed. ``head`` is the head of an HTTP message up to its empty line; ``fields`` are those
    of the record besides type, length and, unless it is not to be ``digested``, the digest of the block."""
    every = [("WARC-Type", kind), *fields]
    if digested:
        digest = sha256(head or b"")
        digest.update(body)
        every.append(("WARC-Block-Digest", f"sha256:{digest.hexdigest()}"))
    out = BytesIO()
    writer = _Writer(out, gzip=False, warc_version=VERSION)
    made = writer.create_warc_record(
        None,
        kind,
        payload=BytesIO(body) if head is not None or body else None,
        length=len(body),
        warc_headers=StatusAndHeaders("", every, protocol=VERSION),
        http_headers=_Head(head) if head is not None else None,
    )
    # Without a type of its own the library would call the record one of WARC.
    made.content_type = made.rec_headers.get_header("Content-Type")
    writer.write_record(made)
    return out.getvalue()


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
