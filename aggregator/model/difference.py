"""What changed between two versions of an entry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of text; ``kind`` is ``same``, ``removed`` or ``added``."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """What was taken out and put in besides the words: ``name`` is ``link``, ``address``, ``attachment`` or
    ``author``. A link or picture inside the text counts as ``link``, the entry's own one as ``address``."""

    name: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two versions compared, word by word: whatever makes a new revision (D-04) stands in one of these.

    ``title`` and ``text`` hold the pieces in reading order, all of them ``same`` where nothing changed; the text has
    a blank line between blocks. ``swaps`` are only those that have something to tell.
    """

    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    swaps: tuple[Swap, ...] = ()
