"""Which characters may come in: what XML 1.0 forbids is taken out before anybody trips over it (P-06)."""

from __future__ import annotations

import re
from functools import lru_cache

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));")
_LIKE_REFERENCE = re.compile(r"&#[xX]?[0-9a-fA-F]+;")
_HIGHEST = 0x10FFFF
_LONGEST_REFERENCE = 12
_LONGEST_KNOWN = 16

C1 = {code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)}
"""What people mean by the code points 128 to 159: the characters of windows-1252 (as in HTML)."""
_C1 = re.compile("[\x80-\x9f]")
_FORMS = (rb"\xc2[\x80-\x9f]", rb"\xef\xbf[\xbe\xbf]", rb"\xed[\xa0-\xbf]")
_SUSPECTS = tuple((first, re.compile(form)) for first, form in zip((b"\xc2", b"\xef", b"\xed"), _FORMS, strict=True))
_CONTROLS = tuple(bytes([code]) for code in range(0x20) if code not in b"\t\n\r")


def clean(text: str, data: bytes | None = None) -> tuple[str, int]:
    """The text without forbidden characters and without references to them, and how many were taken out.

    Code points 128 to 159 become the windows-1252 characters they stand for. ``data`` is the text as UTF-8, where that
    is at hand. A text in which nothing has to be changed is given back as it is, the same object.
    """
    removed = dropped = 0
    if not _is_plain(text.encode("utf-8", "surrogatepass") if data is None else data):
        text, removed = _FORBIDDEN.subn("", text)
        if _C1.search(text) and (meant := text.translate(C1)) != text:
            text = meant

    def mend(found: re.Match[str]) -> str:
        nonlocal dropped
        mended = _mended(found)
        dropped += not mended
        return mended

    if "&#" in text and not all(map(_stays, set(_LIKE_REFERENCE.findall(text)))):
        text = _REFERENCE.sub(mend, text)
    return text, removed + dropped


def _is_plain(data: bytes) -> bool:
    """Whether nothing in a text is forbidden and nothing a C1 control, told by its bytes, which is much faster."""
    if any(control in data for control in _CONTROLS):
        return False
    return data.isascii() or not any(first in data and form.search(data) for first, form in _SUSPECTS)


def _stays(reference: str) -> bool:
    """Whether what looks like a reference is none, or one that stays as it is; of a very long one that is not sure."""
    return len(reference) <= _LONGEST_KNOWN and _is_known_to_stay(reference)


@lru_cache(maxsize=1024)
def _is_known_to_stay(reference: str) -> bool:
    found = _REFERENCE.fullmatch(reference)
    return found is None or _mended(found) == reference


def strip_forbidden(text: str) -> str:
    """The text without forbidden characters; nothing else of it is looked at."""
    return _FORBIDDEN.sub("", text)


def printable(text: str, longest: int = 80) -> str:
    """A stranger's text for a message to people: one line, no control characters, bounded."""
    text = "".join(character if character.isprintable() else " " for character in text[: longest * 20])
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _mended(found: re.Match[str]) -> str:
    digits = found[1] or found[2]
    if len(digits) > _LONGEST_REFERENCE:
        return ""
    code = int(digits, 16 if found[1] else 10)
    if code in C1:
        return C1[code]
    if code > _HIGHEST or _FORBIDDEN.match(chr(code)):
        return ""
    return f"&#x{digits};" if found[1] else found[0]
