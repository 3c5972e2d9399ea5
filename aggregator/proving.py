"""What proves what: the hash chain of the journal, and digests of stored rows. Pure, shared by the store that writes
them and by those who check them later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from json.encoder import encode_basestring as quoted

GENESIS = "0" * 64
"""The hash before the first row."""

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


def row_digest(row: Mapping[str, str | int | float | bytes | None]) -> str:
    """SHA-256 of a row of ``revisions`` as stored, by column name: the journal carries it, so that a stored text can be
    proved later."""
    return sha256(canonical(row))
