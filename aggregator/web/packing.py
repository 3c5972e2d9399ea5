"""Pages of single sources lie in the published folder without compressed copies, as each poll writes many of them anew
and few are ever asked for. They are packed when somebody asks: the same page always to the same bytes (R-40)."""

from __future__ import annotations

import gzip
import re

SMALLEST = 512
"""Bytes up to which packing saves nothing worth the work."""
_PAGES = re.compile(r"feeds/[^/]+(?:\.html|/[0-9]{4}/.+)")


def is_packed_on_request(file: str) -> bool:
    """Whether this file is published without copies. ``file`` is relative to ``public/``."""
    return _PAGES.fullmatch(file) is not None


def packed(body: bytes) -> bytes:
    """The body in the content coding gzip, without a time."""
    return gzip.compress(body, compresslevel=6, mtime=0)
