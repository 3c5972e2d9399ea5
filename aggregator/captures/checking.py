"""Door: reads the folder of captures back, every byte of it. Bodies are compared with the digests that the archive
holds; what lies between them (answers that brought nothing new) proves itself by checksums of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from aggregator.captures.index import Indexed, read_line
from aggregator.captures.members import MemberError, members
from aggregator.captures.mend import zeros
from aggregator.captures.names import INDEX, WARC, latest, split
from aggregator.captures.reader import CaptureReader
from aggregator.captures.warc import RecordError, parse
from aggregator.errors import CaptureError
from aggregator.model import Flaw, Place

TABLE = "captures"


class CaptureLine(NamedTuple):
    """A distinct body as the archive knows it; ``removed`` where it was taken down."""

    number: int
    place: Place
    digest: str
    proof: str
    removed: bool


class CapturesCheck:
    """One folder, which a service may be appending to. Nothing is written."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._reader = folder, CaptureReader(folder)

    def flaws(self, rows: Iterable[CaptureLine], ends: Mapping[str, int]) -> Iterator[Flaw]:
        """Every capture that is gone or was changed, and every fault between them.

        ``rows`` come in the order of their numbers. ``ends`` tells of each file up to where the archive knows it: what
        comes after that may be cut off.
        """
        known, seen = dict(ends), set[str]()
        for file, group in groupby(rows, key=lambda row: row.place.file):
            yield from self._bodies(file, tuple(group), known.pop(file, 0))
            seen.add(file)
        others = set(known)
        try:
            others |= set(self._reader.files())
        except CaptureError as fault:
            yield Flaw(table=TABLE, record=self._folder.name, text=fault.reason)
        last = latest([*others, *seen])
        for file in sorted(others - seen):
            yield from self._between(file, (), ends.get(file, 0), cut=file == last)

    def _bodies(self, file: str, rows: Sequence[CaptureLine], end: int) -> Iterator[Flaw]:
        for row, found in zip(rows, self._reader.proofs(row.place for row in rows), strict=True):
            if isinstance(found, CaptureError):
                yield _flaw(row.place, found.reason, row.number)
            elif row.removed:
                yield from self._removed(row)
            elif found != row.proof:
                yield _flaw(row.place, "its bytes are not those that were kept", row.number)
        if split(file) is not None and (self._folder / f"{file}{WARC}").is_file():
            newest = latest([file, *self._reader.files()]) == file
            yield from self._between(file, tuple(row.place for row in rows), end, cut=newest)
            yield from self._index(file, {row.place.offset: row for row in rows}, newest=newest)

    def _removed(self, row: CaptureLine) -> Iterator[Flaw]:
        try:
            self._reader.read(row.place)
        except CaptureError as fault:
            if "taken down" in fault.reason:
                return
        yield _flaw(row.place, "it was taken down, but something else than a note of that lies there", row.number)

    def _between(self, file: str, places: Sequence[Place], end: int, *, cut: bool) -> Iterator[Flaw]:
        """Records outside the places. ``cut``: the file may break off after what the archive knows."""
        if split(file) is None:
            yield Flaw(table=TABLE, record=file, text="polls refer to a file that has no name of ours")
            return
        path = self._folder / f"{file}{WARC}"
        try:
            size = path.stat().st_size
            with path.open("rb") as stream:
                for start, stop in _gaps(places, size):
                    yield from _records(stream, Place(file=file, offset=start, length=stop - start), end, path, cut)
        except OSError as error:
            yield Flaw(table=TABLE, record=file, text=f"the file is missing or cannot be read ({error.strerror})")
            return
        if size < end:
            place = Place(file=file, offset=size, length=0)
            yield _flaw(place, f"the file ends here, but polls refer to places up to byte {end}")

    def _index(self, file: str, rows: Mapping[int, CaptureLine], *, newest: bool) -> Iterator[Flaw]:
        """Each line of the index leads to the body it names, and no body is left out: at the end of the newest file a
        crash may have left some out, which the next start mends."""
        try:
            lines = (self._folder / f"{file}{INDEX}").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError as error:
            if not newest:
                yield Flaw(table=TABLE, record=f"{file}{INDEX}", text=f"cannot be read ({error.strerror})")
            return
        indexed = [line for line in map(read_line, lines) if line is not None]
        if len(indexed) < len(lines) - newest:
            text = f"{len(lines) - len(indexed)} of its lines are none of ours"
            yield Flaw(table=TABLE, record=f"{file}{INDEX}", text=text)
        yield from _strays(indexed, [row for row in rows.values() if not row.removed], newest=newest)


def _strays(lines: Sequence[Indexed], rows: Sequence[CaptureLine], *, newest: bool) -> Iterator[Flaw]:
    whole = iter([line for line in lines if line.whole])
    line = next(whole, None)
    for row in rows:
        begin, end = row.place.offset, row.place.offset + row.place.length
        while line is not None and line.offset < begin:
            line = next(whole, None)
        if line is None and newest:
            return
        if line is None or line.offset >= end:
            yield _flaw(row.place, "it is missing in the index beside the file", row.number)
        elif line.digest != row.digest or line.offset + line.length > end:
            yield _flaw(row.place, "the index beside the file says something else of it", row.number)


def _gaps(places: Sequence[Place], size: int) -> Iterator[tuple[int, int]]:
    at = 0
    for place in sorted(places, key=lambda each: each.offset):
        if at < min(place.offset, size):
            yield at, min(place.offset, size)
        at = max(at, place.offset + place.length)
    if at < size:
        yield at, size


def _records(stream: BinaryIO, gap: Place, end: int, path: Path, cut: bool) -> Iterator[Flaw]:
    span = cast("BinaryIO", _Span(stream, gap.offset, gap.offset + gap.length))
    offset = gap.offset
    try:
        for member in members(span):
            offset = gap.offset + member.offset
            parse(member.data)
    except MemberError as error:
        offset = gap.offset + error.offset
        # What no poll refers to yet may be cut by a crash, or is just being written.
        if not (cut and offset >= end and (error.cut or zeros(path, offset))):
            yield _flaw(Place(file=gap.file, offset=offset, length=0), error.reason)
    except RecordError as error:
        yield _flaw(Place(file=gap.file, offset=offset, length=0), str(error))


class _Span:
    """A part of a file, read as if it were one of its own."""

    def __init__(self, stream: BinaryIO, start: int, stop: int) -> None:
        self._stream, self._start, self._stop, self._at = stream, start, stop, start

    def seek(self, offset: int) -> None:
        """To a byte of the part."""
        self._at = self._start + offset

    def read(self, size: int) -> bytes:
        """As many bytes as there are, ``size`` at most."""
        self._stream.seek(self._at)
        data = self._stream.read(min(size, self._stop - self._at))
        self._at += len(data)
        return data


def _flaw(place: Place, reason: str, number: int | None = None) -> Flaw:
    where = f"{place.file}{WARC}, byte {place.offset}"
    return Flaw(table=TABLE, record=where if number is None else f"{number} ({where})", text=reason)
