"""What a file is, by its first bytes: its name is only what somebody called it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from aggregator.errors import UnreadableError


class FileKind(StrEnum):
    """What can be read of a file: a web archive, or text of which `Form` tells more."""

    WARC = "warc"
    TEXT = "text"


class Form(StrEnum):
    """What a text is: markup that may be a feed, data that may be one, a web page, or words alone."""

    XML = "xml"
    JSON = "json"
    HTML = "html"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class _Magic:
    start: bytes
    name: str


START, LOOK = 4_096, 65_536
"""So many bytes tell what a file is, so many characters what a text is."""
_ODD = 0.02
_FOREIGN = (
    _Magic(b"%PDF-", "a PDF document"),
    _Magic(b"PK\x03\x04", "a ZIP archive or an office document"),
    _Magic(b"\x89PNG", "a PNG image"),
    _Magic(b"\xff\xd8\xff", "a JPEG image"),
    _Magic(b"GIF8", "a GIF image"),
    _Magic(b"\xd0\xcf\x11\xe0", "an old office document"),
    _Magic(b"{\\rtf", "an RTF document"),
    _Magic(b"SQLite format 3\0", "a database"),
    _Magic(b"\x7fELF", "a program"),
    _Magic(b"MZ\x90\0", "a program"),
    _Magic(b"BZh", "a bzip2 archive"),
    _Magic(b"\xfd7zXZ\0", "an xz archive"),
    _Magic(b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    _Magic(b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    _Magic(b"RIFF", "a sound, film or image"),
    _Magic(b"OggS", "a sound or film"),
    _Magic(b"ID3", "a sound"),
    _Magic(b"bplist00", "a binary property list"),
)
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff", b"<\0", b"\0<")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1b\x1a"))
_COMMENTS = r"\s*+(?>(?:<!--(?:(?!-->).)*+-->\s*+)*+)"
_MARKED_UP = re.compile(_COMMENTS + r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_FEED = re.compile(r"\s*(?:<\?xml[\s?]|<!doctype\s+(?:rss|rdf)|<(?:rss|feed|(?:\w+:)?RDF)[\s>])", re.IGNORECASE)
_BLOCK = re.compile(r"<(?:p|div|article|h[1-6]|ul|table|br|section)\b[^<>]*>", re.IGNORECASE)


def kind_of(start: bytes) -> FileKind:
    """What a file is, by its first 4 KB.

    A gzip file counts as a web archive: whoever opens it finds out.

    Raises:
        UnreadableError: kinds ``empty``, ``binary`` with what it is in words.
    """
    if not start.strip(b"\0 \t\r\n\x0c"):
        raise UnreadableError("empty", "the file is empty")
    if start.startswith((b"WARC/", b"\x1f\x8b")):
        return FileKind.WARC
    if start.startswith(_WIDE):
        return FileKind.TEXT
    for magic in _FOREIGN:
        if start.startswith(magic.start):
            raise UnreadableError("binary", f"it is {magic.name}, not text; save it as text or HTML first")
    look = start[:START]
    if b"\0" in look or len(look) - len(look.translate(None, _CONTROLS)) > _ODD * len(look):
        raise UnreadableError("binary", "it is no text; save it as text or HTML first")
    return FileKind.TEXT


def form_of(text: str) -> Form:
    """What a decoded text is. XML may still be a page, and JSON anything: only reading it tells."""
    start = text.lstrip("\ufeff \t\r\n")[:LOOK]
    if _MARKED_UP.match(start):
        return Form.HTML
    if _FEED.match(start):
        return Form.XML
    if start[:1] in {"{", "["} and re.match(r"[{\[]\s*[\"{\[\]}]", start):
        return Form.JSON
    return Form.HTML if start.startswith("<") and _BLOCK.search(start) else Form.PLAIN
