"""In which line each key of a TOML text stands, so that a mistake can be pointed at.

Pure. The text must be sound TOML (`tomllib` is asked first): the scanner only follows keys, strings and brackets.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

Path = tuple[str | int, ...]
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:\\.|[^"\\])*"|' + r"'[^']*'",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}\n#]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)+")
_KEY = re.compile(r"(?:\"(?:\\.|[^\"\\])*\"|'[^']*'|[A-Za-z0-9_-]|[ \t.])+")


def key_lines(text: str) -> Mapping[Path, int]:
    """Paths of keys, tables and list members → line, counted from 1: ``("polling", "max_body")`` → 12."""
    # TOML ends lines with LF or CRLF only.
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.document()
    return scanner.lines


class _Scanner:
    """Walks once over the text; ``at`` is where it stands."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.counted, self.line = text, 0, 0, 1
        self.lines: dict[Path, int] = {}
        self.members: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        while self.blank():
            if self.text.startswith("[", self.at):
                table = self.header()
            else:
                self.pair(table)

    def blank(self) -> bool:
        """Step over white space and comments; false at the end."""
        if match := _BLANK.match(self.text, self.at):
            self.at = match.end()
        return self.at < len(self.text)

    def note(self, path: Path) -> None:
        """Write down the present line for this path and for the tables above it that have none yet."""
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], self.line)

    def key(self) -> Path:
        match = _KEY.match(self.text, self.at)
        if not match:  # cannot happen in sound TOML; never stand still
            self.at += 1
            return ()
        self.at = match.end()
        node: object = tomllib.loads(f"{match[0]} = 0")
        path: Path = ()
        while isinstance(node, dict):
            name, node = next(iter(node.items()))
            path += (name,)
        return path

    def header(self) -> Path:
        several = self.text.startswith("[[", self.at)
        start = self.at
        self.at += 2 if several else 1
        path = self.key()
        end, self.at = self.at + (2 if several else 1), start
        if several:
            number = self.members[path] = self.members.get(path, -1) + 1
            path = (*path, number)
        self.note(path)
        self.at = end
        return path

    def pair(self, table: Path) -> None:
        start = self.at
        path = table + self.key()
        end, self.at = self.at, start
        self.note(path)
        self.at = end + 1  # the equals sign
        self.value(path)

    def value(self, path: Path) -> None:
        while self.text.startswith((" ", "\t"), self.at):
            self.at += 1
        if self.text.startswith("[", self.at):
            self.array(path)
        elif self.text.startswith("{", self.at):
            self.inline(path)
        elif match := _STRING.match(self.text, self.at) or _BARE.match(self.text, self.at):
            self.at = match.end()

    def array(self, path: Path) -> None:
        self.at += 1
        number = 0
        while self.blank() and not self.text.startswith("]", self.at):
            if self.text.startswith(",", self.at):
                self.at += 1
                continue
            self.note((*path, number))
            self.value((*path, number))
            number += 1
        self.at += 1

    def inline(self, path: Path) -> None:
        self.at += 1
        while self.blank() and not self.text.startswith("}", self.at):
            if self.text.startswith(",", self.at):
                self.at += 1
                continue
            self.pair(path)
        self.at += 1
