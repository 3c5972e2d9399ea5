"""Door: which published files name an entry now. Only looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from aggregator.publish.codings import SUFFIXES
from aggregator.publish.markup import quoted


def naming(public: Path, names: Sequence[str]) -> tuple[str, ...]:
    """The paths below ``public`` of files that hold one of these ids or addresses; compressed copies are not told."""
    wanted = [form.encode() for name in names for form in {name, quoted(name)}]
    found = (path for path in _files(public) if any(each in path.read_bytes() for each in wanted))
    return tuple(path.relative_to(public).as_posix() for path in found)


def _files(public: Path) -> Iterator[Path]:
    for path in sorted(public.rglob("*")):
        if path.is_file() and path.suffix not in SUFFIXES and not path.name.startswith("."):
            yield path
