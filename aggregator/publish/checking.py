"""Reads the published folder back: every file that was published is there, with the bytes it was published with."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import brotli
from backports import zstd

from aggregator.errors import StoreError
from aggregator.model import File, Flaw
from aggregator.publish.manifest import NOTE, STATE, read_note
from aggregator.publish.paths import checked

TABLE = "published"
PAUSE = 1.0
"""Seconds after which a file that differs is looked at again: a running service may be putting it in place."""
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class PublishedCheck:
    """One published folder, which a service may be writing to. Nothing in it is trusted, links lead nowhere."""

    def __init__(self, root: Path, pause: Callable[[float], None] = time.sleep) -> None:
        self._root, self._pause = root, pause

    def noted(self) -> Mapping[str, str]:
        """The digest of every published file by its path; nothing where nothing was published yet."""
        try:
            return read_note(self._root / NOTE)
        except OSError:
            return {}

    def state(self) -> tuple[int, str]:
        """Up to which journal row was published, and how; (0, "") where nothing was."""
        try:
            noted = json.loads((self._root / STATE).read_bytes())
            return int(noted["seq"]), str(noted["rendering"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0, ""

    def differs(self, file: File) -> str | None:
        """In what a published file is not this one; ``None`` where it is."""
        try:
            body = _whole(self._root / checked(file.path))
        except OSError:
            return "is missing, and should be there"
        return None if body == file.body else "is not what the archive gives, although it may be as it was noted"

    def flaws(self, noted: Iterable[tuple[str, str]]) -> Iterator[Flaw]:
        """Files that are gone, or hold something else."""
        suspects = [path for path, digest in noted if self._fault(path, digest)]
        if suspects:
            self._pause(PAUSE)
        now = self.noted() if suspects else {}
        for path in suspects:
            if path in now and (fault := self._fault(path, now[path])):
                yield Flaw(table=TABLE, record=path, text=fault)

    def _fault(self, path: str, digest: str) -> str | None:
        """What is wrong with a file or with one of its compressed copies."""
        try:
            checked(path)
            body = _whole(self._root / path)
            if hashlib.sha256(body).hexdigest() != digest:
                return "holds other bytes than were published"
            return next((fault for suffix in _UNPACK if (fault := self._copy_fault(path, suffix, body))), None)
        except StoreError:
            return "is a name that cannot be published"
        except OSError as error:
            return "is missing" if error.errno == errno.ENOENT else f"cannot be read: {error.strerror}"

    def _copy_fault(self, path: str, suffix: str, body: bytes) -> str | None:
        try:
            packed = _whole(self._root / f"{path}{suffix}")
        except FileNotFoundError:
            return None
        try:
            sound = _UNPACK[suffix](packed, len(body)) == body
        except (ValueError, zlib.error, brotli.error, zstd.ZstdError):
            sound = False
        return None if sound else f"has a compressed copy ({suffix}) that holds other bytes"


def _whole(path: Path) -> bytes:
    """A regular file, whole. Raises `OSError` for links and everything else."""
    handle = os.open(path, _FILE)
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a file")
        return stream.read()


def _gunzip(packed: bytes, size: int) -> bytes:
    return zlib.decompressobj(wbits=31).decompress(packed, size + 1)


def _unbrotli(packed: bytes, size: int) -> bytes:
    return bytes(brotli.Decompressor().process(packed, output_buffer_limit=size + 1))


def _unzstd(packed: bytes, size: int) -> bytes:
    return zstd.ZstdDecompressor().decompress(packed, max_length=size + 1)


_UNPACK: Mapping[str, Callable[[bytes, int], bytes]] = {".gz": _gunzip, ".br": _unbrotli, ".zst": _unzstd}
"""No copy may grow beyond the file it is a copy of."""
