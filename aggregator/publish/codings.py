"""Compressed copies of a published body: the same body always gives the same bytes."""

from __future__ import annotations

import gzip

import brotli
from backports import zstd

SUFFIXES = (".gz", ".br", ".zst")
"""Endings of the copies, for the content codings gzip, br and zstd."""

SMALLEST = 512
"""Bytes below which a copy saves nothing worth a file."""


SELDOM = "feeds/"
"""Where the files of single sources lie: many of them change at each poll, few people ask for one of them."""


def copies(path: str, body: bytes) -> dict[str, bytes]:
    """The copies worth keeping, by ending; each is smaller than the body. ``path`` is relative to ``public/``.

    A source has a gzip copy only, which every client takes: to create a file costs more than to compress it.
    """
    if len(body) <= SMALLEST:
        return {}
    made = {".gz": gzip.compress(body, compresslevel=6, mtime=0)}
    if not path.startswith(SELDOM):
        # At these levels brotli and zstd are both quicker and smaller on feeds than at the next ones.
        made |= {".br": bytes(brotli.compress(body, quality=4)), ".zst": zstd.compress(body, level=3)}
    return {suffix: packed for suffix, packed in made.items() if len(packed) < len(body)}
