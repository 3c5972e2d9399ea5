"""Whether a new version is worth telling subscribers, and whether it should be shown at all (D-24, D-25).
Law: a correction is never taken for noise because it is small.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from aggregator.dedupe.canonical import body_words, read, title_words
from aggregator.dedupe.links import target
from aggregator.model import Entry, Text

_ALIKE = 0.9
_MANY_WORDS = 10
_SHORT_BODY = 60
_RELATED = 0.1
_RELATED_TITLE = 0.3


@dataclass(frozen=True)
class Wording:
    """The words and links of one version, read once."""

    title: tuple[str, ...]
    body: tuple[str, ...]
    links: tuple[str, ...]

    @cached_property
    def shingles(self) -> frozenset[tuple[str, ...]]:
        """Runs of three words; of fewer where the body is shorter."""
        size = min(3, len(self.body))
        return frozenset(zip(*(self.body[start:] for start in range(size)), strict=False)) if size else frozenset()

    @property
    def digits(self) -> tuple[str, ...]:
        """Every word of the body with a digit in it, in order."""
        return tuple(word for word in self.body if any(char.isdigit() for char in word))

    @property
    def is_empty(self) -> bool:
        """No words, no links, no images."""
        return not self.body and not self.links


def wording(version: Entry | Text) -> Wording:
    """The wording of an entry as it came or of a stored version."""
    reading = read(version.content, version.content_kind)
    return Wording(title_words(version.title), body_words(reading), tuple(map(target, reading.links)))


def is_significant(old: Wording, new: Wording) -> bool:
    """D-24: the title's words differ, or the body differs by much, or a link or number of a short body changed."""
    if new.is_empty and not old.is_empty:
        return False
    if old.title != new.title or old.is_empty != new.is_empty:
        return True
    if _jaccard(old.shingles, new.shingles) < _ALIKE or _words_changed(old.body, new.body) >= _MANY_WORDS:
        return True
    is_short = min(len(old.body), len(new.body)) < _SHORT_BODY
    return is_short and (old.links != new.links or old.digits != new.digits)


def is_lost(old: Wording, new: Wording, *, partial: bool) -> bool:
    """D-25: the body turned empty, or a cut document shows only the beginning of what is known.

    The last word of a cut body may itself be cut.
    """
    if new.is_empty or (not new.body and old.body):
        return not old.is_empty
    if not partial or not new.body or len(new.body) > len(old.body) or new.body == old.body:
        return False
    *whole, last = new.body
    return old.body[: len(whole)] == tuple(whole) and old.body[len(whole)].startswith(last)


def is_related(old: Wording, new: Wording) -> bool:
    """Whether two versions can be of one story at all: they share a tenth of the shorter body, or part of the title."""
    shorter = min(len(old.shingles), len(new.shingles))
    if shorter and len(old.shingles & new.shingles) >= _RELATED * shorter:
        return True
    return _jaccard(frozenset(old.title), frozenset(new.title)) >= _RELATED_TITLE


def _jaccard(a: frozenset[object], b: frozenset[object]) -> float:
    return len(a & b) / len(a | b) if a or b else 1.0


def _words_changed(old: Sequence[str], new: Sequence[str]) -> int:
    """How many words were taken out or put in, whichever is more."""
    before, after = Counter(old), Counter(new)
    return max((before - after).total(), (after - before).total())
