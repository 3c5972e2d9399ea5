"""Door to the published folder. A reader sees the old file or the new one, whole, and never an old copy of a new file.

Order of a write: all new files and compressed copies as drafts, then on to the disk, then the copies into place (or
away), each main file last. What stops half-way leaves a main file that still differs, so the next publish mends it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from aggregator.errors import StoreError
from aggregator.model import File, Published
from aggregator.publish.codings import SUFFIXES, copies
from aggregator.publish.drafts import Drafts, Round, make, unlink
from aggregator.publish.manifest import STATE, Manifest
from aggregator.publish.paths import checked, first_page, stem

FEW = 64
"""Up to so many files are flushed one by one; more are flushed with one sync of the system, which is far quicker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A file to be written: where, the time of what lies there now (``None``: nothing), and its copies there."""

    file: File
    target: str
    before: float | None
    copies: tuple[str, ...]


class Folder:
    """The published folder; implements `ports.Output`. One writer at a time, any number of readers.

    Every method raises `StoreError` when the disk is full or refuses; what was published before stays as it was.
    """

    def __init__(self, root: Path) -> None:
        """Make the folder if it is not there, and clear away what an interrupted publish left."""
        self.root = root
        self._root = str(root)
        self._manifest = Manifest(root)
        with _telling(f"cannot use the folder {root}"):
            self._drafts = Drafts(root)

    def write(self, files: Sequence[File]) -> tuple[str, ...]:
        """Write those whose bytes differ, with compressed copies; returns their paths.

        The time of a file is ``changed_at`` (R-42), or a second after its last one where that would not move: clients
        that ask by date must see every change. Further pages that a JSON Feed does not have any more are removed.
        """
        wanted = {checked(file.path): file for file in files}
        with _telling("cannot publish"):
            found = (_change(file, f"{self._root}/{path}") for path, file in wanted.items())
            changes = [change for change in found if change]
            for parent in {os.path.dirname(each.target) for each in changes if each.before is None}:  # noqa: PTH120
                make(parent)
            with self._drafts.writing() as drafts:
                for change in changes:
                    _draft(change, drafts, flush=len(changes) <= FEW)
                if len(changes) > FEW:
                    os.sync()
                self._manifest.wrote([change.file for change in changes], tuple(wanted.values()))
                # Copies that get no successor go first, so that none outlives the file it was made of.
                for copy in (copy for change in changes for copy in change.copies if copy not in drafts.targets):
                    unlink(copy)
                drafts.place()
            self._drop_pages(wanted)
        return tuple(change.file.path for change in changes)

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

    def kept(self, path: str) -> Published | None:
        """A published file that holds the bytes it was published with, by the note of it; ``None`` where there is none,
        or any doubt."""
        with _telling("cannot look at what is published"):
            known = self._manifest.known(path)
            body = _bytes(f"{self._root}/{checked(path)}") if known else None
        if known is None or body is None or hashlib.sha256(body).hexdigest() != known[0]:
            return None
        return Published(body=body, noted=known[1])

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
        with _telling("cannot note what was published"), self._drafts.writing() as drafts:
            noted = json.dumps({"rendering": rendering, "seq": seq}).encode()
            drafts.add(f"{self._root}/{STATE}", noted, None, flush=True)
            drafts.place()
            self._manifest.settle()

    def _drop_pages(self, wanted: dict[str, File]) -> None:
        """Remove ``feed.3.json`` where ``feed.json`` was published now without it."""
        for path in wanted:
            if not path.endswith(".json") or first_page(path):
                continue
            for page in count(2):
                further = f"{path.removesuffix('.json')}.{page}.json"
                if further in wanted:
                    continue
                if not os.path.exists(f"{self._root}/{further}"):  # noqa: PTH110 - see `drafts`
                    break
                self._remove(further)

    def _remove(self, path: str) -> None:
        """Remove the copies, then the file."""
        self._manifest.removed([path])
        for suffix in (*SUFFIXES, ""):
            unlink(f"{self._root}/{path}{suffix}")


@contextmanager
def _telling(what: str) -> Iterator[None]:
    """Errors of the disk as `StoreError`, with the file they are about."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{what}: {error.strerror or error} ({error.filename or 'unknown file'})") from error


def _change(file: File, target: str) -> _Change | None:
    """What there is to write, where the file is missing, holds other bytes, or has a copy that was not written with it
    (power was cut); ``None`` where it is as it should be."""
    copies = {copy: at for suffix in SUFFIXES if (at := _time(copy := f"{target}{suffix}")) is not None}
    about = _about(target)
    if about is None:
        return _Change(file=file, target=target, before=None, copies=tuple(copies))
    same = about.st_size == len(file.body) and _bytes(target) == file.body
    if same and all(at == about.st_mtime_ns for at in copies.values()):
        return None
    return _Change(file=file, target=target, before=about.st_mtime, copies=tuple(copies))


def _draft(change: _Change, drafts: Round, *, flush: bool) -> None:
    """The copies, then the file itself, with the time they shall have: never the one its last version had."""
    file, at = change.file, change.file.changed_at
    if change.before is not None:
        at = max(at, datetime.fromtimestamp(int(change.before) + 1, UTC))
    for suffix, body in (*copies(file.path, file.body).items(), ("", file.body)):
        drafts.add(f"{change.target}{suffix}", body, at, flush=flush)


def _bytes(path: str) -> bytes | None:
    """A whole file, ``None`` where there is none."""
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 - see `drafts`
            return stream.read()
    except FileNotFoundError:
        return None


def _about(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - see `drafts`
    except FileNotFoundError:
        return None


def _time(path: str) -> int | None:
    """The time of a file in nanoseconds, ``None`` where there is none."""
    return about.st_mtime_ns if (about := _about(path)) else None


def _main(path: str) -> str:
    """The path of the file that this is a compressed copy of, or the path itself."""
    return next((path.removesuffix(suffix) for suffix in SUFFIXES if path.endswith(suffix)), path)


def _is_published(path: str) -> bool:
    return not path.rpartition("/")[2].startswith(".")
