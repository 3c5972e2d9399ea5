"""HTTP messages as the blocks of records, to the byte and back. Pure.

The body is kept decoded, as it is read: the digest of the payload is then that of the body everywhere in the house, and
equal bodies are equal whatever they were packed with on the way. The header lines that told of the packing keep their
values under the name that web archives use for that, so that a reader of the record does not unpack once more.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from aggregator.model import Headers

ORIGINAL = "x-archive-orig-"
_ON_THE_WIRE = {"content-encoding", "transfer-encoding", "content-length"}
_END = b"\r\n"


def response_head(status: int, headers: Headers, size: int) -> bytes:
    """Status line and header lines of an answer whose decoded body has ``size`` bytes."""
    lines = [(_kept_name(name), value) for name, value in headers]
    return _head(f"HTTP/1.1 {status} {_phrase(status)}".rstrip(), (*lines, ("content-length", str(size))))


def request_head(url: str, headers: Headers) -> bytes:
    """The GET that was answered from this address."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _head(f"GET {target} HTTP/1.1", (("host", parts.netloc.rpartition("@")[2]), *headers))


def read_response(block: bytes) -> tuple[int, Headers, bytes]:
    """Status, header lines as they were received, and body. Raises `ValueError` where it is no HTTP answer."""
    first, lines, body = _split(block)
    words = first.split(b" ", 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/"):
        raise ValueError("the block is no HTTP answer")
    return int(words[1]), tuple((_own_name(name), value) for name, value in lines[:-1]), body


def read_request(block: bytes) -> Headers:
    """The header lines of a request, without the host."""
    return _split(block)[1][1:]


def _head(first: str, lines: Headers) -> bytes:
    # Not every address is ASCII by the book; header lines are bytes, one character each.
    texts = [
        first.encode("utf-8", "backslashreplace"),
        *(f"{name}: {value}".encode("latin-1") for name, value in lines),
    ]
    return _END.join(texts) + _END + _END


def _split(block: bytes) -> tuple[bytes, Headers, bytes]:
    head, found, body = block.partition(_END + _END)
    if not found:
        raise ValueError("the block has no end of its head")
    first, *lines = head.split(_END)
    pairs = (line.decode("latin-1").partition(": ") for line in lines)
    return first, tuple((name, value) for name, _, value in pairs), body


def _kept_name(name: str) -> str:
    return ORIGINAL + name if name in _ON_THE_WIRE or name.startswith(ORIGINAL) else name


def _own_name(name: str) -> str:
    return name.removeprefix(ORIGINAL)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
