"""Durations ("1h30m") and sizes ("10MB") as people write them. Pure; raises `ValueError` with a plain sentence."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?:(\d{1,9})w)?(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?", re.ASCII)
_SIZES = {"B": 1, "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30}
_SIZE = re.compile(r"(\d{1,12}) ?([KMG]i?B|B)", re.ASCII | re.IGNORECASE)


def read_duration(text: str) -> timedelta:
    """``"15m"``, ``"1h30m"``, ``"10s"``, ``"7d"``: units from large to small, each at most once.

    Raises `ValueError` where the text is none, or longer than ten thousand years.
    """
    match = _DURATION.fullmatch(text)
    if not match or not text:
        raise ValueError(f"“{text}” is not a duration")
    seconds = sum(int(count or 0) * unit for count, unit in zip(match.groups(), _UNITS.values(), strict=True))
    if seconds > 10_000 * 366 * 86_400:
        raise ValueError(f"“{text}” is too long a duration")
    return timedelta(seconds=seconds)


def write_duration(duration: timedelta) -> str:
    """The shortest text that `read_duration` reads as this duration, of whole seconds and not negative: ``"1h30m"``."""
    left, parts = int(duration.total_seconds()), []
    for name, unit in list(_UNITS.items())[1:]:
        count, left = divmod(left, unit)
        parts.append(f"{count}{name}" if count else "")
    return "".join(parts) or "0s"


def read_size(text: str) -> int:
    """``"10MB"``, ``"512KB"``, ``"1MiB"`` in bytes; KB counts 1000, KiB 1024. Raises `ValueError`."""
    match = _SIZE.fullmatch(text)
    if not match:
        raise ValueError(f"“{text}” is not a size")
    return int(match[1]) * _SIZES[match[2].upper()]
