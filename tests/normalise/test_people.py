"""Authors: names without addresses, each once, with a fallback."""

from __future__ import annotations

import pytest

from aggregator.model import Person
from aggregator.normalise.people import read_authors


@pytest.mark.parametrize(
    ("text", "name", "email"),
    [
        ("jo@millbrook.example (Jo Bloggs)", "Jo Bloggs", "jo@millbrook.example"),
        ("Jo Bloggs <jo@millbrook.example>", "Jo Bloggs", "jo@millbrook.example"),
        ("mailto:jo@millbrook.example (J. (Jo) Bloggs)", "J. (Jo) Bloggs", "jo@millbrook.example"),
        ("  Jo \n Bloggs ", "Jo Bloggs", None),
        ("Smith &amp; Jones", "Smith & Jones", None),
        ("Siân Ŵyn (she/her)", "Siân Ŵyn (she/her)", None),
        ("x" * 900, "x" * 200 + "…", None),
    ],
)
def test_names(text: str, name: str, email: str | None) -> None:
    """P-44: the name inside brackets, the e-mail address apart from it."""
    assert read_authors([Person(name=text)], ()) == (Person(name=name, email=email),)


def test_each_name_once() -> None:
    """P-44: names are trimmed and deduplicated, in order."""
    people = read_authors([Person(name=name) for name in ("Jo Bloggs", "Al", " jo  bloggs ")], ["Feed"])
    assert [person.name for person in people] == ["Jo Bloggs", "Al"]


def test_fallback() -> None:
    """P-44: with no name but an address, the first name to fall back on; never the address."""
    people = [Person(name="jo@millbrook.example"), Person(name="", email="jo@millbrook.example")]
    assert read_authors(people, ["", "Millbrook News"]) == (Person(name="Millbrook News"),)
    assert read_authors([], []) == ()


def test_links_of_people_are_web_addresses() -> None:
    """P-23: an author's page is http(s) or nothing."""
    (person,) = read_authors([Person(name="Jo", uri="javascript:alert(1)")], ())
    assert person.uri is None
