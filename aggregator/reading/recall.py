"""Reads a document by what is remembered of the one before: only entries that are not known are read.

Law: whatever is remembered, the document is what reading it without a memory gives, short of what `Document.recalled`
says is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aggregator.model import Document, Entry, Precision, RawDocument, RawEntry, ReadContext, Stamp
from aggregator.normalise import surroundings
from aggregator.normalise.dates import is_settled, read_date
from aggregator.normalise.entry import entry_problems
from aggregator.parse.gate import Xml
from aggregator.parse.rapid import Part, read_part
from aggregator.reading.marks import marks_of, marks_of_parsed
from aggregator.reading.memory import NOTHING, Memory, Row, entry_of, fingerprint_of, pack, row_of, unpack
from aggregator.reading.whole import document_of


def read_recalling(xml: Xml, context: ReadContext) -> Document | None:
    """Read a document that the gate let in, and remember it. ``None`` where it is one for the patient path, or has no
    slices."""
    if xml.slices is None:
        return None
    memory = unpack(context.memory, context.fetched_at)
    document = _read(xml, context, memory)
    if document is None and memory is not NOTHING:
        # What is known does not fit the rest: a link that its document spells differently now, say.
        document = _read(xml, context, NOTHING)
    return document


def read_remembering(raw: RawDocument, context: ReadContext) -> Document:
    """Make a document of what was parsed by any path, and remember it: entries of which the same was parsed before are
    neither normalised nor hashed."""
    memory = unpack(context.memory, context.fetched_at)
    marks = marks_of_parsed(surroundings(raw, context))
    known = _known(marks, memory)
    others = tuple(entry for position, entry in enumerate(raw.entries) if position not in known)
    document = _made(replace(raw, entries=others), marks, known, context)
    if document is None:
        document = _made(raw, marks, {}, context)
        assert document is not None
    return document


def _read(xml: Xml, context: ReadContext, memory: Memory) -> Document | None:
    assert xml.slices is not None
    everything = range(len(xml.slices.spans))
    first = read_part(xml, context, everything if memory.rows else ())
    if not isinstance(first, Part):
        return None
    marks = marks_of(xml.slices, first, surroundings(first.document, context))
    known = _known(marks, memory)
    part = first if not memory.rows or len(known) == len(marks) else read_part(xml, context, known.keys())
    if not isinstance(part, Part) or len(part.document.entries) + len(known) != len(marks):
        return None
    return _made(part.document, marks, known, context)


def _known(marks: Sequence[str], memory: Memory) -> dict[int, Row]:
    return {position: row for position, mark in enumerate(marks) if (row := memory.rows.get(mark))}


def _made(raw: RawDocument, marks: Sequence[str], known: Mapping[int, Row], context: ReadContext) -> Document | None:
    """The document of entries that are known and of all others, those of ``raw``; ``None`` where a link is spelled
    differently beside these others."""
    recalled = {position: (entry_of(row, position), fingerprint_of(row)) for position, row in known.items()}
    document = document_of(raw, context, recalled)
    if any(document.entries[position].link != entry.link for position, (entry, _) in recalled.items()):
        return None
    document = replace(document, recalled=frozenset(known))
    return replace(document, memory=_remembered(document, raw.entries, marks, known, context))


def _remembered(
    document: Document, raw: Sequence[RawEntry], marks: Sequence[str], known: Mapping[int, Row], context: ReadContext
) -> bytes:
    others = iter(raw)
    rows = []
    for entry, prints, mark in zip(document.entries, document.fingerprints, marks, strict=True):
        row = known.get(entry.position)
        if row is None and _is_settled(next(others), entry):
            row = row_of(mark, entry, prints, _exact(entry, context))
        if row is not None:
            rows.append(row)
    return pack(rows, context.fetched_at)


def _is_settled(raw: RawEntry, entry: Entry) -> bool:
    """Whether it reads the same at any later fetch; what is reported of an entry has to be reported each time."""
    if any(entry_problems(raw, entry)):
        return False
    return is_settled(raw.dates, entry.url, (entry.published, entry.updated))


def _exact(entry: Entry, context: ReadContext) -> Stamp:
    """The stamp as it was before the habit of its document made a day of it."""
    stamp = entry.published
    if stamp.precision is not Precision.DAY or stamp.element in (None, "url"):
        return stamp
    return read_date(stamp.raw or "", stamp.element or "", context.timezone, context.fetched_at)
