"""Headings that blog software puts over a list of posts: WordPress, Blogger, Typepad and Movable Type, old and new,
English and Welsh. Law: a heading is a whole line, never a part of one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aggregator.history.documents.days import Civil, ReadDay
from aggregator.model import Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What an archive page is a list of. ``kind``: ``day``, ``month``, ``year``, ``category``, ``tag``, ``author``,
    ``all``, or ``dated`` where the period is still to come in the next line; ``name`` is the period, category or person
    as written."""

    kind: str
    name: str = ""
    period: Civil | None = None


LONGEST = 120
_YEAR = re.compile(r"(?:19|20)\d\d")
_QUOTED = r"[‘’'\"“”«»]"
_DATED = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?:monthly|daily|yearly|annual) archives?(?:\s*[:–—|-]\s*(?P<name>.+))?",
        r"(?:month|day|year|mis|diwrnod|blwyddyn):\s*(?P<name>.+)",
        r"(?:blog )?archives?(?: for(?: the month of)?|:| [–—-])\s*(?P<name>.+)",
        r"(?P<name>.+?) archives?",
        r"(?:posts|entries|articles|stories) (?:from|for|in|published in)\s*(?P<name>.+)",
        r"showing posts from (?P<name>.+?)\.?(?:\s*show all posts?)?",
        r"archifau? (?:misol|dyddiol|blynyddol)(?:\s*[:–—-]\s*(?P<name>.+))?",
        r"archif(?:au)?(?:\s*[:–—-])?\s+(?P<name>.+)",
        r"yn dangos postiadau o (?P<name>.+?)\.?",
    )
)
_NAMED = tuple(
    (kind, re.compile(form, re.IGNORECASE))
    for kind, form in (
        ("category", r"category archives?(?:\s*[:–—-]\s*(?P<name>.+))?"),
        ("category", r"(?:category|categori):\s*(?P<name>.+)"),
        ("category", rf"archives? for the {_QUOTED}?(?P<name>.+?){_QUOTED}? category"),
        ("category", rf"posts (?:categori[sz]ed|filed (?:in|under))\s*{_QUOTED}?(?P<name>.+?){_QUOTED}?"),
        ("category", r"recently in (?P<name>.+?) category"),
        ("tag", r"tag archives?(?:\s*[:–—-]\s*(?P<name>.+))?"),
        ("tag", r"tag:\s*(?P<name>.+)"),
        ("tag", rf"posts tagged(?: with)?:?\s*{_QUOTED}?(?P<name>.+?){_QUOTED}?"),
        ("tag", r"showing posts with (?:the )?label (?P<name>.+?)\.?(?:\s*show all posts?)?"),
        ("author", r"author archives?(?:\s*[:–—-]\s*(?P<name>.+))?"),
        ("author", r"(?:all )?posts by (?P<name>\S+(?: \S+){0,3})"),
        ("all", r"(?:blog )?archives?"),
    )
)
_WAITING = {"category", "tag", "author"}
_AROUND = re.compile(
    r"(?:«|&laquo;|←|<)?\s*(?:[^|«»←→]{0,60}\|)?\s*(?:main|home|hafan)\s*(?:\|[^|«»]{0,60})?(?:»|→|>)?"
    r"|(?:«|←|<)?[^|«»←→]{0,60}\|\s*(?:main|home)\s*\|[^|]{0,60}"
    r"|skip to (?:main |primary |secondary )?(?:content|navigation)|neidio i'r cynnwys|menu|dewislen"
    r"|search(?: this (?:site|blog))?"
    r"|show all posts|view all posts|rss|subscribe"
    r"|(?:←|«|‹|<<?)?\s*(?:older|newer|earlier|later|previous|next) (?:posts?|entries|page|articles?)\s*(?:→|»|›|>>?)?"
    r"|posts? navigation|page \d+ of \d+|\d+ (?:posts|entries|articles)",
    re.IGNORECASE,
)


def heading_of(line: str, read: ReadDay) -> Heading | None:
    """The archive heading that a line is, ``None`` for any other line.

    A bare month or year is none yet: only the lines around it tell (`bare_period`).
    """
    line = " ".join(line.split())
    if not line or len(line) > LONGEST:
        return None
    for kind, form in _NAMED:
        if found := form.fullmatch(line):
            return Heading(kind=kind, name=(found.groupdict().get("name") or "").strip())
    for form in _DATED:
        found = form.fullmatch(line)
        if not found:
            continue
        name = (found.groupdict().get("name") or "").strip()
        heading = bare_period(name, read) if name else Heading(kind="dated")
        if heading is not None:
            return heading
    return None


def bare_period(line: str, read: ReadDay) -> Heading | None:
    """The period that a line names and nothing else: ``July 2017``, ``14 July 2017``, ``2017``."""
    line = " ".join(line.split()).rstrip(".")
    if _YEAR.fullmatch(line):
        return Heading(kind="year", name=line)
    period = read(line) if len(line) <= LONGEST else None
    if period is None:
        return None
    return Heading(kind="month" if period.precision is Precision.MONTH else "day", name=line, period=period)


def is_waiting(heading: Heading) -> bool:
    """Whether the next line must say of what: ``Monthly Archives`` alone, ``Category Archives`` alone."""
    return heading.kind == "dated" or (heading.kind in _WAITING and not heading.name)


def is_navigation(line: str) -> bool:
    """A line that only leads elsewhere: ``« June 2017 | Main | August 2017 »``, ``Older posts``."""
    return len(line) <= 2 * LONGEST and _AROUND.fullmatch(" ".join(line.split())) is not None
