"""One object of a JSON document, asked field by field: a value of the wrong type is passed over and noted (P-07)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aggregator.model import Problem
from aggregator.parse.characters import strip_forbidden
from aggregator.parse.values import whole_number

_SPACE = " \t\r\n"
MOST_PROBLEMS = 50
"""More of them say nothing new."""


class Number(str):
    """A number as written: exact, and harmless however many digits it has."""

    __slots__ = ()


class Fields:
    """One object of the feed; fields of a wrong type are passed over and noted in ``problems``."""

    def __init__(self, values: dict[str, Any], problems: list[Problem], position: int | None = None) -> None:
        self._values, self._problems, self._position = values, problems, position

    def text(self, name: str) -> str | None:
        """A string that is not empty, without forbidden characters."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or isinstance(value, Number):
            self._wrong(name, "a string")
            return None
        return strip_forbidden(value) or None

    def word(self, name: str) -> str | None:
        """The same, trimmed."""
        return (self.text(name) or "").strip(_SPACE) or None

    def objects(self, name: str) -> Iterator[Fields]:
        """A list of objects; whatever else is in it is left out."""
        for value in self._list(name):
            if isinstance(value, dict):
                yield Fields(value, self._problems, self._position)
            else:
                self._wrong(name, "a list of objects")

    def words(self, name: str) -> Iterator[str]:
        """A list of strings that are not empty."""
        for value in self._list(name):
            if (
                isinstance(value, str)
                and not isinstance(value, Number)
                and (word := strip_forbidden(value).strip(_SPACE))
            ):
                yield word

    def identity(self) -> str | None:
        """The id; a number becomes a string, exactly as it is written."""
        value = self._values.get("id")
        return strip_forbidden(str(value)).strip(_SPACE) or None if isinstance(value, str) else None

    def number(self, name: str) -> int | None:
        """A whole number, also one written as a string."""
        value = self._values.get(name)
        return whole_number(value.removesuffix(".0")) if isinstance(value, str) else None

    def true(self, name: str) -> bool:
        """Whether the field is exactly ``true``."""
        return self._values.get(name) is True

    def person(self, name: str) -> list[Fields]:
        """One object as a list."""
        value = self._values.get(name)
        return [Fields(value, self._problems, self._position)] if isinstance(value, dict) else []

    def _list(self, name: str) -> list[Any]:
        value = self._values.get(name)
        if value is None or isinstance(value, list):
            return value or []
        self._wrong(name, "a list")
        return []

    def _wrong(self, name: str, wanted: str) -> None:
        problem = Problem(kind="wrong-type", detail=f"“{name}” is not {wanted}", position=self._position)
        if len(self._problems) < MOST_PROBLEMS and problem not in self._problems:
            self._problems.append(problem)
