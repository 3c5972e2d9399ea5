"""Tidy markup: HTML so plain that its text and links are certain without building a tree. Most bodies are like that.

Law: what is tidy means to a browser exactly its texts in order, with a new line at the tags of its blocks. Anything in
doubt is not tidy: tags that are misnested or end by themselves, tables, forms, comments, scripts, odd references.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from html.entities import html5
from typing import NamedTuple

_MOST_TAGS, _LONGEST, _LONGEST_TAG = 512, 65_536, 1_984
_BREAK = "\x1e"
_GAP = r"[ \t\n\f]"
_VALUE = r"""(?:"[^"<>]*"|'[^'<>]*'|[^ \t\n\f"'<>=`&]+)"""
_PAIR = rf"[A-Za-z_:][\w:.-]*+(?:{_GAP}*={_GAP}*{_VALUE})?"
_SPLIT = re.compile(r"(<[^<>]*>)")
_TAG = re.compile(rf"<(/?)([a-z][a-z0-9]*|[A-Z][A-Z0-9]*)((?:{_GAP}+{_PAIR})*+){_GAP}*(/?)>", re.ASCII)
_ATTRIBUTE = re.compile(
    rf"""([A-Za-z_:][\w:.-]*+)(?:{_GAP}*={_GAP}*(?:"([^"]*)"|'([^']*)'|([^ \t\n\f"'<>=`&]+)))?""", re.ASCII
)
_REFERENCE = re.compile(r"&(#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{0,31};|(?=[^A-Za-z0-9#]|\Z))")
_INLINE = (
    "a abbr b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span strike strong sub sup time tt u "
    "var"
)
_CLOSING_P = (
    "address article aside blockquote dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li "
    "main ol p pre section summary ul"
)
BLOCKS = frozenset(_CLOSING_P.split()) | {"br"}
"""Those elements of tidy markup that begin a new line, and end one."""
KNOWN = BLOCKS | frozenset(_INLINE.split()) | {"img", "wbr"}
"""All elements that tidy markup may have."""
_EMPTY = frozenset({"br", "hr", "img", "wbr"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_HOLDERS = {"li": ("ul", "ol"), "dt": ("dl",), "dd": ("dl",)}
_LINKED = {"a": "href", "img": "src"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidy:
    """What tidy markup says.

    ``text`` has references resolved, a line for each block that has text, and all other white space as one space.
    ``links`` are the addresses of links and pictures in document order, as written; an empty one where there is none.
    """

    text: str
    links: tuple[str, ...]


class _Tag(NamedTuple):
    """A tag: its name, what it does to the depth (1, -1, or 0 for an empty element), whether it begins a line, whether
    it ends a paragraph that is open, and its address if it is linked."""

    name: str
    step: int
    is_block: bool
    ends_p: bool
    address: str | None


def tidy(html: str) -> Tidy | None:
    """The text and links of tidy markup; ``None`` for markup that only a browser's parser can judge."""
    return _tidy(html) if len(html) <= _LONGEST else None


@lru_cache(maxsize=64)
def _tidy(html: str) -> Tidy | None:
    if html.count("<") > _MOST_TAGS or any(odd in html for odd in ("\0", "\r", _BREAK)) or not _is_whole(html):
        return None
    has_references = "&" in html
    if has_references and not _are_sure(html):
        return None
    pieces = _SPLIT.split(html)
    if len(pieces) // 2 != html.count("<"):
        return None
    links: list[str] = []
    opened, marked = [""], pieces[:1]
    for tag, text in zip(map(_tag, pieces[1::2]), pieces[2::2], strict=True):
        if tag is None or not _fits(tag, opened):
            return None
        if tag.address is not None:
            links.append(tag.address)
        marked.append(_BREAK + text if tag.is_block else text)
    whole = "".join(marked)
    # No reference stands for a mark, so they can be resolved all at once.
    lines = map(folded, (unescape(whole) if has_references else whole).split(_BREAK))
    return Tidy(text="\n".join(filter(None, lines)), links=tuple(links))


def _fits(tag: _Tag, opened: list[str]) -> bool:
    """Whether a tag stands where nothing ends by itself; ``opened`` are the open elements, and are kept up to date."""
    name, step, _, ends_p, address = tag
    if step < 0:
        return opened.pop() == name
    if ends_p:
        inner = opened[-1]
        if "p" in opened or (name in _HOLDERS and inner not in _HOLDERS[name]):
            return False
        if name in _HEADINGS and inner in _HEADINGS:
            return False
    elif address is not None and name == "a" and "a" in opened:
        return False
    if step:
        opened.append(name)
    return True


def folded(text: str) -> str:
    """``text`` with every run of white space as one space, and none at its ends."""
    text = text.strip()
    # The only white space that is printable is the space itself.
    return text if "  " not in text and text.isprintable() else " ".join(text.split())


def _is_whole(html: str) -> bool:
    """No half characters, at which parsers fail."""
    try:
        html.encode()
    except UnicodeEncodeError:
        return False
    return True


def _are_sure(html: str) -> bool:
    """Whether each ampersand begins a reference that means the same to everybody, or none at all."""
    found = _REFERENCE.findall(html)
    return len(found) == html.count("&") and all(map(_is_sure, set(found)))


@lru_cache(maxsize=1024)
def _is_sure(reference: str) -> bool:
    if not reference.startswith("#"):
        return not reference or reference in html5
    code = int(reference[2:-1], 16) if reference[1] in "xX" else int(reference[1:-1])
    return 0x20 <= code < 0x7F or (0xA0 <= code < 0xD800) or (0xE000 <= code < 0xFDD0) or (0xFE00 <= code < 0xFFFE)


@lru_cache(maxsize=1024)
def _tag(text: str) -> _Tag | None:
    """A tag that is known in full, ``None`` for any other."""
    found = _TAG.fullmatch(text) if len(text) <= _LONGEST_TAG else None
    if found is None:
        return None
    end, written, attributes, closed = found.groups()
    name = written.lower()
    if name not in KNOWN or (name in _EMPTY and end) or (name not in _EMPTY and closed):
        return None
    address = _address(attributes, _LINKED[name]) if name in _LINKED and not end else None
    step = 0 if name in _EMPTY else -1 if end else 1
    return _Tag(name, step, name in BLOCKS, name in BLOCKS and name != "br", address)


def _address(attributes: str, wanted: str) -> str:
    """The first attribute of this name, its references resolved."""
    for name, double, single, bare in _ATTRIBUTE.findall(attributes):
        if name.lower() == wanted:
            return unescape(double or single or bare)
    return ""
