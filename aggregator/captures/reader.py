"""Door: reads the folder of captures. One capture by its place, or every record of a file with its place and digest.

Nothing here writes, so it may run beside a service; what the service is just appending looks like a cut record then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from aggregator.captures.members import Member, MemberError, members
from aggregator.captures.names import WARC, split
from aggregator.captures.unseal import open_group
from aggregator.captures.warc import Record, RecordError, parse
from aggregator.errors import CaptureError
from aggregator.model import Opened, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A record and where it lies in its file."""

    offset: int
    length: int
    record: Record


class CaptureReader:
    """Reads one folder of captures."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self) -> tuple[str, ...]:
        """The names of all files, oldest first. Raises `CaptureError` where the folder cannot be read."""
        try:
            found = [path.name.removesuffix(WARC) for path in self._folder.iterdir() if path.name.endswith(WARC)]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise CaptureError(self._folder.name, 0, f"the folder cannot be read ({error.strerror})") from error
        return tuple(sorted((name for name in found if split(name)), key=lambda name: split(name) or ("", 0)))

    def records(self, file: str, start: int = 0) -> Iterator[Located]:
        """Every record of a file from ``start`` on, each checked against its own checksum and digest.

        Raises:
            CaptureError: at the first record that is cut, damaged or not a record, naming its place.
        """
        with self._open(file) as stream:
            try:
                for member in members(stream, start):
                    yield Located(offset=member.offset, length=member.length, record=_record(file, member))
            except MemberError as error:
                raise CaptureError(file, error.offset, error.reason, cut=error.cut) from error
            except OSError as error:
                raise CaptureError(file, start, f"the file cannot be read ({error.strerror})") from error

    def read(self, place: Place) -> Opened:
        """The capture at a place, checked as by `records`. Raises `CaptureError`."""
        with self._open(place.file) as stream:
            try:
                stream.seek(place.offset)
                data = stream.read(place.length)
            except OSError as error:
                raise CaptureError(place.file, place.offset, f"it cannot be read ({error.strerror})") from error
        if len(data) < place.length:
            raise CaptureError(place.file, place.offset, "the file ends before the end of this capture", cut=True)
        try:
            return open_group(place, [_record(place.file, member, place.offset) for member in members(BytesIO(data))])
        except MemberError as error:
            raise CaptureError(place.file, place.offset + error.offset, error.reason) from error
        except RecordError as error:
            raise CaptureError(place.file, place.offset, str(error)) from error

    def raw(self, place: Place) -> bytes:
        """The bytes at a place as they lie there. Raises `CaptureError`."""
        with self._open(place.file) as stream:
            return _bytes(stream, place)

    def proofs(self, places: Iterable[Place]) -> Iterator[str | CaptureError]:
        """The SHA-256 in hex of the bytes at each place, or why there is none: nothing is unpacked, so a disk's speed
        is the limit. Places of one file should follow each other."""
        for file, group_of in groupby(places, key=lambda place: place.file):
            wanted = tuple(group_of)
            try:
                with self._open(file) as stream:
                    yield from (_proof(stream, place) for place in wanted)
            except CaptureError as fault:
                yield from (fault for _ in wanted)

    def _open(self, file: str) -> BinaryIO:
        if split(file) is None:
            # The name may come from a database that somebody has changed by hand.
            raise CaptureError("captures", 0, "a capture is said to lie in a file that has no name of ours")
        try:
            return (self._folder / f"{file}{WARC}").open("rb")
        except FileNotFoundError as error:
            raise CaptureError(file, 0, "the file is missing") from error
        except OSError as error:
            raise CaptureError(file, 0, f"the file cannot be read ({error.strerror})") from error


def _proof(stream: BinaryIO, place: Place) -> str | CaptureError:
    try:
        return sha256(_bytes(stream, place)).hexdigest()
    except CaptureError as fault:
        return fault


def _bytes(stream: BinaryIO, place: Place) -> bytes:
    try:
        stream.seek(place.offset)
        data = stream.read(place.length)
    except (OSError, ValueError) as error:
        raise CaptureError(place.file, place.offset, f"it cannot be read ({error})") from error
    if len(data) < place.length:
        raise CaptureError(place.file, place.offset, "the file ends before the end of this capture", cut=True)
    return data


def _record(file: str, member: Member, base: int = 0) -> Record:
    try:
        return parse(member.data)
    except RecordError as error:
        raise CaptureError(file, base + member.offset, str(error)) from error
