"""What proves what: the hash chain of the journal, its daily heads, digests of stored rows. Pure, shared by the store
that writes them and by those who publish and check them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date, timedelta
from json.encoder import encode_basestring as quoted

import msgspec

GENESIS = "0" * 64
"""The hash before the first row."""

LATER: Mapping[str, str | None] = {"provenance": "live", "observed_at": None}
"""Columns of ``revisions`` that came later, and what they hold where there is nothing to say."""
_LATE = timedelta(days=1)
_HEAD = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{1,18}) ([0-9a-f]{64})", re.ASCII)

_ENCODER = msgspec.json.Encoder(order="sorted")
_SAME = frozenset({str, int, bool, type(None)})
"""Of these the fast encoder writes the bytes of `canonical`."""

canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
"""JSON with sorted keys and no white space: equal values give equal bytes."""


def sha256(text: str) -> str:
    """Hex SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def link(before: str, seq: int, kind: str, feed_id: str, entry_id: int | None, at: str, payload: str) -> str:
    """The hash of a journal row: SHA-256 of the hash before it and the canonical JSON of
    ``[seq, kind, feed_id, entry_id, at, payload]``; ``at`` and ``payload`` are texts as stored."""
    entry = "null" if entry_id is None else entry_id
    row = f"[{seq},{quoted(kind)},{quoted(feed_id)},{entry},{quoted(at)},{quoted(payload)}]"
    return hashlib.sha256((before + row).encode()).hexdigest()


def rest_digest(line: tuple[int, str, str, int | None, str, str, str]) -> str:
    """SHA-256 of what is left of a redacted journal row, as stored: ``(seq, kind, feed_id, entry_id, at, payload,
    hash)``. Its own hash stays that of the row as written, and is proved by the rows after it; the row of the takedown
    proves this rest."""
    return sha256(canonical(list(line)))


def head_line(day: str, seq: int, row_hash: str) -> str:
    """A line of the published list of daily heads: ``2026-07-01 1234 `` and the hash."""
    return f"{day} {seq} {row_hash}"


def read_head(line: str) -> tuple[str, int, str] | None:
    """The way back: day, number, hash; ``None`` for a line that is no head."""
    found = _HEAD.fullmatch(line.strip())
    return (found[1], int(found[2]), found[3]) if found else None


def row_digest(row: Mapping[str, str | int | float | bytes | None]) -> str:
    """SHA-256 of a row of ``revisions`` as stored, by column name: the journal carries it, so that a stored text can be
    proved later. Columns younger than the first rows count only where they say something, so that old proofs hold."""
    told = dict(row)
    for name, idle in LATER.items():
        if name in told and told[name] == idle:
            del told[name]
    if _SAME.issuperset(map(type, told.values())):
        return hashlib.sha256(_ENCODER.encode(told)).hexdigest()
    return sha256(canonical(told))


def journal_day(current: str, at: str) -> str:
    """The UTC day (``2026-07-01``) a journal row counts to: that of its instant ``at``, after a row of day ``current``
    (empty before the first).

    Polls that end around midnight may be written out of order: a row dated at most a day back belongs to the later
    day. One dated further back shows that the clock was set right, and begins its day again.
    """
    day = at[:10]
    if day >= current or date.fromisoformat(current) - date.fromisoformat(day) > _LATE:
        return day
    return current
