"""Bytes to text: which encoding it really is, by P-03, and what to do when the label lies, by P-04."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from aggregator.model import Problem
from aggregator.parse.characters import C1

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BARE_WIDE = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"{\0", "utf-16-le"),
    (b"\0{", "utf-16-be"),
)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]+)""", re.IGNORECASE)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_NOT_CHARACTER_SETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7", "mbcs", "oem"}
_LATIN = {"iso8859-1", "cp1252"}
_WIDE = ("utf-16", "utf-32")
_MOJIBAKE = 3
_NEARLY_ALL = 0.9
_TRAIL = "[" + "".join(re.escape(C1.get(byte, chr(byte))) for byte in range(0x80, 0xC0)) + "]"
_TWICE = re.compile(f"[\xc2-\xdf]{_TRAIL}|[\xe0-\xef]{_TRAIL}{{2}}|[\xf0-\xf4]{_TRAIL}{{3}}")
_MAYBE_TWICE = re.compile(f"[\xc2-\xf4](?:{_TRAIL}|[\x80-\x9f])")
_ASCII = bytes(range(0x80))
_BYTES = {character: byte for byte, character in C1.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The text of a body; ``encoding`` is what it was read as, ``problems`` says where that is not its label.

    ``data`` is the text as UTF-8, where it came like that.
    """

    text: str
    encoding: str
    data: bytes | None = None
    problems: tuple[Problem, ...] = ()


def decode(body: bytes, content_type: str | None) -> Decoded:
    """Decode as `decode_once` does; where the text then turns out to be UTF-8 encoded twice, undo that too (P-04)."""
    decoded = decode_once(body, content_type)
    text = _once(decoded)
    if text is None:
        return decoded
    problem = Problem(kind="encoding-override", detail="UTF-8 that was taken for windows-1252 and encoded again")
    return Decoded(text=text, encoding=decoded.encoding, problems=(*decoded.problems, problem))


def decode_once(body: bytes, content_type: str | None) -> Decoded:
    """Decode by BOM, then charset parameter, then XML declaration, then UTF-8 (P-03). Never fails.

    A label that cannot decode, or that makes mojibake of UTF-8, is overridden and reported (P-04). Stray bytes in a
    text that is otherwise UTF-8 are read as windows-1252, so that one bad byte does not spoil every other letter.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return Decoded(text=body[len(bom) :].decode(name, "replace"), encoding=_family(name))
    label, said_by = _label(body, content_type)
    text = _try(body, label)
    if text is not None and not _is_mojibake(body, text, label):
        return Decoded(text=text, encoding=label, data=body if label == "utf-8" and body[-1:].isascii() else None)
    why = "cannot decode it" if text is None else "makes mojibake of it"
    text, encoding, how = _override(body)
    detail = f"{said_by} says {label}, which {why}; read as {how}"
    return Decoded(text=text, encoding=encoding, problems=(Problem(kind="encoding-override", detail=detail),))


def _label(body: bytes, content_type: str | None) -> tuple[str, str]:
    if found := _CHARSET.search(content_type or ""):
        return found[1].lower(), "the Content-Type header"
    for start, name in _BARE_WIDE:
        if body.startswith(start):
            return name, "the first bytes"
    if declared := _DECLARED.match(body[:1024]):
        return declared[1].decode("ascii").lower(), "the XML declaration"
    return "utf-8", "the default"


def _try(body: bytes, label: str) -> str | None:
    """The text, or None if this label is unknown, is no character set, or cannot decode these bytes."""
    try:
        codec = codecs.lookup(label)
    except (LookupError, ValueError):
        return None
    if codec.name in _NOT_CHARACTER_SETS or not getattr(codec, "_is_text_encoding", True):
        return None
    if codec.name in _LATIN:
        return body.decode("latin-1").translate(C1)
    if codec.name == "utf-8":
        return _utf8(body)
    wide = codec.name.startswith(_WIDE)
    if wide and b"\0" not in body[:64]:
        return None
    try:
        text = body.decode(codec.name, "replace" if wide else "strict")
    except (UnicodeError, ValueError):
        return None
    return text if _has_markup(text) or not _has_markup(body[:4096].decode("latin-1")) else None


def _utf8(body: bytes) -> str | None:
    """As UTF-8; a character that the end of the body cuts in two is left out, for that is no fault of the label."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(body, final=False)
    except UnicodeDecodeError:
        return None


def _has_markup(text: str) -> bool:
    return "<" in text[:4096] or "{" in text[:4096]


def _is_mojibake(body: bytes, text: str, label: str) -> bool:
    """Whether a one-byte character set was put on bytes that are UTF-8: P-04 asks for three sequences."""
    if len(text) != len(body) or label == "utf-8" or body.isascii():
        return False
    try:
        really = body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return sum(not character.isascii() for character in really) >= _MOJIBAKE


def _once(decoded: Decoded) -> str | None:
    """The text encoded only once, if nearly all that is not ASCII in it is UTF-8 taken for windows-1252."""
    if decoded.text.isascii() or not _may_be_twice(decoded):
        return None
    text = decoded.text.translate(C1)
    sequences = _TWICE.findall(text)
    foreign = sum(map(len, re.findall(r"[^\x00-\x7f]+", text)))
    if len(sequences) < _MOJIBAKE or sum(map(len, sequences)) < _NEARLY_ALL * foreign:
        return None
    return _TWICE.sub(lambda found: _bytes_of(found[0]).decode("utf-8", "replace"), text)


def _may_be_twice(decoded: Decoded) -> bool:
    """Whether there is any such sequence at all.

    Looked for first in what is not ASCII, pushed together: that is little, and can only show more than there are.
    """
    data = decoded.text.encode("utf-8", "surrogatepass") if decoded.data is None else decoded.data
    foreign = data.translate(None, _ASCII).decode("utf-8", "surrogatepass")
    return _MAYBE_TWICE.search(foreign) is not None and _MAYBE_TWICE.search(decoded.text) is not None


def _bytes_of(text: str) -> bytes:
    return bytes(_BYTES.get(character, ord(character) & 0xFF) for character in text)


def _override(body: bytes) -> tuple[str, str, str]:
    """UTF-8 where it is that, else windows-1252; where valid UTF-8 outweighs the stray bytes, both."""
    try:
        return body.decode("utf-8"), "utf-8", "utf-8"
    except UnicodeDecodeError:
        pass
    mixed = body.decode("utf-8", "surrogateescape")
    stray = sum("\udc80" <= character <= "\udcff" for character in mixed)
    sound = sum(not character.isascii() for character in mixed) - stray
    if stray <= sound:
        bytewise = {0xDC00 + byte: C1.get(byte, chr(byte)) for byte in range(0x80, 0x100)}
        return mixed.translate(bytewise), "utf-8", f"utf-8 with {stray} stray bytes taken as windows-1252"
    return body.decode("latin-1").translate(C1), "windows-1252", "windows-1252"


def _family(name: str) -> str:
    return name.removesuffix("-le").removesuffix("-be")
