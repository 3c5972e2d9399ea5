"""A backup described: what is in it, and what the archive was like when it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """One file of a backup: its name inside, its bytes, their SHA-256 in hex."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """An archive in figures: the schema steps it has been through, rows by table, the head of its journal."""

    steps: tuple[str, ...]
    counts: Mapping[str, int]
    seq: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The last file of a backup: without it the backup is cut short. ``made_at`` is aware and UTC, ``version`` that of
    the program. ``missing`` names captures that were gone already when it was made."""

    made_at: datetime
    version: str
    about: About
    files: tuple[Packed, ...]
    missing: tuple[str, ...] = ()
