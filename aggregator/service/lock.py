"""One process works on a store. The kernel holds the lock, so a crash releases it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aggregator.errors import LockedError, StoreError

NAME = "aggregator.lock"


@contextmanager
def store_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of the storage folder, which is made if it does not exist.

    Raises:
        LockedError: another process holds it.
        StoreError: the folder cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(
            f"{folder} cannot be written: {error.strerror}; check [storage] path and its rights"
        ) from error
    try:
        _acquire(handle, folder / NAME)
        yield
    finally:
        os.close(handle)


def _acquire(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(handle, 20, 0).strip()
        raise LockedError(path, int(holder) if holder.isdigit() else None) from None
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}; free some disk space") from error
