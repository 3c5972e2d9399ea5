"""Door: a backup as a folder of plain files, written and read back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from aggregator.backup.manifest import LARGEST, MANIFEST, permitted, read_manifest
from aggregator.backup.scratch import write_new
from aggregator.errors import StoreError
from aggregator.model import Manifest, Packed

BITE = 1 << 20
Tell = Callable[[int], None]


class FolderPacker:
    """Adds files to a folder, each with its digest. Raises `OSError` where the disk refuses."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.packed: list[Packed] = []

    def add(self, name: str, source: Path, size: int | None = None) -> None:
        """A file as it is, or its first ``size`` bytes while it is growing."""
        with source.open("rb") as stream:
            left = os.fstat(stream.fileno()).st_size if size is None else size
            self.add_parts(name, _bites(stream.read, left))

    def add_bytes(self, name: str, body: bytes) -> None:
        """A small file."""
        self.add_parts(name, (body,))

    def add_parts(self, name: str, parts: Iterable[bytes]) -> None:
        """A file in pieces."""
        self.packed.append(_written(self._root / name, name, parts))


def read_folder(source: Path, target: Path, tell: Tell) -> Manifest:
    """Copy a backup that is a folder; only what its manifest names, under names of ours, every byte compared with it.

    Raises:
        StoreError: it has no sound manifest, a file is missing or was changed, or there is no room.
    """
    manifest = read_manifest(_manifest(source))
    for wanted in manifest.files:
        if not permitted(wanted.name):
            raise StoreError(f"{source} has {wanted.name[:99]!r} in its manifest, which no backup of ours has")
        try:
            handle = os.open(source / wanted.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise StoreError(f"{source / wanted.name} cannot be read: {error.strerror}") from error
        if wanted.size > shutil.disk_usage(target).free:
            os.close(handle)
            raise StoreError(f"there is no room for {wanted.name} ({wanted.size:,} bytes) in {target}")
        with os.fdopen(handle, "rb") as stream:
            try:
                found = _written(target / wanted.name, wanted.name, _told(_bites(stream.read, wanted.size + 1), tell))
            except OSError as error:
                raise StoreError(f"{target / wanted.name} cannot be written: {error.strerror}") from error
        if found != wanted:
            raise StoreError(f"{source / wanted.name} is not what the manifest says; take another export")
    return manifest


def _manifest(source: Path) -> bytes:
    try:
        with (source / MANIFEST).open("rb") as stream:
            return stream.read(LARGEST)
    except OSError as error:
        raise StoreError(f"{source} is no export: {MANIFEST} cannot be read ({error.strerror})") from error


def _bites(read: Callable[[int], bytes], left: int) -> Iterable[bytes]:
    while left > 0 and (data := read(min(BITE, left))):
        left -= len(data)
        yield data


def _told(parts: Iterable[bytes], tell: Tell) -> Iterable[bytes]:
    for part in parts:
        tell(len(part))
        yield part


def _written(path: Path, name: str, parts: Iterable[bytes]) -> Packed:
    path.parent.mkdir(exist_ok=True)
    digest = sha256()
    size = write_new(path, parts, digest)
    return Packed(name=name, size=size, digest=digest.hexdigest())
