"""One pass of expat over a document: is it well-formed, where do its entries lie, is anything too deep or too long.

Expat is fed no DOCTYPE, so there is nothing for it to expand or to load.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from aggregator.errors import UnreadableError

MAX_DEPTH = 256
MAX_TEXT = 8 * 1024 * 1024
ENTRY_NAMES = {"item", "entry"}
_AT_THE_END = {
    expat.errors.codes[name]
    for name in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}
_JUNK_AFTER = expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]
_UNBOUND = expat.errors.codes[expat.errors.XML_ERROR_UNBOUND_PREFIX]


@dataclass(slots=True)
class Survey:
    """What the pass saw. Offsets are in bytes of the data surveyed.

    ``fault`` is ``None`` for a well-formed document, else ``cut`` (it just stops), ``junk`` (something follows the
    root element), ``prefix`` (an undeclared namespace prefix), ``deep`` (more than 256 elements are open, in earnest
    or for want of end tags) or ``broken``; ``offset`` is where, ``message`` what.
    ``safe`` is the last place outside any entry where an element had just ended, and ``open_there`` the offsets of
    the start tags open there; ``entries`` are the offsets of the start tags of all entries, ``ends`` where each ends,
    and ``around`` the offsets of the start tags open around them, for each name (with namespace) of an entry.
    """

    fault: str | None = None
    offset: int = 0
    message: str = ""
    safe: int = 0
    open_there: tuple[int, ...] = ()
    entries: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    around: set[tuple[str, tuple[int, ...]]] = field(default_factory=set)


class _TooDeep(Exception):  # noqa: N818
    """Stops a pass."""


class _Pass:
    """The state of one pass: the start tags open outside of any entry, and how deep the open entry is nested by now.

    Most of a document is inside of entries, where little is to be seen: there other handlers take over.
    """

    def __init__(self, data: bytes) -> None:
        self.data, self.seen = data, Survey()
        self.stack: list[int] = []
        self.inner = self.last = self.room = 0
        self.may_be_long = len(data) > MAX_TEXT
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.ordered_attributes = True  # Nobody looks at them: a list is made sooner than a dictionary.
        self._outside()

    def _outside(self) -> None:
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _inside(self) -> None:
        self.room = MAX_DEPTH - 1 - len(self.stack)
        self.parser.StartElementHandler = self._deeper
        self.parser.EndElementHandler = self._shallower

    def _start(self, name: str, _attributes: object) -> None:
        here = self._step()
        self._check_depth(len(self.stack) + 1)
        if name.rpartition(" ")[2] in ENTRY_NAMES:
            self.seen.entries.append(here)
            self.seen.around.add((name, tuple(self.stack)))
            self._inside()
        else:
            self.stack.append(here)

    def _end(self, _name: str) -> None:
        here = self._step()
        self.stack.pop()
        if self.stack:
            self._ended(here)

    def _deeper(self, _name: str, _attributes: object) -> None:
        if self.may_be_long:
            self._step()
        self.inner += 1
        if self.inner > self.room:
            self._check_depth(MAX_DEPTH + 1)

    def _shallower(self, _name: str) -> None:
        if self.may_be_long:
            self._step()
        if self.inner:
            self.inner -= 1
            return
        self._outside()
        if self.stack:
            self._ended(self.parser.CurrentByteIndex)
            self.seen.ends.append(self.seen.safe)

    def _ended(self, here: int) -> None:
        # For `<a/>` expat reports the offset behind it, for `</a>` that of its first byte.
        self.seen.safe = self.data.index(b">", here) + 1 if self.data.startswith(b"</", here) else here
        self.seen.open_there = tuple(self.stack)

    def _check_depth(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            self.seen.offset = self.parser.CurrentByteIndex
            raise _TooDeep

    def _step(self) -> int:
        here = self.parser.CurrentByteIndex
        if here - self.last > MAX_TEXT:
            raise UnreadableError("too-large", f"one text is longer than {MAX_TEXT} bytes")
        self.last = here
        return here


def survey(data: bytes) -> Survey:
    """Look through UTF-8 XML that begins with its root tag.

    Raises:
        UnreadableError: ``too-large`` for a text of more than 8 MiB.
    """
    look = _Pass(data)
    try:
        look.parser.Parse(data, True)
    except _TooDeep:
        look.seen.fault, look.seen.message = "deep", f"more than {MAX_DEPTH} elements are not closed"
    except expat.ExpatError as error:
        look.seen.fault = _fault(error.code)
        look.seen.offset = look.parser.ErrorByteIndex
        look.seen.message = f"{expat.ErrorString(error.code)} at line {error.lineno}"
    return look.seen


def _fault(code: int) -> str:
    if code in _AT_THE_END:
        return "cut"
    return {_JUNK_AFTER: "junk", _UNBOUND: "prefix"}.get(code, "broken")
