"""Takes entries out of a document that was sealed (R-39), byte by byte. Pure.

A document rendered anew could come out differently in every entry, as the way of rendering changes with the years. So
only the pieces that a takedown concerns are exchanged in what was kept; every other byte stays.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from aggregator.model import PublicId, Sealed
from aggregator.publish.markup import text

# No text of a document holds a "<": it is always escaped, so an end that stands alone in its line is one.
_ENTRY = {
    "atom": re.compile(rb"<entry[ >].*?\n</entry>\n", re.DOTALL),
    "rss": re.compile(rb"<item>\n.*?\n</item>\n", re.DOTALL),
}
_ID = {
    "atom": re.compile(rb"<id>(.*?)</id>", re.DOTALL),
    "rss": re.compile(rb"<guid[^>]*>(.*?)</guid>", re.DOTALL),
}
_TOMBSTONE = re.compile(rb"<at:deleted-entry .*?</at:deleted-entry>\n", re.DOTALL)
_END = {"atom": b"</feed>", "rss": b"</channel>"}


def excised(kept: Sealed, fresh: Sealed, renewed: Collection[PublicId]) -> Sealed:
    """The kept documents with exactly the entries of ``fresh``, the same documents as they would be rendered now: what
    ``fresh`` does not list is gone, its tombstones are there, ``renewed`` entries are told anew, all else is as it was.

    Where the kept bytes are not what we know how to take apart, nothing is risked: then it is ``fresh`` itself.
    """
    anew = {text(each).encode() for each in renewed}
    atom, rss = (
        _excised(old, new, ending, anew)
        for old, new, ending in ((kept.atom, fresh.atom, "atom"), (kept.rss, fresh.rss, "rss"))
    )
    return fresh if atom is None or rss is None else Sealed(atom=atom, rss=rss, site_url=kept.site_url)


def _excised(old: bytes, new: bytes, ending: str, renewed: Collection[bytes]) -> bytes | None:
    now = {_id(found[0], ending): found[0] for found in _ENTRY[ending].finditer(new)}
    left: list[bytes] = []

    def piece(found: re.Match[bytes]) -> bytes:
        name = _id(found[0], ending)
        if name not in now:
            return b""
        left.append(name)
        return now[name] if name in renewed else found[0]

    body = _TOMBSTONE.sub(b"", _ENTRY[ending].sub(piece, old))
    if sorted(left) != sorted(now) or body.count(_END[ending]) != 1:
        return None
    first = _ENTRY[ending].search(body)
    at = first.start() if first else body.index(_END[ending])
    return body[:at] + b"".join(found[0] for found in _TOMBSTONE.finditer(new)) + body[at:]


def _id(piece: bytes, ending: str) -> bytes:
    return found[1] if (found := _ID[ending].search(piece)) else b""
