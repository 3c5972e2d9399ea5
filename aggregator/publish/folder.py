"""Door to the published folder. A reader sees the old file or the new one, whole, and never an old copy of a new file.

Order of a write: all new files and compressed copies under temporary names, then on to the disk, then the copies into
place (or away), each main file last. What stops half-way leaves a main file that still differs, so the next publish
mends it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from aggregator.errors import StoreError
from aggregator.model import File
from aggregator.publish.codings import SUFFIXES, copies
from aggregator.publish.manifest import STATE, Manifest
from aggregator.publish.paths import checked, first_page, stem

FEW = 64
"""Up to so many files are flushed one by one; more are flushed with one sync of the system, which is far quicker."""

FEW_FOLDERS = 8
"""The same for the names in folders: months of sources lie in two folders each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A file under its temporary name."""

    temporary: Path
    target: Path


class Folder:
    """The published folder; implements `ports.Output`. One writer at a time, any number of readers.

    Every method raises `StoreError` when the disk is full or refuses; what was published before stays as it was.
    """

    def __init__(self, root: Path) -> None:
        """Make the folder if it is not there, and clear away what an interrupted publish left."""
        self.root = root
        self._manifest = Manifest(root)
        with _telling(f"cannot use the folder {root}"):
            _make(root)
            for leftover in root.rglob(".*.tmp"):
                leftover.unlink(missing_ok=True)

    def write(self, files: Sequence[File]) -> tuple[str, ...]:
        """Write those whose bytes differ, with compressed copies; returns their paths.

        The time of a file is ``changed_at`` (R-42), or a second after its last one where that would not move: clients
        that ask by date must see every change. Further pages that a JSON Feed does not have any more are removed.
        """
        wanted = {checked(file.path): file for file in files}
        with _telling("cannot publish"):
            changed = [file for file in wanted.values() if _differs(self.root / file.path, file.body)]
            drafts: list[_Draft] = []
            try:
                for parent in {(self.root / file.path).parent for file in changed}:
                    _make(parent)
                for file in changed:
                    drafts += self._draft(file, flush=len(changed) <= FEW)
                if len(changed) > FEW:
                    os.sync()
                self._manifest.wrote(changed, tuple(wanted.values()))
                self._place(changed, drafts)
            except BaseException:
                for draft in drafts:
                    draft.temporary.unlink(missing_ok=True)
                raise
            self._drop_pages(wanted)
        return tuple(file.path for file in changed)

    def remove_except(self, folder: str, keep: Sequence[str]) -> tuple[str, ...]:
        """Remove the published feeds under ``folder`` that are not in ``keep`` (paths without ending)."""
        kept = set(keep)
        with _telling("cannot remove what is no longer published"):
            top = self.root / checked(folder)
            found = [path.relative_to(self.root).as_posix() for path in sorted(top.glob("*")) if path.is_file()]
            gone = sorted({_main(path) for path in found if stem(path) not in kept and _is_published(path)})
            for path in gone:
                self._remove(path)
        return tuple(gone)

    def remove(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Remove published files; returns the paths of those that were there."""
        gone = tuple(path for path in paths if (self.root / checked(path)).is_file())
        with _telling("cannot remove what is no longer published"):
            for path in gone:
                self._remove(path)
        return gone

    def missing(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Those of the paths that are not published."""
        with _telling("cannot look at what is published"):
            return tuple(path for path in paths if not (self.root / checked(path)).is_file())

    def published(self) -> tuple[int, str]:
        """The journal number published last, and the digest of what it was rendered with; (0, "") at first and
        whenever the note cannot be read."""
        try:
            noted = json.loads((self.root / STATE).read_bytes())
            return int(noted["seq"]), str(noted["rendering"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0, ""

    def remember(self, seq: int, rendering: str) -> None:
        """Note the same after a publish."""
        target = self.root / STATE
        temporary = _temporary(target)
        with _telling("cannot note what was published"):
            try:
                _save(temporary, json.dumps({"rendering": rendering, "seq": seq}).encode(), None, flush=True)
                temporary.replace(target)
                _flush_folder(self.root)
                self._manifest.settle()
            finally:
                temporary.unlink(missing_ok=True)

    def _draft(self, file: File, *, flush: bool) -> Iterator[_Draft]:
        """The copies, then the file itself, under temporary names and with the time they shall have."""
        target = self.root / file.path
        at = _moment(target, file.changed_at)
        for suffix, body in (*copies(file.path, file.body).items(), ("", file.body)):
            path = target.with_name(target.name + suffix)
            draft = _Draft(temporary=_temporary(path), target=path)
            try:
                _save(draft.temporary, body, at, flush=flush)
            except OSError:
                draft.temporary.unlink(missing_ok=True)
                raise
            yield draft

    def _place(self, changed: Sequence[File], drafts: Sequence[_Draft]) -> None:
        """Take away the copies that get no successor, then rename the drafts in order: each file after its copies."""
        new = {str(draft.target) for draft in drafts}
        for file in changed:
            for copy in _copies(self.root / file.path):
                if copy not in new:
                    _unlink(copy)
        for draft in drafts:
            draft.temporary.replace(draft.target)
        folders = {draft.target.parent for draft in drafts}
        if len(folders) > FEW_FOLDERS:
            os.sync()
            return
        for folder in folders:
            _flush_folder(folder)

    def _drop_pages(self, wanted: dict[str, File]) -> None:
        """Remove ``feed.3.json`` where ``feed.json`` was published now without it."""
        for path in wanted:
            if not path.endswith(".json") or first_page(path):
                continue
            for page in count(2):
                further = f"{path.removesuffix('.json')}.{page}.json"
                if further in wanted:
                    continue
                if not (self.root / further).exists():
                    break
                self._remove(further)

    def _remove(self, path: str) -> None:
        """Remove the copies, then the file."""
        self._manifest.removed([path])
        for copy in _copies(self.root / path):
            _unlink(copy)
        (self.root / path).unlink(missing_ok=True)


@contextmanager
def _telling(what: str) -> Iterator[None]:
    """Errors of the disk as `StoreError`, with the file they are about."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{what}: {error.strerror or error} ({error.filename or 'unknown file'})") from error


def _differs(path: Path, body: bytes) -> bool:
    """Whether the file is missing, holds other bytes, or has a copy that was not written with it (power was cut)."""
    try:
        about = path.stat()
        if about.st_size != len(body) or path.read_bytes() != body:
            return True
    except FileNotFoundError:
        return True
    return any(at != about.st_mtime_ns for at in map(_time, _copies(path)) if at)


def _time(path: str) -> int | None:
    """The time of a file in nanoseconds, ``None`` where there is none."""
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 - see `_copies`
    except FileNotFoundError:
        return None


def _copies(path: Path) -> tuple[str, ...]:
    """Where the compressed copies of a file are, if it has any. Plain strings: four for every file that is written."""
    return tuple(f"{path}{suffix}" for suffix in SUFFIXES)


def _unlink(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108 - see `_copies`


def _moment(target: Path, changed_at: datetime) -> datetime:
    """The time for a changed file: never the one its last version had."""
    try:
        before = int(target.stat().st_mtime)
    except FileNotFoundError:
        return changed_at
    return max(changed_at, datetime.fromtimestamp(before + 1, UTC))


def _save(path: Path, body: bytes, at: datetime | None, *, flush: bool) -> None:
    """Write a whole file, readable by all, with the given time."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        view = memoryview(body)
        while view:
            view = view[os.write(handle, view) :]
        os.fchmod(handle, 0o644)
        if at:
            os.utime(handle, (at.timestamp(), at.timestamp()))
        if flush:
            os.fsync(handle)
    finally:
        os.close(handle)


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)


def _flush_folder(folder: Path) -> None:
    """Make the names in a folder safe from a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.tmp")


def _main(path: str) -> str:
    """The path of the file that this is a compressed copy of, or the path itself."""
    return next((path.removesuffix(suffix) for suffix in SUFFIXES if path.endswith(suffix)), path)


def _is_published(path: str) -> bool:
    return not path.rpartition("/")[2].startswith(".")
