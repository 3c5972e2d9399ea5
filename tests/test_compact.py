"""Nouns that travel between processes arrive as they left."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, fields
from datetime import UTC, datetime

import pytest

from aggregator.model import Category, Enclosure, Entry, Fingerprint, Link, Person, Stamp
from aggregator.reading import parse_document
from tests.parse.samples import ATOM, RDF, RSS

STAMP = Stamp(raw="x", instant=datetime(2026, 7, 1, tzinfo=UTC))
NOUNS = (
    STAMP,
    Entry(position=3, title="T", published=STAMP, authors=(Person(name="Jo", email="jo@a.example"),)),
    Fingerprint(content="c", revision="r", title="t", lead="l", strong=True, version="1"),  # type: ignore[arg-type]
    *(Link(href="/a"), Category(term="News", label="N"), Enclosure(url="a.mp3", length=4)),
)


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: type(noun).__name__)
def test_round_trip(noun: object) -> None:
    """Pickled and copied, a noun equals itself; and it stays frozen."""
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(noun, protocol)) == noun
    assert copy.deepcopy(noun) == noun
    arrived = pickle.loads(pickle.dumps(noun))
    with pytest.raises(FrozenInstanceError):
        setattr(arrived, fields(arrived)[0].name, "other")


@pytest.mark.parametrize("text", [RSS, ATOM, RDF])
def test_whole_documents(text: str) -> None:
    """A document of every format."""
    document = parse_document(text.encode())
    assert pickle.loads(pickle.dumps(document)) == document
