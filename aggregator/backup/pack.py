"""Door: writes a backup as one file, tar with zstd or gzip, so that it can be taken apart without this program, too."""

from __future__ import annotations

import gzip
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO, cast

from backports import zstd

from aggregator.errors import StoreError
from aggregator.model import Packed

ENDINGS = (".tar.zst", ".tar.gz", ".tar")
"""How a backup may be called; the ending says how it is packed."""
Tell = Callable[[int], None]


class Packer:
    """Adds files to one backup, each with its digest. Raises `OSError` where the disk refuses."""

    def __init__(self, stream: IO[bytes], made_at: datetime, tell: Tell) -> None:
        self._tar = tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT)  # noqa: SIM115
        self._at, self._tell = int(made_at.timestamp()), tell
        self.packed: list[Packed] = []

    def add(self, name: str, source: Path, size: int | None = None) -> None:
        """A file as it is, or its first ``size`` bytes while it is growing."""
        with source.open("rb") as stream:
            self._add(name, stream, os.fstat(stream.fileno()).st_size if size is None else size)

    def add_bytes(self, name: str, body: bytes) -> None:
        """A small file."""
        self._add(name, BytesIO(body), len(body))

    def close(self) -> None:
        """The end of the tar."""
        self._tar.close()

    def _add(self, name: str, stream: BinaryIO, size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mtime, member.mode = size, self._at, 0o600
        weighed = _Weighed(stream, self._tell)
        self._tar.addfile(member, cast("BinaryIO", weighed))
        self.packed.append(Packed(name=name, size=size, digest=weighed.digest.hexdigest()))


class _Weighed:
    """A stream whose bytes are hashed and counted on their way."""

    def __init__(self, stream: BinaryIO, tell: Tell) -> None:
        self._stream, self._tell = stream, tell
        self.digest = sha256()

    def read(self, size: int) -> bytes:
        """The next bytes."""
        data = self._stream.read(size)
        self.digest.update(data)
        self._tell(len(data))
        return data


@contextmanager
def packing(path: Path, ending: str, made_at: datetime, tell: Tell) -> Iterator[Packer]:
    """A new backup at this path, on the disk when the block has ended. ``ending`` is one of `ENDINGS`.

    Raises:
        StoreError: the disk is full or refuses.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as raw:
            with _packed(raw, ending) as stream:
                packer = Packer(stream, made_at, tell)
                yield packer
                packer.close()
            raw.flush()
            os.fsync(handle)
    except OSError as error:
        raise StoreError(f"the backup cannot be written: {error.strerror or error}; nothing was kept of it") from error


def _packed(raw: BinaryIO, ending: str) -> IO[bytes]:
    if ending == ".tar.zst":
        return cast("IO[bytes]", zstd.ZstdFile(raw, "w", level=3))
    if ending == ".tar.gz":
        return cast("IO[bytes]", gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=0))
    return cast("IO[bytes]", _Open(raw))


class _Open:
    """A stream that somebody else closes."""

    def __init__(self, raw: BinaryIO) -> None:
        self.write, self.tell = raw.write, raw.tell

    def __enter__(self) -> _Open:
        return self

    def __exit__(self, *_: object) -> None:
        return None
