"""What stands above the posts of an archive page: the name of the site, the heading, ways to other pages. Law: a head
is a run of whole lines from the top; what follows it is the publisher's text, untouched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.history.documents.days import ReadDay
from aggregator.history.documents.headings import Heading, bare_period, heading_of, is_navigation, is_waiting

_DEEPEST, _LONGEST_NAME = 5, 80
_PERIODS = ("day", "month", "year", "dated")
_STOPS = (".", ",", ";", ":", "!", "?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of an archive page: the site's name for itself, what the page lists, and how many lines that took."""

    site: str | None
    heading: Heading
    lines: int


def read_head(lines: Sequence[str], read: ReadDay) -> Head | None:
    """The head that these lines (no blank ones among them) begin with, ``None`` where the page is no archive page."""
    for at, line in enumerate(lines[: _DEEPEST + 1]):
        heading = heading_of(line, read) or _bare_month(lines, at, read)
        if heading is not None:
            heading, end = _completed(heading, lines, at + 1, read)
            return Head(site=_site(lines[:at]), heading=heading, lines=_past_navigation(lines, end, heading, read))
        if not is_navigation(line) and not _is_name(line):
            return None
    return None


def _bare_month(lines: Sequence[str], at: int, read: ReadDay) -> Heading | None:
    """``July 2017`` alone (Typepad, Movable Type), with a title below it; between a title and its text it is the date
    of one post. A bare day may head a single post, too, and a bare year be anything."""
    heading = bare_period(lines[at], read)
    if heading is None or heading.kind != "month" or at + 1 >= len(lines):
        return None
    return heading if at == 0 or _is_name(lines[at + 1]) else None


def _completed(heading: Heading, lines: Sequence[str], at: int, read: ReadDay) -> tuple[Heading, int]:
    """The heading with what the next line adds to it, and where the text goes on."""
    if not is_waiting(heading) or at >= len(lines):
        return (Heading(kind="all") if heading.kind == "dated" else heading), at
    if heading.kind == "dated":
        period = bare_period(lines[at], read)
        return (period, at + 1) if period else (Heading(kind="all"), at)
    if _is_name(lines[at]) and at + 1 < len(lines):
        return Heading(kind=heading.kind, name=lines[at].strip()), at + 1
    return heading, at


def _past_navigation(lines: Sequence[str], at: int, heading: Heading, read: ReadDay) -> int:
    """Ways to other months, and the same heading again in other words."""
    while at < len(lines) and (is_navigation(lines[at]) or _repeats(lines[at], heading, read)):
        at += 1
    return at


def _repeats(line: str, heading: Heading, read: ReadDay) -> bool:
    if heading.kind not in _PERIODS or not heading.name:
        return False
    again = heading_of(line, read) or bare_period(line, read)
    return again is not None and (again.kind, again.period) == (heading.kind, heading.period)


def _site(lines: Sequence[str]) -> str | None:
    return next((line.strip() for line in lines if not is_navigation(line)), None)


def _is_name(line: str) -> bool:
    """Whether a line can be the name or motto of a site, or that of a category."""
    line = line.strip()
    return 0 < len(line) <= _LONGEST_NAME and not line.endswith(_STOPS)
