"""Which content coding a client wants (RFC 9110, 12.5.3), and whether it is a browser. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

IDENTITY = "identity"
# Smallest first, for clients that like all of them equally.
_PREFERENCE = ("br", "zstd", "gzip", IDENTITY)
_ITEM = re.compile(r"\s*([^\s;,]+)\s*(?:;\s*q\s*=\s*([0-9.]+)\s*)?(?:;[^,]*)?", re.IGNORECASE)
_WEIGHT = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?")


def choose_coding(accept: str | None, available: Collection[str]) -> str | None:
    """The best of the available codings and identity; ``None`` where the client refuses them all.

    ``accept`` is the whole ``Accept-Encoding`` field; without one, or with an empty one, it is identity.
    """
    weights = _weights(accept or "")
    if "x-gzip" in weights:
        weights.setdefault("gzip", weights["x-gzip"])
    candidates = []
    for rank, coding in enumerate(_PREFERENCE):
        if coding != IDENTITY and coding not in available:
            continue
        if coding in weights:
            weight = weights[coding]
        elif coding == IDENTITY:
            # Acceptable unless refused, but behind everything that was asked for.
            weight = 0.0001 if weights.get("*", 1.0) > 0 else 0.0
        else:
            weight = weights.get("*", 0.0)
        if weight > 0:
            candidates.append((-weight, rank, coding))
    return min(candidates)[2] if candidates else None


def wants_html(accept: str | None) -> bool:
    """Whether the client asks for HTML by name, as browsers do and feed readers do not."""
    return _weights(accept or "").get("text/html", 0.0) > 0


def _weights(field: str) -> dict[str, float]:
    """Names in lower case with their weights; a broken weight refuses nothing and counts as 1."""
    found: dict[str, float] = {}
    for part in field.split(","):
        if match := _ITEM.fullmatch(part):
            weight = match[2] or "1"
            found.setdefault(match[1].lower(), float(weight) if _WEIGHT.fullmatch(weight) else 1.0)
    return found
