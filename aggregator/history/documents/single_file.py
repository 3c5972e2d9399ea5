"""A page that a browser saved as a single file (MHTML, RFC 2557): the page itself, without pictures and styles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

_START = re.compile(rb"(?:[\w-]{1,40}:[^\r\n]{0,998}\r?\n(?:[ \t][^\r\n]{0,998}\r?\n){0,20}){1,40}?\r?\n")
_RELATED = re.compile(rb"^content-type:\s*multipart/related\b", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"https?://[^\s<>\"]{3,2000}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleFile:
    """The page in such a file: its bytes, its media type with the charset, the address it was saved from."""

    body: bytes
    content_type: str
    url: str | None


def page_of(body: bytes) -> SingleFile | None:
    """The page in a file of this kind, ``None`` for any other file, and for one that holds no page."""
    head = _START.match(body[:65_536])
    if head is None or not _RELATED.search(head[0]):
        return None
    message = message_from_bytes(body)
    part = next((each for each in message.walk() if each.get_content_type() == "text/html"), None)
    if part is None:
        return None
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return None
    charset = part.get_content_charset()
    content_type = f"text/html; charset={charset}" if charset else "text/html"
    return SingleFile(body=data, content_type=content_type, url=_address(part) or _address(message))


def _address(part: Message) -> str | None:
    """Where it was saved from, by the header lines of the usual browsers."""
    for name in ("Snapshot-Content-Location", "Content-Location"):
        value = str(part.get(name, "")).strip()
        if _ADDRESS.fullmatch(value):
            return value
    return None
