"""Header lines taken apart as RFC 9110 and 9111 say; what makes no sense is ``None`` or nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from aggregator.model import Headers

_TEN_YEARS = 315_360_000


def directives(headers: Headers) -> Iterator[tuple[str, str]]:
    """Cache-Control: name in lower case, and value without quotes."""
    for line in lines(headers, "cache-control"):
        for part in line.split(","):
            name, _, value = part.strip().partition("=")
            yield name.strip().lower(), value.strip().strip('"')


def lines(headers: Headers, name: str) -> list[str]:
    """Every value of a header."""
    return [value for key, value in headers if key == name]


def is_seconds(text: str) -> bool:
    """Whether this is a whole number of seconds, as ``max-age`` and ``Age`` must be."""
    digits = text.strip()
    return digits.isascii() and digits.isdigit()


def seconds(text: str) -> timedelta:
    """Whole seconds, bounded by ten years; nothing for negative or odd values."""
    if not is_seconds(text):
        return timedelta(0)
    return timedelta(seconds=min(int(text.strip().lstrip("0")[:10] or "0"), _TEN_YEARS))


def date_of(headers: Headers) -> datetime | None:
    """The first Date that can be read."""
    return next((found for value in lines(headers, "date") if (found := instant(value)) is not None), None)


def instant(text: str) -> datetime | None:
    """An HTTP date in any spelling that mail readers know (UTC)."""
    try:
        found = parsedate_to_datetime(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
