"""What goes into a bundle: entries with every version, the answers they came in, and the part of the journal that
proves them, up to a head that others can have witnessed.

The chain proves a row only together with every row up to the next daily head: those stand in the bundle whole. The way
from there to the newest head would be as long as the journal; instead the head itself is in the published list.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aggregator.errors import StoreError
from aggregator.model import DayHead, Place
from aggregator.ports import Columns, Exhibits, JournalLine
from aggregator.proving import GENESIS, LATER, head_line

Piece = tuple[str, Iterable[bytes]]
BODIES = "captures/bodies.warc.gz"
VERSIONS = {"added", "revised", "recalled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of the journal. It ends with the daily head ``head``, or with the tip of an unfinished day."""

    first: int
    last: int
    head: DayHead | None


class Contents:
    """Makes the files of one bundle, each once, in pieces. ``read`` gives the bytes of a capture, ``None`` where they
    are gone; then the bundle says so."""

    def __init__(self, exhibits: Exhibits, read: Callable[[Place], bytes | None]) -> None:
        self._exhibits, self._read = exhibits, read
        self._rows: set[int] = set()
        self._polls: set[int] = set()
        self._feeds: set[str] = set()
        self._entries: list[dict[str, Any]] = []
        self._captures: list[dict[str, Any]] = []

    def pieces(self, numbers: Sequence[int]) -> Iterator[Piece]:
        """The files of a bundle about these entries, by their names.

        Raises:
            UnknownEntryError: there is no such entry.
            StoreError: one was taken down.
        """
        for number in numbers:
            yield from self._entry(number)
        for feed_id in sorted(self._feeds):
            yield f"feeds/{feed_id}.json", (_json(self._exhibits.feed(feed_id)),)
        bodies = self._exhibits.bodies(sorted(self._polls))
        if bodies:
            yield BODIES, self._bodies(bodies)
        heads = self._exhibits.heads()
        segments = self._vouched(heads)
        for segment in segments:
            lines = self._exhibits.span(segment.first, segment.last)
            yield _file(segment), (_json(_row(line), indent=None) for line in lines)
        yield "heads.txt", (f"{head_line(head.day, head.seq, head.hash)}\n".encode() for head in heads)
        yield "proof.json", (_json(self._proof(segments)),)

    def _vouched(self, heads: Sequence[DayHead]) -> list[Segment]:
        """The stretches of the journal that prove our rows. A row in them that was redacted since no longer proves
        itself: the row of its takedown vouches for it, and must be proved, too."""
        tip, takedowns = self._exhibits.tip(), {row[0]: _redacted(row) for row in self._exhibits.takedowns()}
        while True:
            segments = _segments(sorted(self._rows), heads, tip)
            missing = {
                seq
                for seq, redacted in takedowns.items()
                if not _within(seq, segments) and any(_within(row, segments) for row in redacted)
            }
            if not missing:
                return segments
            self._rows |= missing

    def _entry(self, number: int) -> Iterator[Piece]:
        entry, story = self._exhibits.entry(number), self._exhibits.story(number)
        if entry["forgotten_at"] is not None:
            raise StoreError(f"entry {number} was taken down; there is nothing left of it to show")
        self._rows.update(row[0] for row in story)
        self._feeds.add(str(entry["feed_id"]))
        yield f"entries/{number}/entry.json", (_json(entry),)
        recorded = _recorded(story)
        versions = []
        for row in self._exhibits.versions(number):
            file = f"entries/{number}/version-{row['number']}"
            self._polls.add(int(row["poll_id"]))
            versions.append({"number": row["number"], "file": f"{file}.json", "row": recorded.get(row["number"])})
            yield f"{file}.json", (_json(row),)
            yield f"{file}.txt", (_words(row).encode("utf-8", "backslashreplace"),)
        self._entries.append({"id": number, "rows": [row[0] for row in story], "versions": versions})

    def _bodies(self, rows: Sequence[Columns]) -> Iterator[bytes]:
        """The captures one after the other, which is a WARC file again."""
        known = self._exhibits.proving([str(row["proof"]) for row in rows])
        offset = 0
        for row in rows:
            place = Place(file=str(row["file"]), offset=int(row["offset"]), length=int(row["length"]))
            data = self._read(place)
            facts = {"id": row["id"], "digest": row["digest"], "proof": row["proof"], "row": known.get(row["proof"])}
            self._captures.append(facts | {"offset": offset, "length": None if data is None else len(data)})
            if facts["row"] is not None:
                self._rows.add(facts["row"])
            offset += len(data or b"")
            yield data or b""

    def _proof(self, segments: Sequence[Segment]) -> dict[str, object]:
        return {
            "what": "How everything in this bundle is proved; verify.py goes by it.",
            "idle": dict(LATER),
            "entries": self._entries,
            "captures": self._captures,
            "segments": [
                {
                    "file": _file(segment),
                    "first": segment.first,
                    "last": segment.last,
                    "before": self._before(segment.first),
                    "head": segment.head and [segment.head.day, segment.head.seq, segment.head.hash],
                }
                for segment in segments
            ],
        }

    def _before(self, seq: int) -> str:
        return next((row[6] for row in self._exhibits.span(seq - 1, seq - 1)), GENESIS)


def _segments(rows: Sequence[int], heads: Sequence[DayHead], tip: int) -> list[Segment]:
    """From each row to the first daily head at or after it; stretches that touch are one."""
    ends, found = [head.seq for head in heads], list[Segment]()
    for seq in rows:
        if found and seq <= found[-1].last:
            continue
        place = bisect_left(ends, seq)
        head = heads[place] if place < len(heads) else None
        found.append(Segment(first=seq, last=head.seq if head else tip, head=head))
    return found


def _within(seq: int, segments: Iterable[Segment]) -> bool:
    return any(segment.first <= seq <= segment.last for segment in segments)


def _redacted(takedown: JournalLine) -> list[int]:
    """The rows that a takedown vouches for."""
    return [int(seq) for seq, _ in json.loads(takedown[5])["rows"]]


def _file(segment: Segment) -> str:
    return f"journal/{segment.first}-{segment.last}.jsonl"


def _recorded(story: Iterable[JournalLine]) -> Mapping[int, int]:
    """Which row recorded which version."""
    rows = [row for row in story if row[1] in VERSIONS]
    return {json.loads(row[5])["revision"]: row[0] for row in rows}


def _row(line: JournalLine) -> dict[str, object]:
    names = ("seq", "kind", "feed_id", "entry_id", "at", "payload", "hash")
    return dict(zip(names, line, strict=True))


def _words(row: Columns) -> str:
    """A version for people: plain text, so that nothing in it runs when it is opened."""
    facts = [f"version {row['number']}, seen {row['seen_at']}", str(row["url"] or ""), f"{row['content_kind']}:"]
    return "\n".join([str(row["title"]), *facts, "", str(row["content"] or row["summary"]), ""])


def _json(facts: object, *, indent: int | None = 1) -> bytes:
    return (json.dumps(facts, ensure_ascii=False, indent=indent, sort_keys=True) + "\n").encode(
        "utf-8", "backslashreplace"
    )
