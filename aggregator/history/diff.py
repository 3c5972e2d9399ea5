"""What changed between two texts, word by word: "£500" to "£900" is a change, so is a lost comma."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

LONGEST = 20_000
"""Words beyond which texts are compared by paragraph: the exact comparison is quadratic in the worst case."""
_WORD = re.compile(r"\S+\s*")
_PARAGRAPH = re.compile(r"[^\n]*\n+|[^\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of text; ``kind`` is ``same``, ``removed`` or ``added``."""

    kind: str
    text: str


def word_diff(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces in reading order: ``same`` + ``removed`` give ``old``, ``same`` + ``added`` give ``new``."""
    before, after = _pieces(old, new)
    found: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece(kind="same", text="".join(before[i:j])))
            continue
        found += [Piece(kind="removed", text="".join(before[i:j]))] if i < j else []
        found += [Piece(kind="added", text="".join(after[k:m]))] if k < m else []
    return tuple(found)


def _pieces(old: str, new: str) -> tuple[list[str], list[str]]:
    before, after = _split(_WORD, old), _split(_WORD, new)
    if len(before) + len(after) > LONGEST:
        return _split(_PARAGRAPH, old), _split(_PARAGRAPH, new)
    return before, after


def _split(pattern: re.Pattern[str], text: str) -> list[str]:
    """The text in pieces; white space before the first word is a piece of its own."""
    lead = text[: len(text) - len(text.lstrip())]
    return [*([lead] if lead else []), *pattern.findall(text[len(lead) :])]
