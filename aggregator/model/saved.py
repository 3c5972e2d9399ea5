"""A document that somebody saved, as it is handed in: a file, and what is known of it besides its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Split(StrEnum):
    """When a saved page becomes several entries: only where it leaves no doubt, at every short line, or never."""

    SURE = "sure"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What the one who hands in a document says of it; nothing is required.

    ``url`` is the address the document was saved from; ``title`` and ``author`` are of its only entry; ``date`` is a
    date as people write it, a month (``2017-07``) too; ``language`` is a BCP 47 tag. ``file`` is its name below the
    folder it came in; nothing is read from that.
    """

    url: str | None = None
    title: str | None = None
    date: str | None = None
    author: str | None = None
    language: str | None = None
    split: Split = Split.SURE
    file: str | None = None
