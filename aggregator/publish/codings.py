"""Compressed copies of a published body: the same body always gives the same bytes."""

from __future__ import annotations

import gzip

import brotli
from backports import zstd

SUFFIXES = (".gz", ".br", ".zst")
"""Endings of the copies, for the content codings gzip, br and zstd."""

SMALLEST = 512
"""Bytes below which a copy saves nothing worth a file."""


def copies(body: bytes) -> dict[str, bytes]:
    """The copies worth keeping, by ending; each is smaller than the body."""
    if len(body) <= SMALLEST:
        return {}
    made = {
        ".gz": gzip.compress(body, compresslevel=6, mtime=0),
        # At these levels brotli and zstd are both quicker and smaller on feeds than at the next ones.
        ".br": bytes(brotli.compress(body, quality=4)),
        ".zst": zstd.compress(body, level=3),
    }
    return {suffix: packed for suffix, packed in made.items() if len(packed) < len(body)}
