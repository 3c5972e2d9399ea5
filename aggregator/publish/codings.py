"""Compressed copies of a published body: the same body always gives the same bytes."""

from __future__ import annotations

import gzip
import re

import brotli
from backports import zstd

SUFFIXES = (".gz", ".br", ".zst")
"""Endings of the copies, for the content codings gzip, br and zstd."""

SMALLEST = 512
"""Bytes below which a copy saves nothing worth a file."""


_ON_REQUEST = re.compile(r"feeds/")
"""What is published of single sources: each poll writes much of it anew, and little is asked for before the next. Our
web server packs it when it is asked for."""
_SELDOM = re.compile(r"archive/|[0-9]{4}/[0-9]{2}/page/")
"""Where files lie that few people ask for, as they are of the past; there are many."""


def copies(path: str, body: bytes) -> dict[str, bytes]:
    """The copies worth keeping, by ending; each is smaller than the body. ``path`` is relative to ``public/``.

    What is seldom asked for has a gzip copy only, which every client takes: to create a file costs more than to
    compress it.
    """
    if len(body) <= SMALLEST or _ON_REQUEST.match(path):
        return {}
    made = {".gz": gzip.compress(body, compresslevel=6, mtime=0)}
    if not _SELDOM.match(path):
        # At these levels brotli and zstd are both quicker and smaller on feeds than at the next ones.
        made |= {".br": bytes(brotli.compress(body, quality=4)), ".zst": zstd.compress(body, level=3)}
    return {suffix: packed for suffix, packed in made.items() if len(packed) < len(body)}
