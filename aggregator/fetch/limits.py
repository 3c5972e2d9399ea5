"""How long an exchange may take and how much it may bring (H-64, H-65)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Times in seconds, sizes in bytes. ``total_timeout`` spans name look-up, all redirects and the whole body.

    ``max_wire`` counts the body as sent, ``max_decoded`` after undoing compression; ``max_ratio`` is the most that
    compression may save before it counts as an attack.
    """

    total_timeout: float = 60.0
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    max_wire: int = 10_000_000
    max_decoded: int = 30_000_000
    max_ratio: int = 200


def size(count: int) -> str:
    """A number of bytes for people: ``512 bytes``, ``64.0 kB``, ``10.0 MB``."""
    if count < 1_000:
        return f"{count} bytes"
    return f"{count / 1_000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
