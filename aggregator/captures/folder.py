"""Door: appends captures to the files of a folder, by month and bounded in size, so that a crash costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from aggregator.captures.closing import closed_at, forget_closed, note_closed
from aggregator.captures.erase import erased
from aggregator.captures.file import AppendedFile, overwrite, strike_out
from aggregator.captures.index import index_line
from aggregator.captures.mend import Mended, mend
from aggregator.captures.names import INDEX, WARC, belongs, following, latest, month_of, split
from aggregator.captures.seal import kept
from aggregator.errors import StoreError
from aggregator.lean import structlog
from aggregator.model import Kept, Place, SealedCapture

log = structlog.get_logger()

TRY_AGAIN = timedelta(minutes=1)
"""After a fault captures rest for so long."""


class WarcFolder:
    """Implements `aggregator.ports.Captures`. One process at a time may append; any thread of it may call."""

    def __init__(self, folder: Path, most: int, agent: str, known: Callable[[], Place | None]) -> None:
        """``most`` bounds a file in bytes, one capture more or less; ``agent`` is written into each file. ``known``
        gives the place that the archive referred to last: nothing is written over what it knows.

        Nothing is touched before the first capture.
        """
        self._folder, self._most, self._agent, self._known = folder, most, agent, known
        self._lock = Lock()
        self._file: AppendedFile | None = None
        self._paused: datetime | None = None
        self.fault: str | None = None

    def append(self, sealed: SealedCapture) -> Kept | None:
        """Add a capture. A fault pauses captures, is logged once, and is tried again after a while."""
        with self._lock:
            if self._rests(sealed.at):
                return None
            try:
                file = self._file_for(sealed)
                place = Place(file=file.name, offset=file.append(sealed.data), length=len(sealed.data))
            except OSError as error:
                self._pause(error, sealed.at)
                return None
            self._resume()
            own = Place(file=place.file, offset=place.offset + sealed.start, length=sealed.length)
            file.note(
                index_line(sealed.url, sealed.at, sealed.kind, sealed.content_type, sealed.status, sealed.digest, own)
            )
            return kept(sealed, place)

    def flush(self) -> None:
        """One fsync for everything appended since the last. Raises `StoreError`."""
        with self._lock:
            if self._file is None:
                return
            try:
                self._file.flush()
            except OSError as error:
                self._file.abandon()
                self._file = None
                self._pause(error, None)
                raise StoreError(f"captures cannot be made safe: {self.fault}") from error

    def close(self) -> None:
        """Flush and let go of the file; twice is no harm. What cannot be flushed was never committed."""
        with suppress(StoreError):
            self.flush()
        with self._lock:
            if self._file is not None:
                self._file.close()
                if self._file.indexed:
                    note_closed(self._folder, self._file.name)
                self._file = None

    def erase(self, place: Place, reason: str, at: datetime) -> None:
        """Write over the records at a place, in the file as it is: everything else keeps its own. May be repeated."""
        with self._lock:
            path = self._folder / f"{place.file}{WARC}"
            try:
                if split(place.file) is None:
                    raise ValueError("the file has no name of ours")
                overwrite(path, place.offset, erased(place, reason, at))
                strike_out(self._folder / f"{place.file}{INDEX}", place)
            except (OSError, ValueError) as error:
                raise StoreError(f"{path}, byte {place.offset}: the capture cannot be erased ({error})") from error

    def _file_for(self, sealed: SealedCapture) -> AppendedFile:
        month = month_of(sealed.at)
        if self._file is None:
            self._file = self._open(month, sealed.at)
        file = self._file
        if not belongs(file.name, month) or (file.end + len(sealed.data) > self._most and not file.fresh):
            file.flush()
            file.close()
            self._file = None
            self._file = self._begin(following(file.name, month), sealed.at)
        return self._file

    def _open(self, month: str, at: datetime) -> AppendedFile:
        """The file begun last, its end mended; a new one where that is damaged or not what the archive knows."""
        self._folder.mkdir(parents=True, exist_ok=True)
        known = self._known()
        names = [path.name.removesuffix(WARC) for path in self._folder.glob(f"*{WARC}")]
        last = latest([*names, known.file] if known else names)
        if last is None or last not in names:
            return self._begin(following(last, month), at)
        mended = self._mended(last)
        if mended.fault is not None:
            log.error("a file of captures is damaged; it is left as it is", file=last, fault=mended.fault)
        elif known is not None and known.file == last and known.offset + known.length > mended.end:
            log.error("a file of captures is shorter than the archive knows; it is left as it is", file=last)
        else:
            if mended.removed:
                log.warning("the cut end of a file of captures was removed", file=last, bytes=mended.removed)
            file = AppendedFile(self._folder, last, mended.end)
            if not mended.end:
                file.introduce(self._agent, at)
            return file
        return self._begin(following(last, month), at)

    def _mended(self, last: str) -> Mended:
        """The end of the file, looked at unless it was closed in good order."""
        end = closed_at(self._folder, last)
        forget_closed(self._folder, last)
        return mend(self._folder, last) if end is None else Mended(end=end)

    def _begin(self, name: str, at: datetime) -> AppendedFile:
        return AppendedFile.begin(self._folder, name, self._agent, at)

    def _rests(self, now: datetime) -> bool:
        """Whether the pause goes on; a clock that was set back does not prolong it."""
        return self._paused is not None and self._paused <= now < self._paused + TRY_AGAIN

    def _pause(self, error: OSError, now: datetime | None) -> None:
        if self.fault is None:
            remedy = "free some disk space, or check its rights; polling goes on without captures"
            log.error("captures are paused", folder=str(self._folder), error=error.strerror, remedy=remedy)
        self.fault = f"{self._folder} cannot be written ({error.strerror or error})"
        self._paused = now

    def _resume(self) -> None:
        if self.fault is not None:
            log.info("captures go on", folder=str(self._folder))
        self._paused, self.fault = None, None
