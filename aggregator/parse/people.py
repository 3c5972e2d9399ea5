"""Who wrote it: the persons of Atom, and the free text in which RSS and Dublin Core name people (P-44)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from aggregator.model import Person
from aggregator.parse.parts import Parts
from aggregator.parse.tree import Element, local_of, plain

_AUTHORS = ("atom:author", "author", "dc:creator", "itunes:author", "managingeditor")
_ADDRESS = r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
_MAIL = re.compile(rf"(?:mailto:)?({_ADDRESS})", re.IGNORECASE)
_LONGEST = 1000


def authors_of(parts: Parts) -> tuple[Person, ...]:
    """The authors of an entry or head, in the order of P-44, each once."""
    found = (person for name in _AUTHORS for element in parts.get(name, ()) for person in _persons(element))
    return tuple(dict.fromkeys(found))


def person_from(text: str) -> Person | None:
    """A person from free text: ``mail (Name)``, ``Name <mail>``, ``Name (mail)``, ``Name`` or ``mail``.

    The name is empty where only an address is given, for an address is never published.
    """
    text = " ".join(text[:_LONGEST].split())
    found = _MAIL.search(text) if "@" in text else None
    if found is None:
        return Person(name=text) if text else None
    rest = (text[: found.start()] + text[found.end() :]).strip()
    rest = re.sub(r"<\s*>|\(\s*\)", "", rest).strip()
    if rest.startswith("(") and rest.endswith(")"):
        rest = rest[1:-1].strip()
    name = rest.strip(" \"'-–,;:")
    return Person(name="" if _MAIL.fullmatch(name) else name, email=found[1])


def _persons(element: Element) -> Iterable[Person]:
    if not len(element):
        if person := person_from(element.text or ""):
            yield person
        return
    details = {local_of(child).lower(): plain(child) for child in element}
    name, email, uri = details.get("name"), details.get("email"), details.get("uri") or details.get("url")
    if name or email:
        known = person_from(name or "") or Person(name="")
        yield Person(name=known.name, email=email or known.email, uri=uri)
