"""A plain text as blocks between blank lines, and what each block is: a line that may be a title, a date, a mark that
blog software leaves, or text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from aggregator.history.documents.days import Civil, ReadDay
from aggregator.history.documents.headings import is_navigation


class Part(StrEnum):
    """``LINE``: short and without a final stop. ``DATE``: a date alone. ``MARK``: who posted it, where, how many
    comments, ways to other pages. ``BODY``: all else."""

    LINE = "line"
    DATE = "date"
    MARK = "mark"
    BODY = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The lines between two blank ones. ``day`` is the date that a date or mark states, ``raw`` its words; ``author``
    who a mark says wrote it."""

    text: str
    part: Part
    day: Civil | None = None
    raw: str | None = None
    author: str | None = None

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(self.text.split())


MOST_BLOCKS = 50_000
LONGEST_TITLE, MOST_WORDS, LONGEST_MARK = 140, 22, 200
_BLANK = re.compile(r"\n(?:[^\S\n]*\n)+")
_UNDERLINE = re.compile(r"[=\-~*_]{3,}")
_LISTED = re.compile(r"(?:[•·▪●◦–—*+>-]|\d{1,2}[.)]|[a-z][.)])\s")
_QUOTE_ENDS = re.compile(r"[.!?…][’'”\"»)\]]+$")
_ROLE = r"(?:local democracy |news |senior |chief |political |education )*(?:reporter|correspondent|editor|journalist)"
_DATED_MARK = re.compile(
    r"(?:(?:first |originally |last )?(?:posted|published|date|dated|cyhoeddwyd|postiwyd)(?: on)?:?\s+)"
    r"(?P<date>.{6,50}?)(?:\s+(?:by|gan)\s+(?P<author>.{2,60}?))?(?:\s+(?:in|under|\|)\s.*)?",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"(?:(?:posted|written|published|story|words) )?(?:by|gan):?\s+(?P<author>[^\d.!?]{2,60}?)"
    r"(?:,? (?:on|at|ar)\s+(?P<date>[^|]{4,40}?))?(?:\s+(?:in|under|\|)\s.*)?"
    rf"|author:\s+(?P<named>.{{2,60}})|(?P<reporter>[^\d,.!?]{{3,40}}), {_ROLE}",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"(?:posted|published|filed|postiwyd) (?:in|under|by|at|on)\b.*|tagged\b.*|(?:categor(?:y|ies)|tags?|labels?):.*"
    r"|(?:leave|post|add|write) (?:a|your) (?:comment|reply)\b.*|(?:\d+|no) (?:comments?|responses?|replies)\b.*"
    r"|comments? ?\(\d+\).*|permalink\b.*|trackbacks?\b.*|related(?: posts| articles)?:?"
    r"|(?:continue reading|read more|read the (?:full|whole|rest))\b.*|(?:share|like|email|print) this\b.*",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    r"comments?(?: are)? (?:off|closed)\b.{0,80}|bookmark the permalink\.?|like loading\.*|link to this post\.?"
    r"|leave a (?:comment|reply)\.?",
    re.IGNORECASE,
)
_FEW_LINES, _MOST_NAMES, _MOST_BYLINE = 4, 5, 14


def blocks_of(text: str, read: ReadDay) -> tuple[Block, ...]:
    """The blocks of a text with ``\\n`` line ends, in order; nothing is lost but the blank lines between them.

    A block of a few lines none of which is text (a title, who wrote it, when) becomes a block for each. Where a text
    has no blank lines at all, each line is one. From the fifty thousandth on, the rest is one.
    """
    gaps = has_gaps(text)
    pieces = _BLANK.split(text) if gaps else text.split("\n")
    if len(pieces) > MOST_BLOCKS:
        pieces[MOST_BLOCKS:] = [("\n\n" if gaps else "\n").join(pieces[MOST_BLOCKS:])]
    found: list[Block] = []
    for piece in pieces:
        lines = [line for line in piece.split("\n") if line.strip()]
        few = 1 < len(lines) <= _FEW_LINES and not _underlined(lines)
        single = [_block(line, read) for line in lines] if few else []
        if single and all(block.part is not Part.BODY for block in single):
            found += single
        elif lines:
            found.append(_block("\n".join(lines), read))
    return tuple(found)


def has_gaps(text: str) -> bool:
    """Whether blank lines tell paragraphs apart."""
    return _BLANK.search(text.strip("\n")) is not None or "\n" not in text.strip("\n")


def _underlined(lines: Sequence[str]) -> bool:
    return len(lines) == 2 and _UNDERLINE.fullmatch(lines[1].strip()) is not None


def _block(piece: str, read: ReadDay) -> Block:
    text = "\n".join(line.rstrip() for line in piece.split("\n"))
    line = _title(text)
    if line is None:
        return Block(text=text, part=Part.BODY)
    if (day := read(line.rstrip("."))) is not None:
        return Block(text=text, part=Part.DATE, day=day, raw=line.rstrip("."))
    if is_navigation(line):
        return Block(text=text, part=Part.MARK)
    return _mark(text, line, read) or Block(text=text, part=Part.LINE if may_be_title(line) else Part.BODY)


def _title(text: str) -> str | None:
    """A block of one line as it reads: without ``#`` before it or a rule below it; ``None`` for longer ones."""
    lines = text.split("\n")
    if _underlined(lines):
        lines.pop()
    return " ".join(lines[0].split()).lstrip("#").strip() if len(lines) == 1 else None


def title_text(block: Block) -> str:
    """The words of a block that was taken for a title."""
    return _title(block.text) or block.text


def _mark(text: str, line: str, read: ReadDay) -> Block | None:
    if len(line) > LONGEST_MARK:
        return None
    if (found := _DATED_MARK.fullmatch(line)) and (day := read(found["date"].rstrip(","))) is not None:
        return Block(text=text, part=Part.MARK, day=day, raw=found["date"].rstrip(","), author=found["author"])
    if (found := _BYLINE.fullmatch(line)) and len(line.split()) <= _MOST_BYLINE:
        author = (found["author"] or found["named"] or found["reporter"]).strip()
        date = read(found["date"]) if found["date"] else None
        if _is_name(author):
            return Block(text=text, part=Part.MARK, day=date, raw=found["date"] if date else None, author=author)
    said = _CLOSED.fullmatch(line) or (_MARK.fullmatch(line) and not line.endswith((".", "!", "?")))
    return Block(text=text, part=Part.MARK) if said else None


def _is_name(text: str) -> bool:
    """Whether words can be somebody's name; “By the river” is a title."""
    words = text.split()
    return 0 < len(words) <= _MOST_NAMES and words[0][:1].isupper() and words[0].lower() not in {"the", "a", "an"}


def may_be_title(line: str) -> bool:
    """Short, with letters, without a final stop, no item of a list, no sentence in quotation marks. Three dots may
    end a title."""
    if not 2 < len(line) <= LONGEST_TITLE or len(line.split()) > MOST_WORDS or _LISTED.match(line):
        return False
    if _QUOTE_ENDS.search(line) or not any(char.isalpha() for char in line):
        return False
    return line.endswith(("...", "…")) or not line.endswith((".", ",", ";", ":"))


def joined(blocks: Sequence[Block]) -> str:
    """The text of blocks, a blank line between them."""
    return "\n\n".join(block.text for block in blocks)
