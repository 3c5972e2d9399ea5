"""Titles and other one-line text constructs, whichever of the four kinds they come in (P-40, P-41)."""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5

from aggregator.model import RawText
from aggregator.normalise.text import first_words, one_line, plain_text

LONGEST, LONGEST_RAW = 2_000, 40_000
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?=[\s/>])[^<>]*>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LIST = (
    "a abbr acronym address b bdi bdo big blockquote cite code data del dfn div em figure font h1 h2 h3 h4 h5 h6 i ins "
    "kbd li mark nobr ol p pre q rp rt ruby s samp script small span strike strong style sub sup table tbody td th tr "
    "time tt u ul var"
)
_KNOWN = frozenset(_LIST.split())
_EMPTY = frozenset({"br", "hr", "img", "wbr"})


def read_title(text: RawText | None) -> tuple[str, bool]:
    """The title as plain text on one line, at most 2,000 characters, and whether it had to be cut.

    Only the first 40,000 characters are looked at, so a title of megabytes costs no more than one of those.
    """
    if text is None:
        return "", False
    whole = _plain(text.kind, text.value[:LONGEST_RAW])
    return first_words(whole, LONGEST), len(whole) > LONGEST or len(text.value) > LONGEST_RAW


def line_of(text: RawText | None, limit: int = LONGEST) -> str | None:
    """A subtitle or the like, read as a title; ``None`` where nothing is left."""
    return first_words(read_title(text)[0], limit) or None


def looks_like_markup(value: str) -> bool:
    """Whether a string that may be either is HTML: it has a known tag with its end, or ``<br/>`` and its kind."""
    ends: dict[str, int] = {}
    opened: dict[str, int] = {}
    for found in _TAG.finditer(value):
        name = found[2].lower()
        if name in _EMPTY and found[0].endswith("/>"):
            return True
        if name in _KNOWN:
            if found[1]:
                ends[name] = found.start()
            else:
                opened.setdefault(name, found.start())
    return any(start < ends.get(name, -1) for name, start in opened.items())


def _plain(kind: str, value: str) -> str:
    if kind == "text":
        return one_line(value)
    if kind != "unknown" or looks_like_markup(value):
        return plain_text(value)
    return one_line(_ENTITY.sub(_resolved, value))


def _resolved(found: re.Match[str]) -> str:
    """A reference that HTML knows, resolved; any other ``&…;`` stays literal, and so does a bare ``<`` (P-41)."""
    known = found[0][1] == "#" or found[0][1:] in html5
    return unescape(found[0]) if known else found[0]
