"""Text in one form, whoever marked it up (D-01). Law: pure and linear; the same input gives the same words for ever,
and a change of the rules changes `CANONICAL_VERSION`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.dedupe.boilerplate import RULES_VERSION, strip_body, strip_title
from aggregator.dedupe.markup import BLOCKS, BREAK, DELETED, LINKED, Reading, is_safe_to_parse, scan
from aggregator.tidy import folded, tidy

FORM_VERSION = "1"
"""Version of steps 1 and 2 of D-01: what is text, what is a link. Part of both hashes."""
CANONICAL_VERSION = f"{FORM_VERSION}.{RULES_VERSION}"
"""``cv``: version of the whole canonical form, boilerplate rules included. Part of the content hash."""

_NOTABLE = BLOCKS | LINKED.keys()
_NAME = re.compile("</?([a-zA-Z][a-zA-Z0-9]*)")
_ASCII = bytes(range(0x80))
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_SINGLE_QUOTES = re.compile("[`\u00b4\u02b9\u02bb\u02bc\u02bd\u2018-\u201b\u2032\u2035\u2039\u203a]")
_DOUBLE_QUOTES = re.compile("[\u201c-\u201f\u2033\u2036\u301d-\u301f]")
_DASHES = re.compile("[\u058a\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\u30a0\ufe58\ufe63\uff0d]")
_BULLETS = re.compile("[\u00b7\u2022\u2023\u2219\u25aa\u25cf\u25e6]")
_WORD = re.compile(r"[^\W_]+")
_SPACES = bytes(code if code >= 0x80 or chr(code).isalnum() else 0x20 for code in range(0x100))
_GAPS = re.compile(b"  +")
_FEW = 16
_USUAL = "\u2019\u2018\u201c\u201d\u2013\u2014\u2026\u00a0"
"""What is typed in most texts: each folds alone, to ASCII."""


def read(body: str, kind: str) -> Reading:
    """Steps 1 and 2 of D-01: the visible text, a line for each block, white space folded, and the links as written.

    ``kind`` is ``html`` or ``text``. Bodies that a tree builder would choke on are scanned instead (`markup.scan`).
    """
    if kind == "text":
        return Reading(text=_lines(body.replace("\n", BREAK)), links=())
    if "<" not in body:
        return Reading(text=_lines(unescape(body)), links=())
    if plain := tidy(body):
        return Reading(text=plain.text, links=tuple(link for link in plain.links if link.strip()))
    root = _tree(body)
    if root is None:
        scanned = scan(body)
        return Reading(text=_lines(scanned.text), links=scanned.links)
    present = {name.lower() for name in _NAME.findall(body)}
    if doomed := [name for name in DELETED if name in present]:
        root.strip_tags(doomed)
    links = _mark_blocks(root, sorted(present & _NOTABLE))
    return Reading(text=_lines(root.text()), links=links)


def _tree(body: str) -> LexborNode | None:
    """The body element, or nothing where building a tree costs too much or fails: half a character.

    The body is opened by hand, else leading scripts and styles would count as the head, and framesets have none.
    """
    if not is_safe_to_parse(body):
        return None
    try:
        return LexborHTMLParser(f"<body>{body}").body
    except UnicodeEncodeError:
        return None


def _mark_blocks(root: LexborNode, names: Sequence[str]) -> tuple[str, ...]:
    """Put a break before and after each block, and return the links in document order: one search for both."""
    links: list[str] = []
    for node in root.css(",".join(names)) if names else ():
        if address := LINKED.get(node.tag or ""):
            links.append(node.attributes.get(address) or "")
        else:
            node.insert_before(BREAK)
            node.insert_after(BREAK)
    return tuple(link for link in links if link.strip())


def words(body: str, kind: str) -> tuple[str, ...]:
    """The canonical words of a body (D-01); ``kind`` as in `read`."""
    return body_words(read(body, kind))


def body_words(reading: Reading) -> tuple[str, ...]:
    """Steps 3 to 6 of D-01 for a body that was read already."""
    return tokens(strip_body(fold(reading.text)))


def body_bytes(reading: Reading) -> bytes:
    """The same words as UTF-8 with one space between them, which is what hashes are made of."""
    return joined_tokens(strip_body(fold(reading.text)))


def title_words(title: str, names: Sequence[str] = ()) -> tuple[str, ...]:
    """The canonical words of a plain-text title, without a suffix that is one of the source's ``names`` (D-02)."""
    return tokens(strip_title(_one_line(title), _folded_names(tuple(names))))


@lru_cache(maxsize=64)
def _folded_names(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_one_line(name) for name in names)


def composed(text: str) -> str:
    """``text`` in Unicode's form NFC; Python looks first whether there is anything to do."""
    return unicodedata.normalize("NFC", text)


def _foreign(text: str) -> set[str]:
    """The characters that are not ASCII; of most texts these are few, and bytes are quicker to look through."""
    if text.isascii():
        return set()
    return set(text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass"))


def fold(text: str) -> str:
    """Steps 3 and 4 of D-01: compatibility forms, invisible characters, quotes, dashes, bullets and case.

    A text with a few odd characters, each of which folds alone, is folded character by character: the same, faster.
    """
    if not text.isascii():
        for char in _USUAL:
            text = text.replace(char, _fold_one(char))
    if not text.isascii():
        odd = _foreign(text)
        if len(odd) > _FEW or any(map(_changes_neighbours, odd)):
            return _fold_all(text)
        for char in odd:
            if (folds_to := _fold_one(char)) != char:
                text = text.replace(char, folds_to)
    return text.replace("`", "'").lower()


def _fold_all(text: str) -> str:
    """Quotes go first, because NFKC would make a combining accent of the acute that people type for an apostrophe.

    The second NFKC makes the form idempotent: case folding takes some letters apart.
    """
    text = _INVISIBLE.sub("", _SINGLE_QUOTES.sub("'", text))
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    text = _DOUBLE_QUOTES.sub('"', _SINGLE_QUOTES.sub("'", _INVISIBLE.sub("", text)))
    return _BULLETS.sub(" ", _DASHES.sub("-", text))


@lru_cache(maxsize=4096)
def _fold_one(char: str) -> str:
    return _fold_all(char)


@lru_cache(maxsize=4096)
def _changes_neighbours(char: str) -> bool:
    """Whether a character may compose with others, or does not stay as it is once folded and put into lower case."""
    folded = _fold_one(char)
    return any(_is_mark(part) or "\u1100" <= part <= "\u11ff" or part != part.lower() for part in folded)


def tokens(text: str) -> tuple[str, ...]:
    """Step 6 of D-01: the maximal runs of letters, marks and digits."""
    return tuple(_spaced(text).decode("utf-8").split())


def joined_tokens(text: str) -> bytes:
    """The same as UTF-8, with one space between them."""
    # No white space is left but the space.
    return _GAPS.sub(b" ", _spaced(text)).strip(b" ")


def _spaced(text: str) -> bytes:
    """A text as UTF-8 with a space for every character that is part of no word."""
    odd = _foreign(text)
    if any(map(_is_mark, odd)):
        return "".join(char if char.isalnum() or _is_mark(char) else " " for char in text).encode("utf-8")
    strange = [char for char in odd if not char.isalnum()]
    if len(strange) > _FEW:
        return " ".join(_WORD.findall(text)).encode("utf-8")
    for char in strange:
        text = text.replace(char, " ")
    # Of what is left only letters and digits are not ASCII, and they stay whole: no byte of theirs is.
    return text.encode("utf-8").translate(_SPACES)


@lru_cache(maxsize=4096)
def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


def _one_line(title: str) -> str:
    return folded(fold(title))


def _lines(text: str) -> str:
    """One line for each block that has text; all other white space is one space."""
    return "\n".join(filter(None, map(folded, text.split(BREAK))))
