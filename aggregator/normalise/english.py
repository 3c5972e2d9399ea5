"""Plain English told by its small words, so that most of it need not be asked of the language models (P-43).

Law: only where nothing else is possible. Every third of a sample must be full of the commonest English words, again
and again such as no other language we tell apart has, and the sample must have several of these; one with letters that
English does not have is left to the models.
"""

from __future__ import annotations

import re

_SHARE_PERCENT, _LEAST_PERCENT, _FEWEST_WORDS = 40, 30, 10
_FEWEST_TELLING, _FEWEST_DIFFERENT = 3, 5
"""Words of no other language in each third, and different ones in a whole sample."""
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_TYPED = "\u2018\u201c\u201d\u2013\u2014\u2026\u00a3\u00a0"
"""What English texts have that is not ASCII, besides the apostrophe."""
_ALONE = """
    the and that with are has have this from will which were their been would they not who after said about when there
    you your can into these other she had what more than could should he also new out up between because where while
    during against through within without across around until since still only just any each every many most some such
    both few own same very well then now how why whether however although though them him don't didn't doesn't isn't
    that's i'm we're you're they're it's people year years time day days week weeks month months first last next two
    three four five one world life work working home house school schools children young local public community service
    services council government city town north south east west road street police health information make made making
    take get go going come see know think say says like use used using help need want find look give given keep back
    down off away again here much good great better long little high large small place way things thing something every
    family group number being does did done may might must shall let before
"""
_SHARED = """
    a an of to in on at by it is be or as we i if no so do was all but her his for our over under best old right left
    part my its us
"""
"""Words that are common in other languages too, as other words."""
_TELLING = frozenset(_ALONE.split())
_COMMON = _TELLING | frozenset(_SHARED.split())


def is_plainly_english(start: str, end: str) -> bool:
    """Whether two samples of a plain text are both English beyond doubt; those of most English texts are."""
    shares = sorted((_share(start), _share(end)))
    return shares[0] >= _LEAST_PERCENT and shares[1] >= _SHARE_PERCENT


def _share(sample: str) -> int:
    """How many percent of the words are common ones, in that third of a sample that has fewest; 0 where too few of them
    are of no other language."""
    plain = sample.replace("\u2019", "'")
    for sign in () if plain.isascii() else _TYPED:
        plain = plain.replace(sign, " ")
    words = _WORD.findall(plain.lower()) if plain.isascii() else []
    third = len(words) // 3
    if len(_TELLING.intersection(words)) < _FEWEST_DIFFERENT:
        return 0
    return min(_percent(words[n * third : (n + 1) * third]) for n in range(3)) if third >= _FEWEST_WORDS else 0


def _percent(words: list[str]) -> int:
    known = [word for word in words if word in _COMMON]
    telling = sum(word in _TELLING for word in known)
    return len(known) * 100 // len(words) if telling >= _FEWEST_TELLING else 0
