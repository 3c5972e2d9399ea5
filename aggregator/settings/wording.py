"""Changes to the text of ``feeds.toml`` that leave every other line as it was. Pure: text in, text out.

tomlkit writes the values; whole tables are added and removed as lines, because a comment above a table belongs to the
table below it, which a syntax tree does not know.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import tomlkit

from aggregator.settings.lines import key_lines


def appended(text: str, tables: Mapping[str, Mapping[str, Any]]) -> str:
    """The text with new tables at its end."""
    parts = [text if not text or text.endswith("\n") else text + "\n"]
    for name, values in tables.items():
        gap = "\n" if parts[-1].strip() and not parts[-1].endswith("\n\n") else ""
        lines = "".join(f"{key} = {tomlkit.item(value).as_string()}\n" for key, value in values.items())
        parts.append(f"{gap}[{name}]\n{lines}")
    return "".join(parts)


def without(text: str, name: str) -> str:
    """The text without this table and without the comment directly above its header.

    A comment that begins in the first line is the heading of the file and stays.
    """
    header = _header(text, name)
    if header is None:
        document = tomlkit.parse(text)
        document.remove(name)
        return tomlkit.dumps(document)
    lines = _lines(text)
    first = header
    while first > 0 and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    if first == 0:
        first = header
    later = [line - 1 for path, line in key_lines(text).items() if len(path) == 1 and line - 1 > header]
    last = min(later, default=len(lines)) - 1
    # Comments and blank lines before the next header are not ours.
    while last > header and (not lines[last].strip() or lines[last].lstrip().startswith("#")):
        last -= 1
    before, after = lines[:first], lines[last + 1 :]
    while before and after and not before[-1].strip() and not after[0].strip():
        after.pop(0)
    while before and not after and not before[-1].strip():
        before.pop()
    return "".join(before + after)


def with_value(text: str, name: str, key: str, value: bool) -> str:
    """The text with this key of the table set; a new key goes directly below the header."""
    header = _header(text, name)
    if header is None or (name, key) in key_lines(text):
        document = tomlkit.parse(text)
        document[name][key] = value
        return tomlkit.dumps(document)
    lines = _lines(text)
    ending = "\r\n" if lines[header].endswith("\r\n") else "\n"
    lines[header] = lines[header].rstrip("\r\n") + ending
    lines.insert(header + 1, f"{key} = {tomlkit.item(value).as_string()}{ending}")
    return "".join(lines)


def one_line(text: str, longest: int) -> str:
    """The text as one line without control characters, cut where it is too long."""
    plain = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    return " ".join(plain.split())[:longest].strip()


def _lines(text: str) -> list[str]:
    """The lines with their ends, as TOML counts them: `str.splitlines` knows more line ends than TOML does."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _header(text: str, name: str) -> int | None:
    """The index of the line ``[name]``; ``None`` where the table is written in another form."""
    line = key_lines(text).get((name,))
    if line is None:
        return None
    written = _lines(text)[line - 1].partition("#")[0].strip()
    return line - 1 if written in {f"[{name}]", f'["{name}"]', f"['{name}']"} else None
