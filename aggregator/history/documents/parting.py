"""Where one post ends and the next begins in the text of an archive page. Law: parted only where nothing is in doubt;
a wrong cut makes entries that never were, a missing one only a long entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.history.documents.blocks import Block, Part, joined, title_text
from aggregator.history.documents.days import Civil
from aggregator.model import Split

_FEW_WORDS, _FEWEST_LETTERS, _STRAY = 4, 20, 3
_ENOUGH_TEXT = 30
_ENDS = (".", "!", "?", "…", "”", "’", '"', "'", ")", "»")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One post of a page: ``title`` as written, ``None`` where it has none; ``raw_date`` in the words of the page."""

    title: str | None
    body: str
    day: Civil | None = None
    raw_date: str | None = None
    author: str | None = None
    stray: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """The posts of a page, and in words why it is doubtful that they are all of them; empty where it is sure.

    ``whole`` is set where the page could not be parted: its only piece is the page.
    """

    pieces: tuple[Piece, ...]
    doubt: str = ""
    whole: bool = False


def part(blocks: Sequence[Block], split: Split, *, listing: bool) -> Parting:
    """The posts in these blocks, in the order of the page. ``listing`` says that the page is an archive page; an
    article is never parted, unless ``split`` is ALWAYS."""
    titles = _titles(blocks)
    if split is Split.NEVER or not titles or not (listing or split is Split.ALWAYS):
        return Parting(pieces=(_piece(blocks, titles[:1]),))
    if split is Split.ALWAYS or len(titles) == 1:
        return Parting(pieces=_pieces(blocks, titles))
    marked = [at for at in titles if _is_marked(blocks, at)]
    if marked and titles[0] not in marked and not _has_mark_before(blocks, marked[0]):
        marked = []
    if marked:
        return Parting(pieces=_pieces(blocks, sorted({titles[0], *marked})))
    return _by_shape(blocks, titles)


def _titles(blocks: Sequence[Block]) -> list[int]:
    """Lines with text below them: of several such lines in a row the last, as a tag or caption may stand before."""
    found: list[int] = []
    below: Part | None = None
    for at in range(len(blocks) - 1, -1, -1):
        kind = blocks[at].part
        if kind is Part.LINE and below is Part.BODY:
            found.append(at)
        if kind in (Part.LINE, Part.BODY):
            below = kind
    return found[::-1]


def _is_marked(blocks: Sequence[Block], at: int) -> bool:
    """Whether a date or a mark beside a line says that a post begins there."""
    before = blocks[at - 1].part if at else Part.BODY
    after = blocks[at + 1].part if at + 1 < len(blocks) else Part.BODY
    return Part.DATE in (before, after) or Part.MARK in (before, after)


def _has_mark_before(blocks: Sequence[Block], at: int) -> bool:
    """Whether what marks a post stands at the end of the one before, so that the first cannot have it."""
    return at > 0 and blocks[at - 1].part in (Part.DATE, Part.MARK)


def _by_shape(blocks: Sequence[Block], titles: Sequence[int]) -> Parting:
    """Without any mark only the lines themselves speak: each must look like a headline, and have enough below it."""
    further = titles[1:]
    strong = [at for at in further if _is_headline(blocks, at)]
    ends = [*further, len(blocks)]
    enough = all(_words(blocks[at + 1 : end]) >= _ENOUGH_TEXT for at, end in zip(titles, ends, strict=True))
    loose = _loose_lines(blocks, titles)
    if len(strong) == len(further) and enough and not loose:
        return Parting(pieces=_pieces(blocks, titles))
    lines = ", ".join(f"“{title_text(blocks[at])}”" for at in further[:3])
    if not strong:
        doubt = f"lines such as {lines} may be headings of one post or titles of several; taken as one post"
        return Parting(pieces=(_piece(blocks, titles[:1]),), doubt=doubt)
    doubt = f"it is not certain where its posts begin ({lines}); kept as one entry, the page"
    return Parting(pieces=(Piece(title=None, body=joined(blocks)),), doubt=doubt, whole=True)


def _loose_lines(blocks: Sequence[Block], titles: Sequence[int]) -> bool:
    """Whether short lines stand in the text that are no titles, but for a stray one before the first title."""
    lines = {at for at, block in enumerate(blocks) if block.part is Part.LINE and at > titles[0]}
    return bool(lines - set(titles))


def _is_headline(blocks: Sequence[Block], at: int) -> bool:
    line, before = title_text(blocks[at]), blocks[at - 1].text.rstrip()
    first = next((char for char in line if char.isalnum()), "a")
    long_enough = len(line.split()) >= _FEW_WORDS and len(line) >= _FEWEST_LETTERS
    return long_enough and not first.islower() and before.endswith(_ENDS)


def _words(blocks: Sequence[Block]) -> int:
    return sum(block.words for block in blocks if block.part is Part.BODY)


def _pieces(blocks: Sequence[Block], titles: Sequence[int]) -> tuple[Piece, ...]:
    """The blocks cut before each title, a date that stands above a title with it. Days go on until the next one."""
    starts = [_start(blocks, at) for at in titles]
    starts[0] = 0
    ends = [*starts[1:], len(blocks)]
    dated_above = any(block.part is Part.DATE for block in blocks[: titles[0]])
    pieces: list[Piece] = []
    day: Block | None = None
    for at, start, end in zip(titles, starts, ends, strict=True):
        above = next((block for block in blocks[start:at] if block.part is Part.DATE), None)
        day = above or day if dated_above else None
        pieces.append(_piece(blocks[start:end], [at - start], day))
    return tuple(pieces)


def _start(blocks: Sequence[Block], title: int) -> int:
    return title - 1 if title and blocks[title - 1].part is Part.DATE else title


def _piece(blocks: Sequence[Block], titles: Sequence[int], above: Block | None = None) -> Piece:
    """One post: its title where there is one, its date and author from the marks around it, the rest its body."""
    at = titles[0] if titles and _opens(blocks, titles[0]) else None
    before, after = (blocks[:at], blocks[at + 1 :]) if at is not None else ((), blocks)
    marks = _marks(before, after)
    dated = next((block for block in marks if block.day), None) or above
    body = _trimmed(after)
    stray = next((title_text(block) for block in before if block.part is Part.LINE), None)
    return Piece(
        title=title_text(blocks[at]) if at is not None else None,
        body=joined(body),
        day=dated.day if dated else None,
        raw_date=dated.raw if dated else None,
        author=next((block.author for block in marks if block.author), None),
        stray=stray,
    )


def _opens(blocks: Sequence[Block], at: int) -> bool:
    """Whether a line is the title of what follows: only dates, marks and one short stray line may stand above it."""
    above = [block for block in blocks[:at] if block.part not in (Part.DATE, Part.MARK)]
    return not above or (len(above) == 1 and above[0].part is Part.LINE and above[0].words <= _STRAY)


def _marks(before: Sequence[Block], after: Sequence[Block]) -> list[Block]:
    """The dates and marks above the title and right below it, and the marks at the end: a bare date there is as likely
    that of something else."""
    first, last = _inner(after)
    return [block for block in (*before, *after[:first], *after[last:]) if block.part in (Part.DATE, Part.MARK)]


def _trimmed(blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks without the marks at both ends and the dates above; those within the text stay in it."""
    first, last = _inner(blocks)
    return blocks[first:last]


def _inner(blocks: Sequence[Block]) -> tuple[int, int]:
    """Where the text of a post begins and ends among its blocks; all of them where there is no text."""
    first = next((at for at, block in enumerate(blocks) if block.part not in (Part.DATE, Part.MARK)), None)
    if first is None:
        return 0, len(blocks)
    last = next(at for at in range(len(blocks), 0, -1) if blocks[at - 1].part is not Part.MARK)
    return first, last
