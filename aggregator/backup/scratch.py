"""Door: a folder to work in beside the place where the result will be, gone afterwards whatever happened."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from aggregator.errors import StoreError


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """Make this folder, for the owner only, and remove it at the end. What a crash left there before is removed first.

    Raises:
        StoreError: it cannot be made, or another process is at work in it.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise StoreError(f"{folder} cannot be made: {error.strerror}; choose another place") from error
    try:
        _lock(handle, folder)
        try:
            _empty(folder)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreError(f"another process is at work in {folder}; wait until it has ended") from None


def _empty(folder: Path) -> None:
    for found in folder.iterdir():
        if found.is_dir() and not found.is_symlink():
            shutil.rmtree(found)
        else:
            found.unlink()


def settle(source: Path, target: Path) -> None:
    """Move a finished file or folder to its name, never over anything that is there, safe from a power cut.

    Raises:
        StoreError: something has come to be there meanwhile.
        OSError: it cannot be moved.
    """
    if source.is_dir():
        _move(source, target)
    else:
        try:
            os.link(source, target)
        except FileExistsError:
            _taken(target)
        except OSError:  # a file system without links
            _move(source, target)
        else:
            with suppress(OSError):
                source.unlink()
    flush_folder(target.parent)


def _move(source: Path, target: Path) -> None:
    if target.exists():
        _taken(target)
    source.rename(target)


def _taken(target: Path) -> None:
    raise StoreError(f"{target} exists already, and nothing is ever overwritten; choose another name")


class Digest(Protocol):
    """What hashlib makes."""

    def update(self, data: bytes, /) -> None:
        """Take some more bytes in."""
        ...


def write_new(path: Path, parts: Iterable[bytes], digest: Digest) -> int:
    """Write a file that is not there yet, safe from a power cut, and hash it on the way; returns its size in bytes.

    Raises `OSError`: something has this name already (a link, too), or the disk refuses.
    """
    size = 0
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    with os.fdopen(handle, "wb") as out:
        for part in parts:
            out.write(part)
            digest.update(part)
            size += len(part)
        out.flush()
        os.fsync(handle)
    return size


def flush_folder(folder: Path) -> None:
    """Make the names in a folder safe from a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
