"""How the files of captures are called: the month in UTC, and a number within it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

WARC, INDEX = ".warc.gz", ".cdxj"
_NAME = re.compile(r"(\d{4}-\d{2})-(\d{3,6})")


def month_of(at: datetime) -> str:
    """The month of an aware instant in UTC: ``2026-06``."""
    return f"{at.astimezone(UTC):%Y-%m}"


def split(name: str) -> tuple[str, int] | None:
    """The month and the number of a name such as ``2026-06-001``; ``None`` where it is none of ours."""
    found = _NAME.fullmatch(name)
    return (found[1], int(found[2])) if found else None


def latest(names: Iterable[str]) -> str | None:
    """The name that was begun last; names that are none of ours are passed over."""
    known = [(found, name) for name in names if (found := split(name)) is not None]
    return max(known)[1] if known else None


def following(last: str | None, month: str) -> str:
    """The name after ``last`` for a record of this month. Never an earlier month, even where a clock was set back."""
    found = split(last) if last else None
    if found is None or found[0] < month:
        return f"{month}-001"
    return f"{found[0]}-{found[1] + 1:03d}"


def belongs(name: str, month: str) -> bool:
    """Whether a record of this month may go on in the file of this name."""
    found = split(name)
    return found is not None and found[0] >= month
