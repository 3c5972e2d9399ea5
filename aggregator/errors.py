"""Errors for the caller. What goes wrong with a feed is a value (`Failed`, `Unreachable`), never an exception."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class AggregatorError(Exception):
    """Root of everything this package raises on purpose.

    ``exit_status`` follows the promise of the command line: 1 something the user can mend, 3 our fault.
    """

    exit_status = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake in a configuration file, with the place and, where one is known, the remedy.

    ``line`` counts from 1; 0 when the place is the whole file.
    """

    file: str
    line: int
    where: str
    text: str
    suggestion: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return f"{place}: {self.where}: {self.text}{hint}"


class SettingsError(AggregatorError):
    """The configuration is refused; ``mistakes`` lists every one of them."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class UnknownFeedError(AggregatorError):
    """No feed has this id; ``nearest`` is the closest known one."""

    def __init__(self, feed_id: str, nearest: str | None = None) -> None:
        self.feed_id, self.nearest = feed_id, nearest
        hint = f"; did you mean “{nearest}”?" if nearest else "; `aggregator feeds list` shows them all"
        super().__init__(f"no feed is called “{feed_id}”{hint}")


class UnknownEntryError(AggregatorError):
    """No entry has this number or public id."""

    def __init__(self, entry: str) -> None:
        self.entry = entry
        super().__init__(f"no entry is called “{entry}”; `aggregator entries` lists them")


class LockedError(AggregatorError):
    """Another process works on this store; ``pid`` is its process number where it could be read."""

    def __init__(self, path: Path, pid: int | None) -> None:
        self.path, self.pid = path, pid
        who = f"process {pid}" if pid else "another process"
        super().__init__(
            f"{who} already works on {path.parent}; stop it first, or give this one a different [storage] path"
        )


class StoreError(AggregatorError):
    """The store cannot be opened, read or written: full disk, wrong rights, damaged or newer database."""

    exit_status = 1


class CaptureError(AggregatorError):
    """A capture that cannot be read: ``file`` (without ending), the byte where it begins, and why in plain words.

    ``cut``: the file breaks off there, as after a crash or on a full disk; else bytes were changed.
    """

    def __init__(self, file: str, offset: int, reason: str, *, cut: bool = False) -> None:
        self.file, self.offset, self.reason, self.cut = file, offset, reason, cut
        super().__init__(f"{file}, byte {offset}: {reason}")


class TakenDownError(CaptureError):
    """A capture whose place holds a note instead: it was erased on purpose, the text says when and why."""


class UnreadableError(AggregatorError):
    """A document that is not a feed or cannot be read; ``kind`` is a short machine word, ``detail`` is for people.

    Kinds: ``not-a-feed``, ``html``, ``empty``, ``entities``, ``too-deep``, ``too-large``, ``encoding``, ``malformed``,
    ``timeout``, ``memory``.
    """

    def __init__(self, kind: str, detail: str) -> None:
        self.kind, self.detail = kind, detail
        super().__init__(detail)

    def __reduce__(self) -> tuple[type[UnreadableError], tuple[str, str]]:
        return type(self), (self.kind, self.detail)
