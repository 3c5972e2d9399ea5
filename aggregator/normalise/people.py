"""Who wrote an entry: names apart from e-mail addresses, which are never published (P-44)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import unescape

from aggregator.model import Person
from aggregator.normalise.text import first_words, one_line
from aggregator.normalise.urls import resolve

MOST, LONGEST = 50, 200
_EMAIL = re.compile(r"(?:mailto:)?(?P<address>[^\s<>()@,;:\"]{1,64}@[^\s<>()@,;:\"]{1,190})")
_EMPTY_BRACKETS = re.compile(r"[(<\[]\s*[)>\]]")


def read_authors(authors: Sequence[Person], fallback: Iterable[str]) -> tuple[Person, ...]:
    """The authors with clean names, each name once, at most 50; without any name, the first of ``fallback``.

    ``jo@example.org (Jo Bloggs)`` becomes the name Jo Bloggs with the address beside it (RSS 2.0, author).
    """
    known: dict[str, Person] = {}
    for person in map(_clean, authors[:MOST]):
        if person.name:
            known.setdefault(person.name.casefold(), person)
    if known:
        return tuple(known.values())
    names = (first_words(one_line(name), LONGEST) for name in fallback)
    return next(((Person(name=name),) for name in names if name), ())


def _clean(person: Person) -> Person:
    known = len(person.name) <= LONGEST and len(person.email or "") + len(person.uri or "") <= LONGEST
    return _remembered(person) if known else _cleaned(person)


def _cleaned(person: Person) -> Person:
    text = one_line(unescape(person.name[: 4 * LONGEST]))
    found = _EMAIL.search(text)
    name = _EMPTY_BRACKETS.sub("", _EMAIL.sub("", text)).strip(' ,;:"')
    if name.startswith("(") and name.endswith(")"):
        name = name[1:-1]
    email = one_line(person.email) if person.email else (found["address"] if found else None)
    uri = resolve(person.uri, None) if person.uri else None
    return Person(name=first_words(one_line(name), LONGEST), email=email, uri=uri)


@lru_cache(maxsize=512)
def _remembered(person: Person) -> Person:
    """Few people write many entries."""
    return _cleaned(person)
