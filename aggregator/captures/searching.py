"""Door: finds the captures that hold an entry, record by record, so that they can be erased with it (R-39).

The files themselves are read, not the database: a capture whose poll was never recorded is found as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from aggregator.barring import foldings
from aggregator.captures.names import month_of, split
from aggregator.captures.reader import CaptureReader, Located
from aggregator.captures.unseal import is_answer, is_redirect
from aggregator.captures.warc import Record
from aggregator.errors import CaptureError
from aggregator.model import FeedId, Place
from aggregator.model.takedown import Finding, Sought


@dataclass(slots=True)
class _Found:
    places: list[Place] = field(default_factory=list)
    repeated: set[str] = field(default_factory=set)
    ends: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def find(reader: CaptureReader, sought: Sought, after: Mapping[str, int]) -> Finding:
    """Every capture of the feed in which one of the marks stands, in files of the month of ``sought.since`` or later
    and, in each file, after the byte that ``after`` names. What cannot be read is named among the faults."""
    found = _Found(ends=dict(after))
    for file in reader.files():
        if (split(file) or ("", 0))[0] >= month_of(sought.since):
            _search(reader, file, sought, found)
    places, repeated = tuple(found.places), frozenset(found.repeated)
    return Finding(places=places, repeated=repeated, ends=found.ends, faults=tuple(found.faults))


def holds(reader: CaptureReader, place: Place, marks: Collection[str]) -> bool:
    """Whether one of the marks stands in the body at a place. Raises `CaptureError`."""
    return bool(_marked(text_of(reader.read(place).capture.response.body), marks))


def text_of(data: bytes) -> str:
    """Bytes of any encoding as text to search in: what is not ASCII is passed over there."""
    wide = data[:400].count(0) * 4 > len(data[:400])
    return data.decode("utf-16" if wide else "utf-8", "replace")


def _search(reader: CaptureReader, file: str, sought: Sought, found: _Found) -> None:
    start = found.ends.get(file, 0)
    try:
        for group in _groups(reader.records(file, start)):
            first, last = group[0], group[-1]
            found.ends[file] = last.offset + last.length
            if not any(_is_of(each.record, sought.feed_id) for each in group):
                continue
            if any(_marked(_text(each.record), sought.marks) for each in group):
                length = last.offset + last.length - first.offset
                found.places.append(Place(file=file, offset=first.offset, length=length))
            found.repeated |= {digest for each in group if (digest := _repeats(each.record))}
    except CaptureError as fault:
        # The end of the newest file may just be written.
        if not fault.cut:
            found.faults.append(str(fault))


def _groups(records: Iterator[Located]) -> Iterator[list[Located]]:
    """The records of each capture: redirects, the answer, the request."""
    group: list[Located] = []
    answered = False
    for each in records:
        if answered and each.record.kind != "request":
            yield group
            group, answered = [], False
        if is_answer(each.record):
            answered = True
        elif not answered and not is_redirect(each.record):
            continue
        group.append(each)
    if answered:
        yield group


def _is_of(record: Record, feed_id: FeedId) -> bool:
    return record.field("Aggregator-Feed") == feed_id


def _repeats(record: Record) -> str:
    digest = record.field("WARC-Payload-Digest") or ""
    return digest.removeprefix("sha256:") if record.kind == "revisit" else ""


def _text(record: Record) -> str:
    return " ".join((*(value for _, value in record.fields), text_of(record.block)))


def _marked(text: str, marks: Collection[str]) -> bool:
    wanted = [f" {mark} " for mark in marks]
    return any(mark in plain for plain in foldings(text) for mark in wanted)
