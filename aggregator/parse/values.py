"""Small readings of single values: whole numbers and base addresses."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

_SPACE = " \t\r\n"
_SCHEMES = {"http", "https"}


def whole_number(text: str | None) -> int | None:
    """A whole number that is not negative and not absurd, else ``None``."""
    text = (text or "").strip(_SPACE)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def resolve(base: str, reference: str | None) -> str:
    """A base reference made absolute; one that is no web address changes nothing."""
    if not reference:
        return base
    try:
        joined = urljoin(base, reference.strip(_SPACE))
        return joined if urlsplit(joined).scheme in _SCHEMES else base
    except ValueError:
        return base
