"""Lists of captures that web archives give: CDX with resumption keys, and TimeMaps (RFC 7089). Pure; hostile lines are
passed over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

LONGEST = 2_000
MOST_LINES = 20_000
DIGEST = 16
"""Characters of a digest that are kept: enough to tell bodies of one feed apart."""
FEEDS = ("xml", "rss", "atom", "json", "rdf", "text/plain", "octet-stream", "unk", "-")
"""Words of media types that a feed may have been kept under; a page of HTML is none."""
_STAMP = re.compile(r"[12]\d{13}", re.ASCII)
_IN_ADDRESS = re.compile(r"/([12]\d{13})(?:[a-z]{2}_)?/", re.ASCII)
_MEMENTO = re.compile(r"<([^<>]{1,2000})>\s*;([^<]{0,500})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One capture: 14 digits of UTC, the address as it was asked for, and the digest of its body where it is known."""

    stamp: str
    url: str
    digest: str = ""

    @property
    def at(self) -> datetime:
        """When it was made (aware, UTC)."""
        return datetime.strptime(self.stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def read_cdx(body: bytes) -> tuple[tuple[Capture, ...], str]:
    """The captures of a CDX answer (``timestamp original statuscode mimetype digest length``) that may be feeds, in
    their order, and the resumption key after the empty line; neighbours only are joined there, so digests may recur."""
    captures: list[Capture] = []
    lines = body.decode("utf-8", "replace").splitlines()[:MOST_LINES]
    head, _, tail = _parted(lines)
    for line in head:
        fields = line.split(" ")
        if len(fields) >= 5 and fields[2] in ("200", "-") and _may_be_feed(fields[3]):
            captures += _capture(fields[0], fields[1], fields[4][:DIGEST])
    key = next((line.strip() for line in tail if line.strip()), "")
    return tuple(captures), key[:LONGEST]


def _parted(lines: list[str]) -> tuple[list[str], str, list[str]]:
    cut = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    return lines[:cut], "", lines[cut + 1 :]


def read_timemap(body: bytes) -> tuple[Capture, ...]:
    """The captures of a TimeMap in link format, oldest first; their digests are not told."""
    found: dict[str, Capture] = {}
    for match in _MEMENTO.finditer(body.decode("utf-8", "replace")):
        if "memento" in match[2] and (stamp := _IN_ADDRESS.search(match[1])):
            for capture in _capture(stamp[1], match[1][stamp.end() :], ""):
                found.setdefault(capture.stamp, capture)
            if len(found) >= MOST_LINES:
                break
    return tuple(found[stamp] for stamp in sorted(found))


def _may_be_feed(kind: str) -> bool:
    return any(word in kind.lower() for word in FEEDS)


def _capture(stamp: str, url: str, digest: str) -> Iterator[Capture]:
    """The capture, if its parts are what they should be."""
    if not _STAMP.fullmatch(stamp) or len(url) > LONGEST or not url.isprintable() or " " in url:
        return
    try:
        parts = urlsplit(url)
        Capture(stamp=stamp, url=url).at  # noqa: B018  # raises where the digits are no date
    except ValueError:
        return
    if parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc:
        yield Capture(stamp=stamp, url=url, digest=digest)


def fresh(captures: Iterable[Capture], seen: Iterable[str]) -> tuple[Capture, ...]:
    """Those whose body was not met before: archives join only neighbours (B-07)."""
    known, kept = set(seen), list[Capture]()
    for capture in captures:
        if capture.digest not in known:
            kept.append(capture)
            known |= {capture.digest} - {""}
    return tuple(kept)


def raw_address(archive: str, capture: Capture) -> str:
    """Where the bytes of a capture are, as they were received (``id_``)."""
    return f"{archive}web/{capture.stamp}id_/{quote(capture.url, safe=':/?&=%#~+,;@!$()*[]')}"


def stamp_in(url: str) -> str | None:
    """The stamp in the address of a capture: an archive may lead to the nearest one it has."""
    found = _IN_ADDRESS.search(url)
    return found[1] if found and _STAMP.fullmatch(found[1]) else None
