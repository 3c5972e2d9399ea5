"""The version of marks: it must be raised when reading makes something else of the same bytes."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from aggregator.reading import read_document
from aggregator.reading.marks import MARKS
from bench.formats import render
from tests.parse.mutations import mutated
from tests.parse.samples import ATOM, RDF, RSS
from tests.reading.test_recall import CONTEXT, FARM, KEPT

READINGS = dict.fromkeys((1, 2), "fdb8fc546c58440ec7f745cc07d3ce8a29d398700c00c3e9778979f20f625832")
"""Digests of what the documents below were read as, by version. Version 2 may tell the language of a text otherwise; of
these the configuration tells it."""


def test_readings_of_this_version() -> None:
    """If this fails, recalled entries of a running archive would differ from read ones: raise `MARKS`, and note the
    new digest here."""
    bodies = [RSS.encode(), ATOM.encode(), RDF.encode(), *(render(FARM, feed, 0) for feed in (0, 1, 3, 7))]
    digest = sha256()
    for body in (*bodies, *(mutated(number, RSS) for number in range(50))):
        document = read_document(body, replace(CONTEXT, memory=None, language="en"))
        for entry, prints in zip(document.entries, document.fingerprints, strict=True):
            digest.update(repr([getattr(entry, name) for name in KEPT]).encode() + repr(prints).encode())
    assert READINGS[MARKS] == digest.hexdigest()
