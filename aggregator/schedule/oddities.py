"""Hints that contradict themselves, make no sense or reach absurdly far, in words: none is dropped in silence. Pure.

Law: this only tells what `hints` decides; nothing rests on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from aggregator.model import Headers, Hints
from aggregator.schedule.headers import date_of, directives, instant, is_seconds, lines
from aggregator.schedule.hints import LONGEST_TTL, closed, ttl

FAR = timedelta(days=400)
"""A lifetime longer than this was not meant."""
WRONG_CLOCK = timedelta(hours=1)
NEVER = ("0", "-1")
"""Usual ways to say with Expires that nothing stays fresh (H-23)."""
SHORT = 60


def odd_headers(headers: Headers, received_at: datetime) -> Iterator[str]:
    """What is odd about the freshness of an answer received at this instant (aware), and what it counts as (H-21 to
    H-23)."""
    yield from _odd_ages(headers)
    for value in lines(headers, "age"):
        if not is_seconds(value):
            yield f"Age “{_cut(value)}” is no number of seconds: counts as none"
    date = date_of(headers)
    if date is not None and not -FAR < date - received_at < WRONG_CLOCK:
        yield f"Date “{date:%Y-%m-%d %H:%M} UTC” cannot be when the answer was made"
    yield from _odd_expiry(headers, date or received_at)


def _odd_ages(headers: Headers) -> Iterator[str]:
    ages = list(dict.fromkeys(value for name, value in directives(headers) if name == "max-age"))
    if len(ages) > 1:
        yield f"max-age contradicts itself ({', '.join(map(_cut, ages[:3]))}): counts as none"
    for value in ages:
        if not is_seconds(value):
            yield f"max-age “{_cut(value)}” is no number of seconds: counts as none"
        elif int(value.strip()[:12]) > FAR.total_seconds():
            yield f"max-age of {int(value.strip()[:12]) // 86_400:,} days: counts as a week"


def _odd_expiry(headers: Headers, origin: datetime) -> Iterator[str]:
    stated = list(dict.fromkeys(lines(headers, "expires")))
    if len(stated) > 1:
        yield f"Expires contradicts itself ({', '.join(map(_cut, stated[:3]))}): counts as none"
    for value in stated:
        at = instant(value)
        if at is None and value.strip() not in NEVER:
            yield f"Expires “{_cut(value)}” is no date: counts as none"
        elif at is not None and at - origin > FAR:
            yield f"Expires lies {(at - origin).days:,} days ahead: counts as a week"


def odd_hints(hints: Hints) -> Iterator[str]:
    """What is odd about the hints of a document (H-25, H-26)."""
    if hints.ttl is not None and ttl(hints) is None:
        yield f"ttl {hints.ttl} is not between 1 and {LONGEST_TTL} minutes: left out"
    if (hints.skip_hours or hints.skip_days) and closed(hints) == (frozenset(), frozenset()):
        yield "skipHours and skipDays leave no hour or no day open, or name none: left out"


def _cut(value: str) -> str:
    """A value from outside, short and printable."""
    return "".join(letter if letter.isprintable() else "�" for letter in value[:SHORT])
