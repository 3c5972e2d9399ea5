"""Captures in memory: the ports `Captures` and `CaptureArchive`, for tests and rehearsals."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from aggregator.captures.erase import erased
from aggregator.captures.members import members
from aggregator.captures.names import following, month_of
from aggregator.captures.seal import kept
from aggregator.captures.unseal import open_group
from aggregator.captures.warc import parse
from aggregator.errors import CaptureError, StoreError
from aggregator.model import Kept, Opened, Place, SealedCapture


class MemoryCaptures:
    """The same records as on disk, gone when it is dropped. ``fault`` may be set to play a full disk."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self.flushed = 0
        self._held: dict[Place, bytes] = {}
        self._file, self._end = following(None, "1970-01"), 0

    def append(self, sealed: SealedCapture) -> Kept | None:
        """Add a capture; ``None`` while there is a fault."""
        if self.fault is not None:
            return None
        month = month_of(sealed.at)
        if not self._file.startswith(month):
            self._file, self._end = following(self._file, month), 0
        place = Place(file=self._file, offset=self._end, length=len(sealed.data))
        self._held[place] = sealed.data
        self._end += len(sealed.data)
        return kept(sealed, place)

    def flush(self) -> None:
        """Count it. Raises `StoreError` while there is a fault."""
        if self.fault is not None:
            raise StoreError(self.fault)
        self.flushed = len(self._held)

    def erase(self, place: Place, reason: str, at: datetime) -> None:
        """Put a note in the place of the records."""
        self._held[place] = erased(place, reason, at)

    def __len__(self) -> int:
        return len(self._held)

    def read(self, place: Place) -> Opened:
        """The capture at a place. Raises `CaptureError` where there is none."""
        if place not in self._held:
            raise CaptureError(place.file, place.offset, "there is no such capture")
        return open_group(place, [parse(member.data) for member in members(BytesIO(self._held[place]))])
