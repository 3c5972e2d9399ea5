"""The list that may lie beside saved documents: ``manifest.toml`` or ``manifest.csv``, a line or table for each file.
Law: it is as hostile as the documents; every mistake in it is found at once, and none of it leads out of its folder.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from aggregator.history.documents.days import ReadDay
from aggregator.model import Slip, Split

NAMES = ("manifest.toml", "manifest.csv")
KEYS = ("file", "url", "title", "date", "author", "language", "split")
LARGEST, MOST_FILES, LONGEST_VALUE = 16 * 1024 * 1024, 200_000, 2_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the list says: a slip for each file by its path below the folder, and its mistakes in words, each with the
    line where it stands (of a CSV) or the number of the table (of a TOML)."""

    slips: Mapping[str, Slip]
    mistakes: tuple[str, ...] = ()


def read_manifest(name: str, data: bytes, read: ReadDay) -> Manifest:
    """The list in a file of this name. One with mistakes is not to be used at all: what it says of other files may be
    as wrong."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        return Manifest(slips={}, mistakes=(f"{name} is not UTF-8 (byte {fault.start}); save it as UTF-8",))
    if "\0" in text:
        return Manifest(slips={}, mistakes=(f"{name} has NUL characters; save it as UTF-8 text",))
    try:
        rows = _toml_rows(text) if name.endswith(".toml") else _csv_rows(text)
        return _checked(name, rows, read)
    except tomllib.TOMLDecodeError as fault:
        found = _LINE.search(str(fault))
        place = f"{name}:{found[1]}" if found else name
        return Manifest(slips={}, mistakes=(f"{place}: {fault}",))
    except (csv.Error, _UnfitError, RecursionError) as fault:
        return Manifest(slips={}, mistakes=(f"{name}: {str(fault) or 'nested too deep'}",))


class _UnfitError(Exception):
    """The list has not the form of one."""


@dataclass(frozen=True, slots=True)
class _Row:
    place: str
    values: Mapping[str, str]


def _toml_rows(text: str) -> Iterator[_Row]:
    tables = tomllib.loads(text)
    documents = tables.pop("document", None)
    if not isinstance(documents, list) or not all(isinstance(each, dict) for each in documents):
        raise _UnfitError("has no [[document]] tables; write one for each file")
    if tables:
        raise _UnfitError(f"“{_short(next(iter(tables)))}” is none of its keys; it holds [[document]] tables only")
    for number, table in enumerate(documents, start=1):
        yield _Row(f"[[document]] {number}", {key: _plain(value) for key, value in table.items()})


def _plain(value: object) -> str:
    """TOML has dates of its own; they read as they are written."""
    return value.strip() if isinstance(value, str) else str(value)


def _csv_rows(text: str) -> Iterator[_Row]:
    """A comma or a semicolon between the fields, as the spreadsheet of the country writes it."""
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    names = [name.strip().lower() for name in next(reader, [])]
    if "file" not in names:
        raise _UnfitError("has no column “file” in its first line; write file,url,title,date")
    if len(set(names)) < len(names):
        raise _UnfitError("names a column twice in its first line")
    for row in reader:
        if not any(field.strip() for field in row):
            continue
        if len(row) > len(names):
            raise _UnfitError(f"line {reader.line_num} has {len(row)} fields, the first line {len(names)}")
        yield _Row(f"line {reader.line_num}", {name: field.strip() for name, field in zip(names, row, strict=False)})


def _checked(name: str, rows: Iterable[_Row], read: ReadDay) -> Manifest:
    slips: dict[str, Slip] = {}
    mistakes: list[str] = []
    for count, row in enumerate(rows, start=1):
        if count > MOST_FILES:
            mistakes.append(f"{name}: more than {MOST_FILES} files; divide the folder")
            break
        found = list(_mistakes(row.values, read))
        path = _path(row.values.get("file", ""))
        if path in slips:
            found.append(f"“{_short(path)}” stands there twice")
        mistakes += [f"{name}, {row.place}: {text}" for text in found]
        if not found and path is not None:
            slips[path] = _slip(row.values)
    return Manifest(slips=slips, mistakes=tuple(mistakes))


def _slip(values: Mapping[str, str]) -> Slip:
    said = {key: values.get(key) or None for key in ("url", "title", "date", "author", "language")}
    return Slip(**said, split=Split(values.get("split") or Split.SURE))


def _path(text: str) -> str | None:
    """A path below the folder, in one spelling; ``None`` for one that leads out of it or that no file can have."""
    path = PurePosixPath(text.replace("\\", "/"))
    if not text or path.is_absolute() or ".." in path.parts or not path.parts or re.match(r"[A-Za-z]:", text):
        return None
    return str(path)


def _mistakes(values: Mapping[str, str], read: ReadDay) -> Iterator[str]:
    for key, value in values.items():
        if key not in KEYS:
            near = get_close_matches(key, KEYS, 1)
            hint = f"; did you mean “{near[0]}”?" if near else f"; it knows {', '.join(KEYS)}"
            yield f"“{_short(key)}” is none of its keys{hint}"
        elif len(value) > LONGEST_VALUE:
            yield f"{key} is longer than {LONGEST_VALUE} characters"
    if not values.get("file"):
        yield "names no file"
    elif _path(values["file"]) is None:
        yield f"file “{_short(values['file'])}” does not lie below the folder"
    if (url := values.get("url")) and not is_web_address(url):
        yield f"url “{_short(url)}” is no http or https address"
    if (date := values.get("date")) and read(date) is None:
        yield f"date “{_short(date)}” cannot be read; write 2017-06-15, or 2017-06 for a month"
    if (language := values.get("language")) and not _LANGUAGE.fullmatch(language):
        yield f"language “{_short(language)}” is no language tag; write en-GB or cy"
    if (split := values.get("split")) and split not in list(Split):
        yield f"split “{_short(split)}” is none of {', '.join(Split)}"


def is_web_address(url: str) -> bool:
    """Whether an address can be that of a saved page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"[\x00-\x20\x7f]", url)


def _short(text: str | None) -> str:
    return " ".join((text or "").split())[:80]
