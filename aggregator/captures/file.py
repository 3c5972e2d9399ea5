"""Door: one file of captures that is being appended to, and its index beside it."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from aggregator.captures.index import line_end
from aggregator.captures.members import pack
from aggregator.captures.names import INDEX, WARC
from aggregator.captures.seal import instant_field
from aggregator.captures.warc import record
from aggregator.lean import structlog
from aggregator.model import Place

log = structlog.get_logger()

CONFORMS = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


class AppendedFile:
    """``name`` is without ending, ``end`` is where the next record goes. The folder and the file must exist, but for
    `begin`."""

    def __init__(self, folder: Path, name: str, end: int, *, new: bool = False) -> None:
        self.name, self.end = name, end
        self._folder, self._new = folder, new
        self._start = self._safe = end
        self._torn = False
        self._doubt: OSError | None = None
        self._lines: list[str] = []
        self._indexed = True
        flags = os.O_WRONLY | os.O_CLOEXEC | (os.O_CREAT | os.O_EXCL if new else 0)
        self._handle = os.open(folder / f"{name}{WARC}", flags, 0o644)

    @classmethod
    def begin(cls, folder: Path, name: str, agent: str, at: datetime) -> AppendedFile:
        """A new file, which says in its first record who writes it from when on. Raises `OSError`."""
        file = cls(folder, name, 0, new=True)
        try:
            file.introduce(agent, at)
        except OSError:
            file.close()
            with suppress(OSError):
                (folder / f"{name}{WARC}").unlink()
            raise
        return file

    @property
    def fresh(self) -> bool:
        """Whether nothing was added to it yet."""
        return self.end == self._start

    @property
    def indexed(self) -> bool:
        """Whether the index holds every answer that was made safe."""
        return self._indexed and not self._lines

    def introduce(self, agent: str, at: datetime) -> None:
        """The first record. Raises `OSError`."""
        self.append(pack(_introduction(f"{self.name}{WARC}", agent, at)))
        self._start = self.end

    def append(self, data: bytes) -> int:
        """Write whole records; returns where they begin. Raises `OSError`; then the file ends where it did before."""
        self._heal()
        at = self.end
        try:
            while at < self.end + len(data):
                at += os.pwrite(self._handle, memoryview(data)[at - self.end :], at)
        except OSError:
            self._torn = True
            with suppress(OSError):
                self._heal()
            raise
        begin, self.end = self.end, at
        return begin

    def _heal(self) -> None:
        """Take away half a record; a disk may refuse even that, so it is done before anything else."""
        if self._torn:
            os.ftruncate(self._handle, self.end)
            self._torn = False

    def note(self, line: str) -> None:
        """A line for the index, written with the next flush."""
        if line:
            self._lines.append(line)

    def flush(self) -> None:
        """Make what was appended outlast a crash. Raises `OSError`, and again at every later try: after a fault the
        system may forget what it could not write, and call the rest safe."""
        if self._doubt is not None:
            raise self._doubt
        self._heal()
        if self.end == self._safe:
            return
        try:
            os.fsync(self._handle)
        except OSError as error:
            self._doubt = error
            raise
        if self._new:
            _sync_folder(self._folder)
            self._new = False
        self._safe = self.end
        self._write_index()

    def abandon(self) -> None:
        """Take back what could not be made safe, as far as the disk lets us, and close."""
        with suppress(OSError):
            os.ftruncate(self._handle, self._safe)
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)

    def _write_index(self) -> None:
        """The index can be made again from the records at any time, so a fault in it is no fault of the captures."""
        lines, self._lines = self._lines, []
        if not lines or not self._indexed:
            return
        try:
            with (self._folder / f"{self.name}{INDEX}").open("a", encoding="utf-8") as out:
                out.writelines(lines)
        except OSError as error:
            # Without a gap in the middle: the next start goes on after the last line.
            self._indexed = False
            log.warning("the index of captures has a gap until the next start", file=self.name, error=error.strerror)


def overwrite(path: Path, offset: int, data: bytes) -> None:
    """Put these bytes in the place of as many others. Raises `OSError`, `ValueError` where there are not as many."""
    with path.open("r+b") as out:
        if out.seek(0, os.SEEK_END) < offset + len(data):
            raise ValueError("the file ends before the end of this capture")
        out.seek(offset)
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def strike_out(index: Path, place: Place) -> None:
    """Take the lines of a place out of an index. Raises `OSError`."""
    try:
        lines = index.read_text(encoding="utf-8").splitlines(keepends=True)
    except FileNotFoundError:
        return
    end = place.offset + place.length
    left = [each for each in lines if not place.offset < (line_end(each) or 0) <= end]
    if len(left) < len(lines):
        fresh = index.with_name(f".{index.name}.tmp")
        fresh.write_text("".join(left), encoding="utf-8")
        fresh.replace(index)


def _introduction(file: str, agent: str, at: datetime) -> bytes:
    """The ``warcinfo`` record."""
    date = instant_field(at)
    text = f"software: {agent}\r\nformat: WARC File Format 1.1\r\nconformsTo: {CONFORMS}\r\n"
    fields = (
        ("WARC-Record-ID", f"<{uuid5(NAMESPACE_URL, f'warcinfo {file} {date}').urn}>"),
        ("WARC-Date", date),
        ("WARC-Filename", file),
        ("Content-Type", "application/warc-fields"),
    )
    return record("warcinfo", fields, body=text.encode("utf-8", "replace"))


def _sync_folder(folder: Path) -> None:
    """Make the name of a new file outlast a crash."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
