"""One TOML text into checked tables: every mistake becomes a `Mistake` with its line. Pure."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import ValidationError

from aggregator.errors import Mistake
from aggregator.settings import gates
from aggregator.settings.lines import Path, key_lines
from aggregator.settings.shapes import Shape

AShape = TypeVar("AShape", bound=Shape)
# Marks that turn the direction of text around: they can make a file show something else than it says.
_TURNING = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_PLAIN_TYPES = {
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number without quotes",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false, without quotes",
    "list_type": "must be a list in square brackets",
    "model_type": "must be a table",
}


@dataclass(slots=True)
class Text:
    """A parsed file under examination: its data, its text, and the mistakes found so far."""

    file: str
    data: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    mistakes: list[Mistake] = field(default_factory=list)
    broken: bool = False
    _lines: Mapping[Path, int] | None = None

    @property
    def lines(self) -> Mapping[Path, int]:
        """Where each key stands. Only mistakes are pointed at, and most files have none: they are not walked twice."""
        if self._lines is None:
            self._lines = key_lines(self.text)
        return self._lines

    def mistake(self, path: Path, text: str, suggestion: str | None = None) -> None:
        """Note a mistake at the nearest line known for this path."""
        line = next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), 0)
        where = _where(path, isinstance(self.data.get(str(path[0])) if path else None, dict))
        self.mistakes.append(
            Mistake(
                file=self.file, line=line, where=where, text=_shown(text), suggestion=suggestion and _shown(suggestion)
            )
        )


def read_text(text: str, file: FilePath) -> Text:
    """Parse a file. A syntax error is its only mistake, since nothing behind it can be judged."""
    try:
        data = tomllib.loads(text.removeprefix("\ufeff"))
        read = Text(str(file), data, text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        return Text(str(file), mistakes=[_syntax(str(error), text, str(file))], broken=True)
    except RecursionError:
        return Text(str(file), mistakes=[_syntax("brackets are nested too deeply", text, str(file))], broken=True)
    for path, word in _strings(data):
        # What is printable holds neither, and nearly every word is.
        if not word.isprintable() and any(unicodedata.category(c) == "Cc" or c in _TURNING for c in word):
            read.mistake(path, "must not contain control characters or line breaks")
    return read


def read_table(read: Text, path: tuple[str, ...], shape: type[AShape]) -> tuple[AShape, frozenset[str]]:
    """The table at this path, and which of its keys are wrong: those have their default, so that the rest can be
    checked all the same."""
    raw = read.data.get(path[0], {})
    if not isinstance(raw, dict):
        read.mistake(path, "must be a table", f"write [{path[0]}] on a line of its own, its keys below")
        return shape(), frozenset(shape.model_fields)
    try:
        return shape.model_validate(raw), frozenset()
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _note(read, path, dict(detail), sorted(shape.model_fields))
        bad = frozenset(str(detail["loc"][0]) for detail in error.errors() if detail["loc"])
        return shape.model_validate({key: value for key, value in raw.items() if key not in bad}), bad


def _note(read: Text, table: Path, detail: dict[str, Any], known: list[str]) -> None:
    path = (*table, *detail["loc"])
    reason, context = detail["type"], detail.get("ctx", {})
    if reason == "extra_forbidden":
        near = gates.did_you_mean(str(detail["loc"][0]), known)
        read.mistake(path, "is not a known key", near or "known keys: " + ", ".join(known))
    elif reason == "value_error" and isinstance(context.get("error"), gates.WrongValueError):
        read.mistake(path, str(context["error"]), context["error"].suggestion)
    elif reason in {"greater_than_equal", "less_than_equal"}:
        bound = f"at least {context['ge']:,}" if "ge" in context else f"at most {context['le']:,}"
        read.mistake(path, f"must be {bound}")
    else:
        read.mistake(path, _PLAIN_TYPES.get(reason, detail["msg"]))


def _syntax(message: str, text: str, file: str) -> Mistake:
    found = re.search(r" \((?:at line (\d+), column \d+|at end of document)\)$", message)
    line = int(found[1]) if found and found[1] else text.rstrip().count("\n") + 1
    plain = message[: found.start()] if found else message
    remedy = None
    if twice := re.match(r"Cannot declare \((.*?),?\) twice", plain):
        plain, remedy = f"the table {twice[1]} stands here twice", "give the second another name, or join the two"
    elif plain == "Cannot overwrite a value":
        plain, remedy = "a key is given twice in one table", "leave out one of the two lines"
    elif plain == "Invalid value":
        remedy = 'text needs quotes: key = "value"'
    return Mistake(file=file, line=line, where="TOML", text=_shown(plain), suggestion=remedy)


def _strings(node: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    match node:
        case str():
            yield path, node
        case dict():
            for key, value in node.items():
                yield (*path, key), key
                yield from _strings(value, (*path, key))
        case list():
            for number, value in enumerate(node):
                yield from _strings(value, (*path, number))


def _where(path: Path, table: bool) -> str:
    names = [f"{name}" if isinstance(name, str) else f"number {name + 1}" for name in path]
    if not names:
        return "the file"
    if len(names) == 1:
        return _shown(f"[{names[0]}]" if table else names[0])
    return _shown(f"[{names[0]}] {' '.join(names[1:])}")


def _shown(text: str) -> str:
    """The text with control and turning characters made visible: mistakes are printed on terminals."""
    return "".join(
        c.encode("unicode_escape").decode() if unicodedata.category(c) == "Cc" or c in _TURNING else c for c in text
    )
