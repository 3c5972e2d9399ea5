"""Chance that is always the same: hashes of a feed's id stretch its intervals, so that no two feeds fall into step."""

from __future__ import annotations

import hashlib
from datetime import timedelta

JITTER = 0.1
"""Every interval is stretched by up to this share, never shortened (H-71)."""


def unit(*parts: object) -> float:
    """A number in [0, 1) that looks random and is always the same for the same parts."""
    digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def stretched(interval: timedelta, *parts: object) -> timedelta:
    """The interval plus uniform(0, 0.1 × interval)."""
    return interval + interval * JITTER * unit(*parts)
