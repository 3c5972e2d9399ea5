"""Door to files that are being written: each lies in one folder until it is put in place, all in one order.

One folder of their own, so that what an interrupted publish left is found without a walk through everything published.
Its name and theirs begin with a dot: no web server hands them out. Paths are plain strings: hundreds of files are
written for each poll.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path

DRAFTS = ".drafts"
"""The folder, in that of what is published. Where it is missing, an older version may have left its drafts anywhere."""
FEW_FOLDERS = 8
"""Names in so many folders are made safe one by one; with more, one sync of the system is far quicker. Months of
sources lie in two folders each."""


class Drafts:
    """Where drafts of one published folder lie. Every method raises `OSError` where the disk refuses."""

    def __init__(self, root: Path) -> None:
        """Make the folder if it is not there, and clear away what an interrupted publish left."""
        own = root / DRAFTS
        make(str(root))
        for leftover in own.iterdir() if own.is_dir() else root.rglob(".*.tmp"):
            leftover.unlink(missing_ok=True)
        self._folder = str(own)
        make(self._folder)

    @contextmanager
    def writing(self) -> Iterator[Round]:
        """Some files that are written together; those that were not put in place are dropped at the end."""
        make(self._folder)
        opened = Round(self._folder)
        try:
            yield opened
        finally:
            opened.drop()


class Round:
    """Files that are written together."""

    def __init__(self, folder: str) -> None:
        self._folder, self._numbers = folder, count()
        self._drafts: dict[str, str] = {}
        self.targets: set[str] = set()

    def add(self, target: str, body: bytes, at: datetime | None, *, flush: bool) -> None:
        """One more file, with the time it shall have, aware; safe from a power cut where it is flushed."""
        draft = f"{self._folder}/.{next(self._numbers)}.tmp"
        self._drafts[draft] = target
        _save(draft, body, at, flush=flush)
        self.targets.add(target)

    def place(self) -> None:
        """Put every file in its place, in the order in which they were added, and make that safe from a power cut."""
        folders = {os.path.dirname(target): None for target in self._drafts.values()}  # noqa: PTH120
        for draft, target in list(self._drafts.items()):
            os.replace(draft, target)  # noqa: PTH105
            del self._drafts[draft]
        if len(folders) > FEW_FOLDERS:
            os.sync()
            return
        for folder in folders:
            flush_folder(folder)

    def drop(self) -> None:
        """Remove what is not in its place."""
        for draft in self._drafts:
            unlink(draft)


def make(folder: str) -> None:
    """The folder and those it lies in, where they are not there."""
    Path(folder).mkdir(mode=0o755, parents=True, exist_ok=True)


def unlink(path: str) -> None:
    """Remove a file, where there is one."""
    with suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108 - see the top


def flush_folder(folder: str) -> None:
    """Make the names in a folder safe from a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _save(path: str, body: bytes, at: datetime | None, *, flush: bool) -> None:
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
