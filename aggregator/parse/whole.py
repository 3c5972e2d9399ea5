"""Makes what is left of a document whole: repairs, then half-read entries off (P-05), then the cap on entries."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from aggregator.errors import UnreadableError
from aggregator.model import Problem
from aggregator.parse.prolog import Prolog, read_prolog
from aggregator.parse.repair import declare_prefixes, loose_depth, mend_text
from aggregator.parse.slices import DECLARATION, Slices, slices_of
from aggregator.parse.survey import MAX_DEPTH, Survey, survey

MAX_ENTRIES = 5000
"""More entries than this cost many seconds. Half of them are taken from each end, as a feed may be sorted either way
and the newest stand at one of its ends."""

MAX_UNCLOSED = 20_000
"""feedparser's patience with tags that are never closed costs time by the square of their number."""

_START_TAG = re.compile(rb"<[A-Za-z_:]")
_NAME = re.compile(rb"<([^\s/>]+)")
_ENTRY_START = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)(?=[\s/>]|$)")
_HALF_TAG = re.compile(rb"<[^<>]*$")
_ENTRY_END = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """UTF-8 XML from its declaration to its end; ``sound`` if well-formed, ``partial`` if it is not all there.

    ``slices`` are those of a sound document whose entries stand side by side.
    """

    data: bytes
    slices: Slices | None
    sound: bool
    partial: bool
    problems: tuple[Problem, ...]


class _Work:
    """A document on the bench: its data, and what had to be done to it."""

    def __init__(self, data: bytes, prolog: Prolog) -> None:
        self.prolog = prolog
        self.data = data
        self.problems: list[Problem] = []
        self.partial = False
        self.done: set[str] = set()

    def once(self, fault: str, change: Callable[[str], str], message: str) -> bool:
        """Apply a repair of the text, unless it was applied before; report only the first repair of a document."""
        if fault in self.done:
            return False
        if not self.partial:
            self.note("not-well-formed", message)
        self.done.add(fault)
        self.data = change(self.data.decode("utf-8")).encode("utf-8")
        return True

    def note(self, kind: str, detail: str, *, partial: bool = True) -> None:
        """Report a problem."""
        self.problems.append(Problem(kind=kind, detail=detail))
        self.partial = self.partial or partial


def make_whole(text: str, prolog: Prolog, data: bytes | None = None) -> Whole:
    """Repair a text that begins with its root tag as far as that is certain, and cut it to complete entries.

    ``data`` is the text as UTF-8, where that is at hand. Junk behind the root element goes without making the document
    partial, for nothing of it is in doubt. The HTML entities of RSS 0.91 are lawful: its DTD, which is never loaded,
    defines them.

    Raises:
        UnreadableError: ``too-deep``, ``too-large``.
    """
    if "netscape" in prolog.doctype.lower():
        text, data = mend_text(text), None
    work = _Work(text.encode("utf-8") if data is None else data, prolog)
    seen = _repair(work)
    sound = seen is not None
    if not sound:
        _check_depth(work)
        work.once("prefix", _declared, "")
        _drop_loose_tail(work)
    seen = _cap(work, seen)
    data = DECLARATION + work.data
    slices = slices_of(data, seen) if seen else None
    return Whole(data=data, slices=slices, sound=sound, partial=work.partial, problems=tuple(work.problems))


def _repair(work: _Work) -> Survey | None:
    """Repair and survey until the document is well-formed; ``None`` where it is beyond certain repair."""
    while True:
        seen = survey(work.data)
        match seen.fault:
            case None:
                return seen
            case "cut":
                _drop_tail(work, seen)
            case "junk":
                work.data = work.data[: seen.offset]
                work.note("trailing-junk", "text behind the end of the feed left out", partial=False)
            case "prefix" if work.once("prefix", _declared, seen.message):
                pass
            case "broken" if work.once("broken", mend_text, seen.message):
                pass
            case _:
                if not work.partial:
                    work.note("not-well-formed", seen.message)
                return None


def _declared(text: str) -> str:
    root = read_prolog(text)
    return declare_prefixes(text, root.declared, root.length)


def _drop_tail(work: _Work, seen: Survey) -> None:
    """Cut a document that just stops back to its last complete entry, and close what is open there."""
    safe, starts = seen.safe, seen.open_there
    if not safe:
        safe, starts = _root_length(work.data), (0,)
    names = [found[1] for start in reversed(starts) if (found := _NAME.match(work.data, start))]
    work.note("cut", f"the document stops in the middle, {len(work.data) - safe} bytes after its last complete part")
    work.data = work.data[:safe] + b"".join(b"</" + name + b">" for name in names)


def _root_length(data: bytes) -> int:
    """The length of the root tag in bytes, which a repair may have changed."""
    text = data.decode("utf-8")
    return len(text[: read_prolog(text).length].encode("utf-8"))


def _check_depth(work: _Work) -> None:
    closed = work.data.count(b"</") + work.data.count(b"/>")
    if sum(1 for _ in _START_TAG.finditer(work.data)) - closed > MAX_UNCLOSED:
        raise UnreadableError("too-deep", f"more than {MAX_UNCLOSED} elements are never closed")
    if loose_depth(work.data.decode("utf-8"), MAX_DEPTH) > MAX_DEPTH:
        raise UnreadableError("too-deep", f"elements are nested more than {MAX_DEPTH} deep")


def _drop_loose_tail(work: _Work) -> None:
    """The same for an ill-formed document, by the look of it: its root is not closed, so the last entry is half."""
    name = work.prolog.name.encode("utf-8")
    if re.search(rb"</" + re.escape(name) + rb"\s*>", work.data):
        return
    ends = [found.end() for found in _ENTRY_END.finditer(work.data)]
    first = _ENTRY_START.search(work.data)
    first = first or _HALF_TAG.search(work.data)
    keep = ends[-1] if ends else first.start() if first else len(work.data)
    work.note("cut", f"the document stops in the middle, {len(work.data) - keep} bytes after its last complete part")
    work.data = work.data[:keep] + b"</" + name + b">"


def _cap(work: _Work, seen: Survey | None) -> Survey | None:
    """Take out the middle of a document with too many entries; the survey of what is left."""
    starts = seen.entries if seen else [found.start() for found in _ENTRY_START.finditer(work.data)]
    if len(starts) <= MAX_ENTRIES:
        return seen
    half = MAX_ENTRIES // 2
    shorter = work.data[: starts[half]] + work.data[starts[-half] :]
    left = survey(shorter) if seen else None
    if left and left.fault:
        raise UnreadableError("too-large", f"{len(starts)} entries, more than {MAX_ENTRIES}, oddly nested")
    work.data = shorter
    detail = f"{len(starts)} entries: only the first and the last {half} are read"
    work.note("too-many-entries", detail)
    return left
