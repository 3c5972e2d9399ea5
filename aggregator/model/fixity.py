"""What proves the archive to others."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHead:
    """The journal as it stood when a day was over: ``seq`` is the last row that counts to ``day`` (UTC,
    ``2026-07-01``), ``hash`` proves that row and all before it."""

    day: str
    seq: int
    hash: str
