"""Results on stdout: tables for people, JSON for programs; text from feeds cannot drive the terminal."""

from __future__ import annotations

import dataclasses
import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec

from aggregator.model import Precision


def stamp(instant: datetime | None) -> str | None:
    """UTC as ``2017-06-15T09:30:00Z``, or ``None``."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant else None


def plain(text: str) -> str:
    """The text without characters that steer a terminal: controls, bidirectional overrides, private use."""
    return "".join(" " if char in "\n\t\r" else char for char in text if _harmless(char))


def _harmless(char: str) -> bool:
    return char in "\n\t\r" or unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def plain_body(content: str, kind: str) -> str:
    """The visible text of a body, a blank line between blocks; ``kind`` is ``html`` or ``text``."""
    from aggregator.dedupe.canonical import read

    return "\n\n".join(plain(line) for line in read(content, kind).text.split("\n"))


def to_json(value: object) -> Any:
    """Nouns as JSON values: dataclasses become objects, instants ``…Z``, durations seconds."""
    match value:
        case datetime():
            return stamp(value)
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Path():
            return str(value)
        case Mapping():
            return {str(key): to_json(item) for key, item in value.items()}
        case str() | int() | float() | None:
            return value
        case Iterable():
            return [to_json(item) for item in value]
    if dataclasses.is_dataclass(value):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return str(value)


def print_json(value: object) -> None:
    """One JSON document; non-ASCII as it is, since JSON escapes controls by itself."""
    plain_value = to_json(value)
    try:
        # The standard library indents in Python, five times as slowly; the outcome is the same to the letter.
        text = msgspec.json.format(json.dumps(plain_value, ensure_ascii=False), indent=2)
    except UnicodeEncodeError:
        text = json.dumps(plain_value, ensure_ascii=False, indent=2)
    click.echo(text)


def print_table(headers: Sequence[str], rows: Iterable[Sequence[str]], wide: int = 0) -> None:
    """A table that fits the terminal; column ``wide`` gives way first. Tab-separated where nobody watches."""
    lines = [[plain(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for line in [list(headers), *lines]:
            click.echo("\t".join(cell.replace("\t", " ") for cell in line))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, header in enumerate(headers):
        table.add_column(header, no_wrap=number != wide, overflow="ellipsis", ratio=1 if number == wide else None)
    for line in lines:
        table.add_row(*(Text(cell) for cell in line))
    Console().print(table)


def local(instant: datetime | None, zone: str) -> str:
    """A moment for people: ``15 Jun 2017 10:30`` in this time zone, or a dash."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%-d %b %Y %H:%M") if instant else "–"


def made_of(title_basis: str) -> str:
    """How a title came about that its publisher did not state; empty for all others."""
    made = {"address": "its address", "first-words": "its first words", "page": "its page"}
    return f" (title made from {made.get(title_basis, title_basis)})" if title_basis else ""


def dated(instant: datetime, precision: Precision, zone: str) -> str:
    """A date for people, as far as it is known: ``July 2017``, ``15 Jun 2017``, ``15 Jun 2017 10:30``."""
    form = {Precision.MONTH: "%B %Y", Precision.DAY: "%-d %b %Y"}.get(precision, "%-d %b %Y %H:%M")
    return instant.astimezone(ZoneInfo(zone)).strftime(form)


def civil(instant: datetime, precision: Precision, zone: str) -> str:
    """The same for programs: ``2017-07``, ``2017-06-15``, ``2017-06-15T10:30+01:00``."""
    moment = instant.astimezone(ZoneInfo(zone))
    if precision in (Precision.MONTH, Precision.DAY):
        return moment.strftime("%Y-%m" if precision is Precision.MONTH else "%Y-%m-%d")
    return moment.isoformat(timespec="minutes")
