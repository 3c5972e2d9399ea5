"""Which relative paths may be published: names of feeds and categories end up in them."""

from __future__ import annotations

import re

from aggregator.errors import StoreError
from aggregator.publish.codings import SUFFIXES

LONGEST_NAME = 200
"""Bytes of one part of a path; file systems allow 255, the rest is for endings."""

_PART = re.compile(r"[^\W_][\w.,&' -]*")
_PAGE = re.compile(r"(.+)\.([0-9]+)\.json")


def checked(path: str) -> str:
    """The path itself. Raises `StoreError` for anything that could leave the folder or hide in it (dot files), and for
    names that compressed copies have."""
    parts = path.split("/")
    sound = all(_PART.fullmatch(part) and len(part.encode()) <= LONGEST_NAME for part in parts)
    if not sound or path.endswith((*SUFFIXES, ".tmp")):
        raise StoreError(f"refused to publish a file under the name {path[:LONGEST_NAME]!r}")
    return path


def stem(path: str) -> str:
    """The path of the edition that a file belongs to: without coding, ending and page number."""
    for suffix in SUFFIXES:
        path = path.removesuffix(suffix)
    if page := _PAGE.fullmatch(path):
        return page[1]
    folder, slash, name = path.rpartition("/")
    return folder + slash + (name.rpartition(".")[0] or name)


def first_page(path: str) -> str | None:
    """``feed.json`` for ``feed.2.json``: the page that leads to this one; ``None`` for any other file."""
    page = _PAGE.fullmatch(path)
    return f"{page[1]}.json" if page else None
