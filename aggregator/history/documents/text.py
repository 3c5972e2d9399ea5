"""A plain text as a page: an archive page with its posts, or one article."""

from __future__ import annotations

from aggregator.history.documents.archive import read_head
from aggregator.history.documents.blocks import blocks_of, has_gaps
from aggregator.history.documents.days import ReadDay, take_stamp
from aggregator.history.documents.parting import Piece, part
from aggregator.history.documents.post import Page, Post
from aggregator.model import Problem, RawDate, Slip, Split

_BREAKS = str.maketrans({"\r": "\n", "\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n"})
UNSURE_SPLIT, STRAY_LINE = "page-not-split", "stray-line"


def read_text(text: str, slip: Slip, read: ReadDay) -> Page:
    """The posts of a decoded text. The words between head and end are those of the file, to the letter.

    Problems: ``page-not-split`` where it is doubtful that these are all posts of it, ``stray-line`` for a short line
    before a title that is kept in the original only.
    """
    text = text.lstrip("\ufeff").replace("\r\n", "\n").translate(_BREAKS)
    stamp, text = take_stamp(text, read)
    head = read_head([line for line in text.split("\n") if line.strip()], read)
    if head is not None:
        text = _after(text, head.lines)
    split = Split.NEVER if slip.split is Split.SURE and not has_gaps(text) else slip.split
    parted = part(blocks_of(text, read), split, listing=head is not None)
    dates = (RawDate(element="date-header", text=stamp),) if stamp else ()
    problems = [Problem(kind=UNSURE_SPLIT, detail=parted.doubt)] if parted.doubt else []
    problems += [
        Problem(kind=STRAY_LINE, detail=f"“{piece.stray}” before the title left out", position=position)
        for position, piece in enumerate(parted.pieces)
        if piece.stray
    ]
    return Page(
        posts=tuple(_post(piece, dates) for piece in parted.pieces),
        form="text",
        site=head.site if head else None,
        heading=head.heading if head else None,
        whole=parted.whole,
        problems=tuple(problems),
    )


def _post(piece: Piece, dates: tuple[RawDate, ...]) -> Post:
    own = (RawDate(element="page-text", text=piece.raw_date),) if piece.raw_date else ()
    return Post(
        title=piece.title,
        body=piece.body,
        plain=piece.body,
        dates=(*own, *dates),
        day=piece.day,
        authors=(piece.author,) if piece.author else (),
    )


def _after(text: str, count: int) -> str:
    """The text below its first ``count`` lines that are not blank."""
    lines = text.split("\n")
    at = 0
    while count and at < len(lines):
        count -= bool(lines[at].strip())
        at += 1
    return "\n".join(lines[at:])
