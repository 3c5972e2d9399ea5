"""What publishing software glues to the head and tail of a text (D-02). Law: only whole phrases at the very edge are
taken off, never all of a text.

The rules are fixed and versioned. Phrases learned from a feed's other entries are left out on purpose: they would make
the hash of a text depend on when it was seen, so that the same release in two feeds, or a replay of the archive, could
disagree (D-03, D-22).
"""

from __future__ import annotations

import re

RULES_VERSION = "1"
"""Version of the rules below."""

_LONGEST = 400
_APPEARED = r"the\ post\ .{1,300}\ (?:first\ )?appeared\ (?:first\ )?on\ .{1,160}"
_PUBLISHED = r"(?:was\ )?(?:first|originally)\ published\ (?:at|on|in|by)\ .{1,160}"
_SHARE = r"share\ this(?:\ (?:article|story|post|page))?\W* | click\ to\ share\ on\ .{1,80}"
_ORIGIN = r"(?:source|via)\ ?:\ ?.{1,80}"
_NO_WORDS = r"[\W_]+"

_TAIL_LINE = re.compile(
    rf"""
      {_APPEARED}
    | (?:(?:this|the)\ (?:article|post|story)\ )?{_PUBLISHED}
    | (?:\[?\ ?\.{{2,4}}\ ?\]?\ )?(?:continue\ reading|read\ more|read\ the\ (?:full|rest))\b.{{0,160}}
    | {_SHARE}
    | like\ this\W* | (?:like\ this\W*|like\ )?loading\W*
    | {_ORIGIN}
    | (?:copyright\ ?[:©]?\ ?(?:\(c\)\ ?)?(?=.{{0,40}}\d{{4}})|\(c\)|©).{{1,120}}
    | {_NO_WORDS}
    """,
    re.VERBOSE,
)
_HEAD_LINE = re.compile(
    rf"(?:this|the)\ (?:article|post|story)\ {_PUBLISHED} | {_SHARE} | {_ORIGIN} | {_NO_WORDS}", re.VERBOSE
)
_TAIL_PHRASE = re.compile(
    rf"""
    (?: (?<=[.!?'")\]])\ (?:
          {_APPEARED}
        | (?:this|the)\ (?:article|post|story)\ {_PUBLISHED}
        | continue\ reading\b.{{0,160}}
        | read\ (?:more|the\ full\ \w+)\W*
      )
    | \ ?(?:\[\ ?\.{{2,4}}\ ?\]|\.{{3,4}})(?:\ (?:continue\ reading|read\ more)\b.{{0,160}})?
    )$
    """,
    re.VERBOSE,
)
_SUFFIX = re.compile(r" [-|:»]+ |: | ?\| ?| ?>> ?| ?» ?")
_MARKS = frozenset("-|:»>")
_HAS_WORD = re.compile(r"[^\W_]")


def strip_body(text: str) -> str:
    """The folded text of a body without boilerplate at its head or tail. ``text`` has a line for each block."""
    first, last = 0, len(text)
    while (at := text.rfind("\n", 0, last)) >= 0 and _is_furniture(text, at + 1, last, _TAIL_LINE):
        last = at
    while (at := text.find("\n", first, last)) >= 0 and _is_furniture(text, first, at, _HEAD_LINE):
        first = at + 1
    begin = text.rfind("\n", first, last) + 1 or first
    line = text[begin:last]
    kept = _strip_end(line)
    return text[first:last] if kept == line else text[first:begin] + kept


def strip_title(title: str, names: frozenset[str]) -> str:
    """A folded title without ` - Name` at its end, where the name is one of the source's own."""
    while not _MARKS.isdisjoint(title):
        cut = next((at.start() for at in _SUFFIX.finditer(title) if title[at.end() :] in names), 0)
        if not cut:
            return title
        title = title[:cut]
    return title


def _may_end_in_phrase(line: str) -> bool:
    """Whether the end of a line has any word or sign without which no phrase of software is made."""
    end = line[-_LONGEST:]
    return ".." in end or "published" in end or "appeared" in end or "continue read" in end or "read " in end


def _is_furniture(text: str, start: int, end: int, rules: re.Pattern[str]) -> bool:
    return end - start <= _LONGEST and rules.fullmatch(text[start:end]) is not None


def _strip_end(line: str) -> str:
    """A line without the phrases that software adds in the same block as the last sentence."""
    while _may_end_in_phrase(line) and (match := _TAIL_PHRASE.search(line, max(0, len(line) - _LONGEST))):
        if not _HAS_WORD.search(line, 0, match.start()):
            return line
        line = line[: match.start()].rstrip()
    return line
