"""What markup means for text, and a scanner for bodies that would cost a tree builder too much. Law: linear time."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from html import unescape

BREAK = "\x1e"
"""Stands for the end of a block while a body is read; no XML document can contain it."""
DELETED = ("script", "style", "noscript", "template", "iframe", "object", "svg", "form", "nav")
"""Elements whose content is not text (D-01 step 1)."""
BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "br", "caption", "dd", "details", "div", "dl", "dt", "figcaption"}
    | {"figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre"}
    | {"section", "summary", "table", "td", "th", "tr", "ul"}
)
"""Elements that end a line (D-01 step 1)."""
LINKED = {"a": "href", "img": "src"}
"""Where an element keeps the address that counts as part of the text (D-04)."""

_MANY_TAGS = 512
_DEEPEST = 256
_LARGEST = 2_000_000
_RAW = frozenset({"script", "style", "iframe"})
_NEVER_DEEP = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
    | {"li", "p", "td", "th", "tr"}  # closed by their next sibling
)
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)([^<>]*)>")
_ADDRESS = re.compile(r"""\b(href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))""", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A body read once: its visible text, one line a block, and the addresses of its links and images as written."""

    text: str
    links: tuple[str, ...]


def is_safe_to_parse(body: str) -> bool:
    """Whether a tree builder can be trusted with this markup: its cost is quadratic in the depth of nesting."""
    if body.count("<") <= _MANY_TAGS:
        return True
    return len(body) <= _LARGEST and _depth(body) <= _DEEPEST


def _depth(body: str) -> int:
    """The deepest nesting, counting closing tags only where their element is open."""
    depth = deepest = 0
    still_open: Counter[str] = Counter()
    for match in _TAG.finditer(body):
        closing, name = match[1], match[2].lower()
        if name in _NEVER_DEEP:
            continue
        if not closing:
            still_open[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif still_open[name]:
            still_open[name] -= 1
            depth -= 1
    return deepest


def scan(body: str) -> Reading:
    """The text and links of markup without building a tree; close to a browser's view, and linear whatever comes."""
    pieces: list[str] = []
    links: list[str] = []
    hidden: Counter[str] = Counter()
    lowered, position = body.lower(), 0
    while (start := body.find("<", position)) >= 0:
        visible = not any(hidden.values())
        pieces.append(unescape(body[position:start]) if visible else "")
        match = _TAG.match(body, start)
        if match is None:
            position = _after_oddity(body, start)
            pieces.append("<" if visible and position == start + 1 else "")
            continue
        position = match.end()
        closing, name = match[1], match[2].lower()
        if name in _RAW and not closing:
            end = lowered.find(f"</{name}", position)
            position = len(body) if end < 0 else end
        elif name in DELETED:
            hidden[name] = max(0, hidden[name] + (-1 if closing else 1))
        elif visible:
            pieces.append(BREAK if name in BLOCKS else "")
            links.extend(() if closing else _address(name, match[3]))
    pieces.append(unescape(body[position:]) if not any(hidden.values()) else "")
    return Reading(text="".join(pieces), links=tuple(links))


def _after_oddity(body: str, start: int) -> int:
    """Where reading goes on after a ``<`` that opens no tag: a comment, a declaration, or a bare sign."""
    if body.startswith("<!--", start):
        end = body.find("-->", start)
        return len(body) if end < 0 else end + 3
    if body.startswith(("<!", "<?", "</"), start):
        end = body.find(">", start)
        return len(body) if end < 0 else end + 1
    return start + 1


def _address(name: str, attributes: str) -> tuple[str, ...]:
    """The one address of an element that counts, or nothing."""
    wanted = LINKED.get(name)
    found = (match for match in _ADDRESS.finditer(attributes) if match[1].lower() == wanted)
    first = next((unescape(match[2] or match[3] or match[4] or "") for match in found), "")
    return (first,) if first.strip() else ()
