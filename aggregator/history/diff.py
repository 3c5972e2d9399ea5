"""What changed between two texts, word by word: "£500" to "£900" is a change, so is a lost comma."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import takewhile

from aggregator.model import Piece, Swap

MOST_PAIRS = 60_000
"""Pairs of equal words beyond which the texts between their first and last change are compared by paragraph, and all of
it counts as changed where that does not help: the comparison is cubic in the worst case, which somebody may send us.
Two unlike texts of 2,000 words each stay below."""
_WORD = re.compile(r"(\S*)(\s*)")
_PARAGRAPH = re.compile(r"([^\n]*)(\n*)")

_Words = list[tuple[str, str]]


def word_diff(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces in reading order: ``same`` + ``removed`` give ``old``, ``same`` + ``added`` give ``new``.

    Words are compared without the space behind them, so that a word is not changed by what follows it. What both texts
    begin and end with is set aside first: a small edit of a long text costs little.
    """
    before, after = _split(_WORD, old), _split(_WORD, new)
    head = _shared(before, after)
    tail = _shared(before[head:][::-1], after[head:][::-1])
    run = _Run()
    run.same(before[:head], after[:head])
    _compare(run, before[head : len(before) - tail], after[head : len(after) - tail])
    run.same(before[len(before) - tail :], after[len(after) - tail :])
    return run.pieces()


def swap(name: str, old: Sequence[str], new: Sequence[str]) -> Swap | None:
    """What of a list went and came, in its order; ``None`` where nothing did. What only changed its place is named on
    both sides."""
    gone, come = list((Counter(old) - Counter(new)).elements()), list((Counter(new) - Counter(old)).elements())
    if not gone and not come and list(old) != list(new):
        gone = [one for one, other in zip(old, new, strict=True) if one != other]
        come = [other for one, other in zip(old, new, strict=True) if one != other]
    return Swap(name=name, removed=tuple(gone), added=tuple(come)) if gone or come else None


class _Run:
    """Collects pieces; within a change what was removed goes before what was added."""

    def __init__(self) -> None:
        self._found: list[tuple[str, list[str]]] = []
        self._removed: list[str] = []
        self._added: list[str] = []

    def same(self, before: _Words, after: _Words) -> None:
        """Words that stayed; the space behind them may have changed."""
        for (word, old), (_, new) in zip(before, after, strict=True):
            self._keep(word)
            if old == new:
                self._keep(old)
            else:
                self.changed([("", old)], [("", new)])

    def changed(self, before: _Words, after: _Words) -> None:
        """Words that went, words that came."""
        self._removed += (part for pair in before for part in pair if part)
        self._added += (part for pair in after for part in pair if part)

    def pieces(self) -> tuple[Piece, ...]:
        """Everything collected."""
        self._settle()
        return tuple(Piece(kind=kind, text="".join(parts)) for kind, parts in self._found)

    def _keep(self, part: str) -> None:
        if not part:
            return
        self._settle()
        if not self._found or self._found[-1][0] != "same":
            self._found.append(("same", []))
        self._found[-1][1].append(part)

    def _settle(self) -> None:
        for kind, parts in (("removed", self._removed), ("added", self._added)):
            if parts:
                self._found.append((kind, parts))
        self._removed, self._added = [], []


def _shared(before: _Words, after: _Words) -> int:
    """How many words two texts have in common from their start on."""
    return sum(1 for _ in takewhile(lambda pair: pair[0][0] == pair[1][0], zip(before, after, strict=False)))


def _compare(run: _Run, before: _Words, after: _Words) -> None:
    """What lies between the shared ends, as exactly as its length allows."""
    if _pairs(before, after) > MOST_PAIRS:
        before, after = _split(_PARAGRAPH, _joined(before)), _split(_PARAGRAPH, _joined(after))
    if _pairs(before, after) > MOST_PAIRS:
        run.changed(before, after)
        return
    old, new = [word for word, _ in before], [word for word, _ in after]
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            run.same(before[i:j], after[k:m])
        else:
            run.changed(before[i:j], after[k:m])


def _pairs(before: _Words, after: _Words) -> int:
    old, new = Counter(word for word, _ in before), Counter(word for word, _ in after)
    return sum(count * new[word] for word, count in old.items())


def _joined(words: _Words) -> str:
    return "".join(part for pair in words for part in pair)


def _split(pattern: re.Pattern[str], text: str) -> _Words:
    """The text as words with the space behind each; space before the first word belongs to an empty one."""
    return [pair for pair in pattern.findall(text) if any(pair)]
