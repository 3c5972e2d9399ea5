"""Judges markup before any parser sees it: HTML parsers take quadratic time, and worse, on deep or misnested tags.

A body with few tags is always fine. A body with many must be made of tags that leave no doubt about their nesting.
"""

from __future__ import annotations

import re

FEW_TAGS, MOST_TAGS, DEEPEST, MOST_WORK = 512, 50_000, 256, 1_000_000
LONG_TAG, MOST_PARTS, MOST_ENTITIES = 2_048, 400, 10_000
_ATTRIBUTES = r"""(?>\s+[^\s<>"'=`/]+(?:\s*=\s*(?>"[^"<>]*"|'[^'<>]*'|[^\s<>"'=`]+))?|\s*/(?=\s*>))*+\s*"""
_RAW = "script|style|iframe|noscript|textarea|title|xmp|noembed|noframes"
_PIECE = re.compile(
    rf"<!--(?!>|->)[^<>]*-->|<({_RAW}){_ATTRIBUTES}>[^<]*</\1\s*>|<(/?)([a-z][a-z0-9:-]*){_ATTRIBUTES}>|<(?![a-z/!?])",
    re.IGNORECASE,
)
_LONG = re.compile(rf"<[a-zA-Z][^<]{{{LONG_TAG},}}")
_BARE = re.compile(r"&(?!#?[A-Za-z0-9]{1,32};)")
_OPEN = re.compile(r"<[a-zA-Z]")
_EMPTY_LIST = "area base br col embed hr img input link meta param source track wbr"
_SELF_ENDING_LIST = "p li dt dd td th tr thead tbody tfoot"
_BLOCK_LIST = (
    "p div br li address article aside blockquote caption center dd details dialog dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr iframe legend main nav ol option pre section summary table tbody td tfoot "
    "th thead tr ul"
)
_NEVER_OPEN = frozenset(_EMPTY_LIST.split())
# These end by themselves where the next one begins; they nest only inside elements that are counted.
_SELF_ENDING = frozenset(_SELF_ENDING_LIST.split())
_DOUBTFUL = frozenset(f"{_RAW}|plaintext|svg|math|template|select|option|frameset".split("|"))
BLOCKS = frozenset(_BLOCK_LIST.split())
"""Elements that break a line, so that words on their two sides are apart."""
# Both cases spelled out: ignoring case would cost four times as much, here where every body passes.
_BLOCK_TAG = re.compile(rf"<(?=/?(?:{'|'.join(_BLOCK_LIST.split())}|{'|'.join(_BLOCK_LIST.upper().split())})[\s/>])")
_TAG_NAME = re.compile(r"/?([a-zA-Z][^\s/>]*)")


def is_extreme(html: str) -> bool:
    """Whether parsing might take more than linear time or room: over 512 tags, and over 256 deep or misnested; over
    50,000 tags; a tag of hundreds of attributes; over 10,000 ampersands that begin no entity.

    Depth is counted from above: a closing tag counts only where it closes the innermost element, and a piece whose
    reading is in doubt (a quotation mark too many, tags in a comment or script) makes the whole body extreme.
    """
    if _has_crowded_tag(html) or _has_bare_ampersands(html):
        return True
    angles = html.count("<")
    opens = sum(1 for _ in _OPEN.finditer(html)) if angles > FEW_TAGS else 0
    if opens <= FEW_TAGS or opens > MOST_TAGS:
        return max(opens, angles // 2) > MOST_TAGS
    depth = _deepest(html)
    return depth > DEEPEST or depth * opens > MOST_WORK


def _has_bare_ampersands(html: str) -> bool:
    """A parser starts over at each ``&`` that begins no entity, and copies what it has."""
    return html.count("&") > MOST_ENTITIES and sum(1 for _ in _BARE.finditer(html)) > MOST_ENTITIES


def _has_crowded_tag(html: str) -> bool:
    """Parsers compare each attribute of a tag with all others, and copy a value for each entity in it. Only what is
    longer than 2 KB can hold enough of them; then it must be plain where the tag ends and its text begins."""
    if len(html) <= LONG_TAG:
        return False
    pieces = (_PIECE.match(html, found.start()) for found in _LONG.finditer(html))
    return any(piece is None or _is_crowded(piece[0]) for piece in pieces)


def _is_crowded(tag: str) -> bool:
    return len(tag) > LONG_TAG and (len(tag.split(None, MOST_PARTS)) > MOST_PARTS or tag.count("&") > MOST_ENTITIES)


def _deepest(html: str) -> int:
    stack: list[str] = []
    deepest, at = 0, html.find("<")
    while at >= 0:
        piece = _PIECE.match(html, at)
        name = (piece[3] or "").lower() if piece else ""
        if piece is None or name in _DOUBTFUL:
            return len(html)
        if piece[2] and stack and stack[-1] == name:
            stack.pop()
        elif name and not piece[2] and name not in _NEVER_OPEN and name not in _SELF_ENDING:
            stack.append(name)
            deepest = max(deepest, len(stack))
            if deepest > DEEPEST:
                return deepest
        at = html.find("<", piece.end())
    return deepest


def with_breaks(html: str, mark: str = " ") -> str:
    """The same markup with a mark before each tag that breaks a line, so that words stay apart in its text."""
    return _BLOCK_TAG.sub(f"{mark}<", html)


def scanned_text(html: str) -> str:
    """The text between the tags in one linear pass without a tree, for extreme bodies; entities still escaped."""
    kept: list[str] = []
    at, lowered = 0, html.lower()
    while at < len(html):
        start = html.find("<", at)
        if start < 0:
            kept.append(html[at:])
            break
        kept.append(html[at:start])
        at, separator = _after(html, lowered, start)
        kept.append(separator)
    return "".join(kept)


def _after(html: str, lowered: str, start: int) -> tuple[int, str]:
    """Where text goes on after the ``<`` at ``start``, and what stands for what was skipped."""
    if html.startswith("<!--", start):
        return _past(html, "-->", start + 4), ""
    name = _TAG_NAME.match(html, start + 1)
    if name is None and not html.startswith(("<!", "<?", "</"), start):
        return start + 1, "<"
    end = _past(html, ">", start + 1)
    word = name[1].lower() if name else ""
    if word in {"script", "style"} and html[start + 1] != "/":
        end = _past(html, ">", _past(lowered, f"</{word}", end))
    return end, " " if word in BLOCKS else ""


def _past(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found < 0 else found + len(mark)
