"""Instants, texts and nouns as a database keeps them: pure, reversible, stable to the byte."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

SqlValue = str | int | float | bytes | None
Row = Mapping[str, Any]


@lru_cache(maxsize=1024)
def instant_text(at: datetime) -> str:
    """An aware instant as UTC ISO 8601 ending in ``Z``: always with six decimals, so that text order is time order."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def instant_or_none(at: datetime | None) -> str | None:
    """The same, where there may be no instant."""
    return None if at is None else instant_text(at)


def instant(text: str) -> datetime:
    """The aware UTC instant of such a text."""
    return datetime.fromisoformat(text)


def maybe_instant(text: str | None) -> datetime | None:
    """The same, where there may be none."""
    return None if text is None else datetime.fromisoformat(text)


def whole_second(at: datetime) -> datetime:
    """The instant without its fraction, as published documents show it."""
    return at.replace(microsecond=0)


def second_of(text: str) -> datetime:
    """`whole_second` of `instant`, in one step: such a text is as long whatever it says."""
    return datetime.fromisoformat(text[:19] + "Z")


def safe(text: str) -> str:
    """A text that any database takes: lone surrogates (a hostile JSON feed has them) become visible escapes."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def safe_or_none(text: str | None) -> str | None:
    """The same, where there may be none."""
    return None if text is None else safe(text)


def seconds(span: timedelta | None) -> float | None:
    """A duration in seconds, where there is one."""
    return None if span is None else span.total_seconds()


def span(value: float | None) -> timedelta | None:
    """The way back from `seconds`."""
    return None if value is None else timedelta(seconds=value)
