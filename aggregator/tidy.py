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
# How most links are written; nearly each has an address of its own, so remembering them would not help.
_PLAIN_LINK = re.compile(r'<a href="([^"<>&]*)">')


_Tag = tuple[str, int, str, bool, str | None]
"""A tag: its name, what it does to the depth (1, -1, or 0 for an empty element), the mark it leaves where it begins a
line, whether it ends a paragraph that is open, and its address if it is linked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidy:
    """What tidy markup says.

    ``text`` has references resolved, a line for each block that has text, and all other white space as one space.
    ``links`` are the addresses of links and pictures in document order, as written; an empty one where there is none.
    ``is_printable`` says that each line of the text is (`str.isprintable`).
    """

    text: str
    links: tuple[str, ...]
    is_printable: bool


def tidy(html: str) -> Tidy | None:
    """The text and links of tidy markup; ``None`` for markup that only a browser's parser can judge."""
    return _tidy(html) if len(html) <= _LONGEST else None


@lru_cache(maxsize=64)
def _tidy(html: str) -> Tidy | None:
    tags = html.count("<")
    if tags > _MOST_TAGS or "\0" in html or "\r" in html or _BREAK in html or not _is_whole(html):
        return None
    has_references = "&" in html
    if has_references and not _are_sure(html):
        return None
    pieces = _SPLIT.split(html)
    links = _links_of(pieces) if len(pieces) // 2 == tags else None
    if links is None:
        return None
    whole = "".join(pieces)
    # No reference stands for a mark, so they can be resolved all at once.
    text, is_printable = _lines(unescape(whole) if has_references else whole)
    return Tidy(text=text, links=tuple(links), is_printable=is_printable)


def _links_of(pieces: list[str]) -> list[str] | None:
    """The addresses of tidy markup, split into texts and tags by turns; ``None`` for other markup.

    Each tag is replaced in place by what it means to the text: a mark where it begins a line, else nothing.
    """
    links: list[str] = []
    opened = [""]
    known = _BARE_TAGS.get
    for at in range(1, len(pieces), 2):
        piece = pieces[at]
        tag = known(piece) or _other_tag(piece)
        if tag is None:
            return None
        name, step, mark, ends_p, address = tag
        pieces[at] = mark
        if step < 0:
            if opened.pop() != name:
                return None
            continue
        if (ends_p or name == "a") and not _fits(name, ends_p, opened):
            return None
        if step:
            opened.append(name)
        if address is not None:
            links.append(address)
    return links


def _fits(name: str, ends_p: bool, opened: list[str]) -> bool:
    """Whether an element begins where nothing ends by itself, inside of those that are open."""
    if not ends_p:
        return name != "a" or "a" not in opened
    if "p" in opened or (name in _HOLDERS and opened[-1] not in _HOLDERS[name]):
        return False
    return name not in _HEADINGS or opened[-1] not in _HEADINGS


def _lines(text: str) -> tuple[str, bool]:
    """The lines between marks that say anything, each `folded`, and whether all are printable."""
    parts = [part for part in map(str.strip, text.split(_BREAK)) if part]
    whole = "\n".join(parts)
    # All at once: no line holds white space but single spaces if none holds two of them and all are printable.
    if "  " not in whole and "".join(parts).isprintable():
        return whole, True
    lines = [line if "  " not in line and line.isprintable() else " ".join(line.split()) for line in parts]
    return "\n".join(lines), "".join(lines).isprintable()


def folded(text: str) -> str:
    """``text`` with every run of white space as one space, and none at its ends."""
    text = text.strip()
    # The only white space that is printable is the space itself.
    return text if "  " not in text and text.isprintable() else " ".join(text.split())


def _is_whole(html: str) -> bool:
    """No half characters, at which parsers fail."""
    try:
        return html.isascii() or bool(html.encode())
    except UnicodeEncodeError:
        return False


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


def _other_tag(text: str) -> _Tag | None:
    """A tag that is known in full, ``None`` for any other."""
    if len(text) > _LONGEST_TAG:
        return None
    link = _PLAIN_LINK.fullmatch(text)
    return ("a", 1, "", False, link[1]) if link else _tag(text)


@lru_cache(maxsize=1024)
def _tag(text: str) -> _Tag | None:
    found = _TAG.fullmatch(text)
    if found is None:
        return None
    end, written, attributes, closed = found.groups()
    name = written.lower()
    if name not in KNOWN or (name in _EMPTY and end) or (name not in _EMPTY and closed):
        return None
    address = _address(attributes, _LINKED[name]) if name in _LINKED and not end else None
    step = 0 if name in _EMPTY else -1 if end else 1
    return name, step, _BREAK if name in BLOCKS else "", name in BLOCKS and name != "br", address


def _address(attributes: str, wanted: str) -> str:
    """The first attribute of this name, its references resolved."""
    for name, double, single, bare in _ATTRIBUTE.findall(attributes):
        if name.lower() == wanted:
            return unescape(double or single or bare)
    return ""


_BARE_TAGS = {text: tag for name in KNOWN for text in (f"<{name}>", f"</{name}>") if (tag := _tag(text))}
"""What most tags are: a name and nothing else."""
