"""Web archives that others wrote, read off an open file record by record, be they packed or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import BinaryIO

from aggregator.captures.members import MemberError, members
from aggregator.captures.warc import Answer, RecordError, next_answer
from aggregator.errors import CaptureError

_PACKED = b"\x1f\x8b"
ANSWERS = ("response", "resource")


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """One answer in somebody's web archive: where it stands in the file, when it was taken (aware, UTC; ``None`` where
    that is not said) and what it is."""

    offset: int
    at: datetime | None
    answer: Answer


def foreign_answers(name: str, stream: BinaryIO, largest: int) -> Iterator[Foreign]:
    """Every answer in a web archive, in order; other records are passed over. ``largest`` bounds a body in bytes.

    Raises:
        CaptureError: the file is no web archive, or from here on damaged or cut; what was given before is sound.
    """
    start = stream.read(2)
    stream.seek(0)
    try:
        if start == _PACKED:
            yield from _packed(stream, largest)
        else:
            yield from _plain(stream, largest)
    except MemberError as error:
        raise CaptureError(name, error.offset, error.reason, cut=error.cut) from error
    except _MisplacedError as error:
        raise CaptureError(name, error.offset, error.reason) from error
    except OSError as error:
        raise CaptureError(name, 0, f"it cannot be read ({error.strerror})") from error


class _MisplacedError(Exception):
    def __init__(self, offset: int, reason: str) -> None:
        self.offset, self.reason = offset, reason


def _packed(stream: BinaryIO, largest: int) -> Iterator[Foreign]:
    for member in members(stream):
        if member.offset == 0 and not member.data.startswith(b"WARC/"):
            raise _MisplacedError(0, "it is packed, but no web archive; unpack it first")
        for found in _records(BytesIO(member.data), largest):
            yield Foreign(offset=member.offset, at=_instant(found[1].date), answer=found[1])


def _plain(stream: BinaryIO, largest: int) -> Iterator[Foreign]:
    for offset, answer in _records(stream, largest):
        yield Foreign(offset=offset, at=_instant(answer.date), answer=answer)


def _records(stream: BinaryIO, largest: int) -> Iterator[tuple[int, Answer]]:
    while True:
        offset = stream.tell()
        try:
            answer = next_answer(stream, largest)
        except RecordError as error:
            raise _MisplacedError(offset, str(error)) from error
        if answer is None:
            return
        if answer.kind in ANSWERS:
            yield offset, answer


def _instant(text: str | None) -> datetime | None:
    """``2017-07-14T10:00:00Z``, with or without fractions; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
