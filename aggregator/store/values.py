"""Instants, texts and nouns as a database keeps them: pure, reversible, stable to the byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache, lru_cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")

SqlValue = str | int | float | bytes | None
Row = Mapping[str, Any]

_EMPTY: tuple[object, ...] = (None, "", (), False)


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


def safe(text: str) -> str:
    """A text that any database takes: lone surrogates (a hostile JSON feed has them) become visible escapes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def safe_or_none(text: str | None) -> str | None:
    """The same, where there may be none."""
    return None if text is None else safe(text)


def plain(value: object) -> Any:
    """A noun as plain JSON values. Empty fields that equal their default are left out; other defaults are written,
    so that a default changed later does not change what old rows say."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return safe(value)
    if is_dataclass(value):
        kind: Any = type(value)
        parts = ((name, default, getattr(value, name)) for name, default in _fields(kind))
        return {name: plain(part) for name, default, part in parts if not _idle(default, part)}
    if isinstance(value, Mapping):
        return {safe(str(key)): plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        if set(map(type, value)) == {float}:
            # The hours of a rhythm, at every poll: nothing in them needs care.
            return list(value)
        return [plain(part) for part in value]
    return _plain_scalar(value)


@cache
def _fields(kind: Any) -> tuple[tuple[str, object], ...]:
    return tuple((field.name, field.default) for field in fields(kind))


def _idle(default: object, part: object) -> bool:
    return part in _EMPTY and default is not MISSING and part == default


def _plain_scalar(value: object) -> Any:
    match value:
        case Enum():
            return value.value
        case datetime():
            return instant_text(value)
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case _:
            return value


def noun(kind: type[T], value: object) -> T:
    """The noun of plain JSON values: the way back from `plain`."""
    found: T = _adapter(cast("Any", kind)).validate_python(value)
    return found


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def seconds(span: timedelta | None) -> float | None:
    """A duration in seconds, where there is one."""
    return None if span is None else span.total_seconds()


def span(value: float | None) -> timedelta | None:
    """The way back from `seconds`."""
    return None if value is None else timedelta(seconds=value)
