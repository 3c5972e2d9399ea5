"""Door: takes a backup apart. It may be cut, damaged or made by somebody who means harm: only files of known names are
written, under these names, each once, and every byte is compared with the manifest."""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import zlib
from collections.abc import Callable
from hashlib import sha256
from io import BufferedReader
from pathlib import Path
from typing import IO, Self, cast

from backports import zstd

from aggregator.backup.manifest import LARGEST, MANIFEST, permitted, read_manifest
from aggregator.errors import StoreError
from aggregator.model import Manifest, Packed

BITE = 1 << 20
Tell = Callable[[int], None]
_DAMAGED = (tarfile.TarError, EOFError, OSError, ValueError, zlib.error, zstd.ZstdError)


def unpack(file: Path, target: Path, tell: Tell) -> Manifest:
    """Everything in a backup into an empty folder; ``tell`` takes bytes of the backup that were read.

    Raises:
        StoreError: it cannot be read, is cut or damaged, holds something that no backup of ours holds, or there is no
            room for what is in it.
    """
    found: dict[str, Packed] = {}
    last = "its beginning"
    try:
        with file.open("rb") as raw, _unpacked(raw, tell) as stream, _tar(stream) as tar:
            for member in tar:
                _check(member, found)
                source = tar.extractfile(member)
                if source is None:
                    raise StoreError(f"{file} holds {member.name!r}, which is no file")
                found[member.name] = _save(source, member, target)
                last = member.name
    except _DAMAGED as error:
        raise StoreError(f"{file} is cut or damaged after {last}: {error}; take another backup") from error
    return _proved(file, target, found)


class _Plain(tarfile.TarInfo):
    """A member of a backup: a plain file, told by one header. Links, devices and long extra headers, which are read
    into memory whole, are refused as soon as they are seen."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """The header in a block of the tar. Raises `StoreError`."""
        found = super().frombuf(buf, encoding, errors)
        if found.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
            raise StoreError(f"the backup holds {_short(found.name)}, which is no plain file; nothing was restored")
        return found


def _tar(stream: IO[bytes]) -> tarfile.TarFile:
    return tarfile.open(fileobj=stream, mode="r|", bufsize=BITE, tarinfo=_Plain)


def _short(name: str) -> str:
    return repr(name if len(name) < 100 else f"{name[:99]}…")


def _check(member: tarfile.TarInfo, found: dict[str, Packed]) -> None:
    """Raises `StoreError` for paths that lead anywhere, a file named twice, and what comes after the manifest."""
    if not permitted(member.name) or member.name in found or MANIFEST in found:
        name = _short(member.name)
        raise StoreError(f"the backup holds {name}, which no backup of ours holds there; nothing was restored")
    if member.name == MANIFEST and member.size > LARGEST:
        raise StoreError("the manifest of the backup is larger than any of ours; nothing was restored")


def _save(source: IO[bytes], member: tarfile.TarInfo, target: Path) -> Packed:
    path = target / member.name
    try:
        if member.size > shutil.disk_usage(target).free:
            raise StoreError(f"there is no room for {member.name} ({member.size:,} bytes) in {target}")
        path.parent.mkdir(mode=0o755, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}") from error
    digest, size = sha256(), 0
    with os.fdopen(handle, "wb") as out:
        while data := source.read(BITE):
            digest.update(data)
            size += len(data)
            _write(out, data, path)
        _sync(out, path)
    return Packed(name=member.name, size=size, digest=digest.hexdigest())


def _write(out: IO[bytes], data: bytes, path: Path) -> None:
    try:
        out.write(data)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}") from error


def _sync(out: IO[bytes], path: Path) -> None:
    try:
        out.flush()
        os.fsync(out.fileno())
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}") from error


def _proved(file: Path, target: Path, found: dict[str, Packed]) -> Manifest:
    if MANIFEST not in found:
        raise StoreError(f"{file} has no manifest at its end: it is cut short, or was never finished; take another one")
    manifest = read_manifest((target / MANIFEST).read_bytes())
    for wanted in manifest.files:
        if found.get(wanted.name) != wanted:
            raise StoreError(f"{file}: {wanted.name} is not what the manifest says; take another backup")
    if strange := set(found) - {each.name for each in manifest.files} - {MANIFEST}:
        raise StoreError(f"{file}: {min(strange)} stands in no manifest; take another backup")
    return manifest


class _Counted:
    """A stream that tells how much was read of it."""

    def __init__(self, raw: BufferedReader, tell: Tell) -> None:
        self._raw, self._tell = raw, tell

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._raw.read(size)
        self._tell(len(data))
        return data

    def __enter__(self) -> _Counted:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def _unpacked(raw: BufferedReader, tell: Tell) -> IO[bytes]:
    """How it is packed is read off its first bytes, whatever it is called."""
    start, counted = raw.peek(4)[:4], cast("IO[bytes]", _Counted(raw, tell))
    if start == b"\x28\xb5\x2f\xfd":
        return cast("IO[bytes]", zstd.ZstdFile(counted, "r"))
    if start[:2] == b"\x1f\x8b":
        return cast("IO[bytes]", gzip.GzipFile(fileobj=counted, mode="rb"))
    return counted
