"""What is published of single sources lies in the published folder without compressed copies, as each poll writes much
of it anew and little is ever asked for. It is packed when somebody asks: the same file always to the same bytes
(R-40)."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

SMALLEST = 512
"""Bytes up to which packing saves nothing worth the work."""
_SOURCES = "feeds/"
Key = TypeVar("Key")


def is_packed_on_request(file: str) -> bool:
    """Whether this file is published without copies. ``file`` is relative to ``public/``."""
    return file.startswith(_SOURCES)


def packed(body: bytes) -> bytes:
    """The body in the content coding gzip, without a time."""
    return gzip.compress(body, compresslevel=6, mtime=0)


class Packed(Generic[Key]):
    """What was packed last, so that many readers of one feed cost one packing; at most so many bytes. A key names the
    version of a file."""

    def __init__(self, most: int = 8_000_000) -> None:
        self._most, self._size = most, 0
        self._held: OrderedDict[Key, bytes] = OrderedDict()

    def of(self, key: Key, body: Callable[[], bytes]) -> bytes:
        """This version packed; ``body`` reads it, where that is needed. Raises what that raises."""
        made = self._held.pop(key, None)
        if made is None:
            made = packed(body())
            self._size += len(made)
        self._held[key] = made
        while self._size > self._most and len(self._held) > 1:
            self._size -= len(self._held.popitem(last=False)[1])
        return made
