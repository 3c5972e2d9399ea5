"""Reads a document by what is remembered of the one before: only entries that are not known are read.

Law: whatever is remembered, the document is what reading it without a memory gives, short of what `Document.recalled`
says is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aggregator.model import Document, Entry, Precision, RawEntry, ReadContext, Stamp
from aggregator.normalise import surroundings
from aggregator.normalise.dates import is_settled, read_date
from aggregator.parse.gate import Xml
from aggregator.parse.rapid import Part, read_part
from aggregator.reading.marks import marks_of
from aggregator.reading.memory import NOTHING, Memory, Row, entry_of, fingerprint_of, pack, row_of, unpack
from aggregator.reading.whole import document_of


def read_recalling(xml: Xml, context: ReadContext) -> Document | None:
    """Read a document that the gate let in, and remember it. ``None`` where it is one for the patient path, or has no
    slices: nothing is remembered of such a document."""
    if xml.slices is None:
        return None
    memory = unpack(context.memory, context.fetched_at)
    document = _read(xml, context, memory)
    if document is None and memory is not NOTHING:
        # What is known does not fit the rest: a link that its document spells differently now, say.
        document = _read(xml, context, NOTHING)
    return document


def _read(xml: Xml, context: ReadContext, memory: Memory) -> Document | None:
    assert xml.slices is not None
    everything = range(len(xml.slices.spans))
    first = read_part(xml, context, everything if memory.rows else ())
    if not isinstance(first, Part):
        return None
    marks = marks_of(xml.slices, first, surroundings(first.document, context))
    known = {position: row for position, mark in enumerate(marks) if (row := memory.rows.get(mark))}
    part = first if not memory.rows or len(known) == len(marks) else read_part(xml, context, known.keys())
    if not isinstance(part, Part) or len(part.document.entries) + len(known) != len(marks):
        return None
    recalled = {position: (entry_of(row, position), fingerprint_of(row)) for position, row in known.items()}
    document = document_of(part.document, context, recalled)
    if any(document.entries[position].link != entry.link for position, (entry, _) in recalled.items()):
        return None
    document = replace(document, recalled=frozenset(known))
    return replace(document, memory=_remembered(document, part.document.entries, marks, known, context))


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
    return is_settled(raw.dates, entry.url, (entry.published, entry.updated))


def _exact(entry: Entry, context: ReadContext) -> Stamp:
    """The stamp as it was before the habit of its document made a day of it."""
    stamp = entry.published
    if stamp.precision is not Precision.DAY or stamp.element in (None, "url"):
        return stamp
    return read_date(stamp.raw or "", stamp.element or "", context.timezone, context.fetched_at)
