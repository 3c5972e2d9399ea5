"""Nouns as plain JSON values and back: how each class is taken apart is worked out once and then only done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar

import msgspec

from aggregator.store.values import instant_text, safe

T = TypeVar("T")
Part = Callable[[Any], Any]

_EMPTY: tuple[object, ...] = (None, "", (), False)


def plain(value: object) -> Any:
    """A noun as plain JSON values. Empty fields that equal their default are left out; other defaults are written,
    so that a default changed later does not change what old rows say."""
    kind = type(value)
    return (_PARTS.get(kind) or _learn(kind))(value)


def noun(kind: type[T], value: object) -> T:
    """The noun of plain JSON values: the way back from `plain`."""
    return msgspec.convert(value, kind, strict=False)


def _same(value: Any) -> Any:
    return value


def _text(value: str) -> str:
    return value if value.isascii() else safe(value)


def _list(value: tuple[Any, ...] | list[Any]) -> list[Any]:
    if type(value[0] if value else None) is float and set(map(type, value)) == {float}:
        # The hours of a rhythm, at every poll: nothing in them needs care.
        return list(value)
    return [(_PARTS.get(type(part)) or _learn(type(part)))(part) for part in value]


def _mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        key if type(key) is str and key.isascii() else safe(str(key)): (_PARTS.get(type(part)) or _learn(type(part)))(
            part
        )
        for key, part in value.items()
    }


_PARTS: dict[type, Part] = {
    str: _text,
    int: _same,
    float: _same,
    bool: _same,
    type(None): _same,
    tuple: _list,
    list: _list,
    dict: _mapping,
    datetime: instant_text,
    date: date.isoformat,
    timedelta: timedelta.total_seconds,
}
"""How to take a value of each class apart; classes are added when they are first met."""


def _learn(kind: type) -> Part:
    part = _PARTS[kind] = _taken_apart(kind)
    return part


def _taken_apart(kind: type) -> Part:
    if issubclass(kind, Enum):
        return _value
    if is_dataclass(kind):
        return _by_fields(kind)
    for known, part in ((str, safe), (tuple, _list), (list, _list), (Mapping, _mapping)):
        if issubclass(kind, known):
            return part
    return _PARTS.get(next((base for base in kind.__mro__ if base in _PARTS), type(None)), _same)


def _value(value: Enum) -> Any:
    return value.value


def _by_fields(kind: Any) -> Part:
    """A dataclass, field by field; which fields may idle (an empty default) is told beforehand."""
    laws = tuple(
        (field.name, field.default is not MISSING and field.default in _EMPTY, field.default) for field in fields(kind)
    )

    def take_apart(value: Any) -> dict[str, Any]:
        row = {}
        for name, idles, default in laws:
            part = getattr(value, name)
            if part is default and idles:
                continue
            if not idles or part != default:
                row[name] = (_PARTS.get(type(part)) or _learn(type(part)))(part)
        return row

    return take_apart


def _idles(default: object) -> bool:
    return default is not MISSING and default in _EMPTY
