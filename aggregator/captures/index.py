"""The index beside each file: one CDXJ line for each body and each repeat of one. Pure.

Answers that say not modified are left out: they hold no body, and there is one at nearly every poll.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from aggregator.captures.names import WARC
from aggregator.model import CaptureKind, Place

PORTS = {"http": 80, "https": 443}
REVISIT = "warc/revisit"
UNKNOWN_TYPE = "application/octet-stream"


def index_line(
    url: str, at: datetime, kind: CaptureKind, content_type: str | None, status: int, digest: str, place: Place
) -> str:
    """The line of one answer, with its end; empty where it gets none. ``place`` is that of the answer's own record."""
    if kind is CaptureKind.NOT_MODIFIED:
        return ""
    media_type = (content_type or UNKNOWN_TYPE).partition(";")[0].strip().lower()
    facts = {
        "url": url,
        "mime": media_type if kind is CaptureKind.WHOLE else REVISIT,
        "status": str(status),
        "digest": f"sha256:{digest}",
        "length": str(place.length),
        "offset": str(place.offset),
        "filename": f"{place.file}{WARC}",
    }
    return f"{sort_key(url)} {at.astimezone(UTC):%Y%m%d%H%M%S} {json.dumps(facts)}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """A line of an index read back: where the answer's record lies, and the digest of the body it holds or repeats."""

    offset: int
    length: int
    digest: str
    whole: bool


def read_line(line: str) -> Indexed | None:
    """What a line says; ``None`` where it is no line of ours."""
    try:
        facts = json.loads(line.split(" ", 2)[2])
        return Indexed(
            offset=int(facts["offset"]),
            length=int(facts["length"]),
            digest=str(facts["digest"]).removeprefix("sha256:"),
            whole=facts["mime"] != REVISIT,
        )
    except (IndexError, KeyError, TypeError, ValueError):
        return None


def line_end(line: str) -> int | None:
    """Where in its file the record of such a line ends; ``None`` where it is no line of ours."""
    found = read_line(line)
    return None if found is None else found.offset + found.length


def whole_lines(index: bytes, end: int) -> bytes:
    """The lines of an index whose records lie before this byte of their file, without a line just being written."""
    kept = []
    for line in index.splitlines(keepends=True):
        found = line_end(line.decode("utf-8", "replace")) if line.endswith(b"\n") else None
        if found is None or found > end:
            break
        kept.append(line)
    return b"".join(kept)


def sort_key(url: str) -> str:
    """An address in the order that indices are sorted by: ``uk,gov,knowsley)/feed``."""
    try:
        parts = urlsplit(url.lower())
        port = "" if parts.port in (None, PORTS.get(parts.scheme)) else f":{parts.port}"
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return url.lower()
    query = f"?{parts.query}" if parts.query else ""
    numeric = ":" in host or host.replace(".", "").isdigit()
    name = host if numeric else ",".join(reversed(host.split(".")))
    return f"{name}{port}){parts.path or '/'}{query}"
