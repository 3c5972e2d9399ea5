"""Door: the end of a file as the last process left it: what was cut off is taken away, the index is made whole."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from aggregator.captures.index import index_line, line_end
from aggregator.captures.members import Member, MemberError, members
from aggregator.captures.names import INDEX, WARC
from aggregator.captures.unseal import group, is_answer, unseal
from aggregator.captures.warc import RecordError, parse
from aggregator.model import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """``end`` is where the next record goes. ``removed`` counts bytes of a cut record that were taken away. ``fault``
    is set where the file is damaged: it is left as it is, and nothing may be added to it."""

    end: int
    removed: int = 0
    fault: str | None = None


def mend(folder: Path, file: str) -> Mended:
    """Look at the end of a file, from the last record in its index on.

    Only a record that breaks off with the file, or a tail of zeros, is removed: no poll refers to it, as a poll is
    committed after its capture is safe. Raises `OSError`.
    """
    path, index = folder / f"{file}{WARC}", folder / f"{file}{INDEX}"
    size = path.stat().st_size
    start = _indexed(index, size)
    end, lines, fault = start, [], None
    with path.open("rb") as stream:
        try:
            for member in members(stream, start):
                lines.append(_line(file, member))
                end = member.offset + member.length
        except MemberError as error:
            fault = None if error.cut or zeros(path, error.offset) else str(error)
            end = error.offset
        except RecordError as error:
            fault = f"byte {end}: {error}"
    if fault is not None:
        return Mended(end=size, fault=fault)
    if end < size:
        _cut(path, end)
    with index.open("a", encoding="utf-8") as out:
        out.writelines(lines)
    return Mended(end=end, removed=size - end)


def _indexed(index: Path, size: int) -> int:
    """Where the last indexed record ends; what is no whole line of an existing record is cut off the index."""
    try:
        lines = index.read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return 0
    end, good = 0, 0
    for line in lines:
        found = line_end(line.decode("utf-8", "replace")) if line.endswith(b"\n") else None
        if found is None or not end < found <= size:
            break
        end, good = found, good + len(line)
    os.truncate(index, good)
    return end


def _line(file: str, member: Member) -> str:
    record = parse(member.data)
    if not is_answer(record):
        return ""
    opened = unseal(group([record]))
    response = opened.capture.response
    place = Place(file=file, offset=member.offset, length=member.length)
    content_type = response.header("content-type")
    return index_line(response.url, opened.at, opened.kind, content_type, response.status, opened.digest, place)


def zeros(path: Path, offset: int) -> bool:
    """Whether nothing but zeros follows: after a loss of power a file may be longer than what was written."""
    with path.open("rb") as stream:
        stream.seek(offset)
        while part := stream.read(1 << 20):
            if part.strip(b"\0"):
                return False
    return True


def _cut(path: Path, end: int) -> None:
    with path.open("r+b") as stream:
        stream.truncate(end)
        os.fsync(stream.fileno())
