"""The door to the published folder: opens files once, follows no links, and remembers the hashes of what it read."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from aggregator.web.chain import HEAD, chain_links
from aggregator.web.packing import SMALLEST, Packed, is_packed_on_request

SUFFIXES: Mapping[str, str] = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}
"""Endings of the compressed copies by content coding."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# A link (ELOOP) and a name no file can have are as good as nothing.
_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}
_REMEMBERED = 4_096
GONE = "gone"
"""The folder of pages that stand in place of what was taken down."""
T = TypeVar("T")
Key = tuple[int, ...]
"""Which version of a file: device, number, size and times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One representation, open: its tag is the hash of its bytes, and those are read from the same open file, or made
    of it by ``pack`` where it is packed on request."""

    etag: str
    modified: datetime
    size: int
    descriptor: int
    key: Key
    pack: Callable[[], bytes] | None = None

    def read(self) -> bytes:
        """All bytes of the file as it was when it was opened, whatever was renamed over it since."""
        return self.pack() if self.pack else _whole(self.descriptor, self.size)


class PublishedFolder:
    """Read access to ``public/``. Paths must have passed `routes.find_page`; links in the folder lead nowhere."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._tags: OrderedDict[Key, tuple[str, int]] = OrderedDict()
        self._packed: Packed[Key] = Packed()
        self._chains: OrderedDict[Key, Mapping[str, str]] = OrderedDict()

    def gone(self, file: str) -> str | None:
        """The page that says why there is no such file any more, where there is one. Raises `OSError`."""
        page = f"{GONE}/{file}"
        return page if self.codings(page) is not None else None

    def codings(self, file: str) -> frozenset[str] | None:
        """Which compressed copies lie beside the file or are made on request; ``None`` where there is no such file.
        Raises `OSError`."""
        try:
            with self._folder(file) as (folder, name):
                found = os.stat(name, dir_fd=folder, follow_symlinks=False)
                if not stat.S_ISREG(found.st_mode):
                    return None
                made = {"gzip"} if is_packed_on_request(file) and found.st_size > SMALLEST else set[str]()
                return frozenset(made.union(each for each, end in SUFFIXES.items() if _is_there(name + end, folder)))
        except OSError as error:
            if error.errno in _ABSENT:
                return None
            raise

    def chain(self, file: str) -> Mapping[str, str]:
        """The links of an Atom or RSS document in its chain (RFC 5005), read once; empty where there are none. Raises
        `OSError`."""
        if not file.endswith((".atom", ".rss")):
            return {}
        with self.open(file, "identity") as copy:
            if copy is None:
                return {}
            links = self._chains.pop(copy.key, None)
            if links is None:
                links = chain_links(os.pread(copy.descriptor, HEAD, 0))
        _remember(self._chains, copy.key, links)
        return links

    @contextmanager
    def open(self, file: str, coding: str) -> Iterator[Copy | None]:
        """One representation for as long as it is needed; ``None`` where it is not there. Raises `OSError`."""
        try:
            with self._folder(file) as (folder, name):
                descriptor, pack = _opened(name, coding, folder, is_packed_on_request(file))
        except OSError as error:
            if error.errno not in _ABSENT:
                raise
            yield None
            return
        try:
            found = os.fstat(descriptor)
            yield self._copy(descriptor, found, pack) if stat.S_ISREG(found.st_mode) else None
        finally:
            os.close(descriptor)

    @contextmanager
    def _folder(self, file: str) -> Iterator[tuple[int, str]]:
        """The open folder that holds the file, reached step by step so that no link can lead out of the root."""
        *folders, name = file.split("/")
        at = os.open(self._root, _FOLDER)
        try:
            for step in folders:
                inner = os.open(step, _FOLDER | os.O_NOFOLLOW, dir_fd=at)
                os.close(at)
                at = inner
            yield at, name
        finally:
            os.close(at)

    def _copy(self, descriptor: int, found: os.stat_result, pack: bool) -> Copy:
        key = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, int(pack))
        made = partial(self._packed.of, key, partial(_whole, descriptor, found.st_size)) if pack else None
        known = self._tags.pop(key, None)
        if known is None:
            body = made() if made else _whole(descriptor, found.st_size)
            known = f'"{hashlib.sha256(body).hexdigest()[:32]}"', len(body)
        _remember(self._tags, key, known)
        tag, size = known
        modified = datetime.fromtimestamp(found.st_mtime_ns // 1_000_000_000, UTC)
        return Copy(etag=tag, modified=modified, size=size, descriptor=descriptor, key=key, pack=made)


def _opened(name: str, coding: str, folder: int, on_request: bool) -> tuple[int, bool]:
    """A representation open to be read, and whether it is still to be packed. Raises `OSError`."""
    try:
        return os.open(name + SUFFIXES.get(coding, ""), _FILE, dir_fd=folder), False
    except FileNotFoundError:
        if coding != "gzip" or not on_request:
            raise
        return os.open(name, _FILE, dir_fd=folder), True


def _remember(held: OrderedDict[Key, T], key: Key, value: T) -> None:
    """Keep the value as the newest; the oldest go when there are too many."""
    held[key] = value
    while len(held) > _REMEMBERED:
        held.popitem(last=False)


def _whole(descriptor: int, size: int) -> bytes:
    """``pread`` may give less than asked for."""
    parts, at = [], 0
    while at < size and (part := os.pread(descriptor, size - at, at)):
        parts.append(part)
        at += len(part)
    return b"".join(parts)


def _is_there(name: str, folder: int) -> bool:
    try:
        return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False
