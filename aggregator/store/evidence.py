"""Stored rows as evidence, by the plain way: one row at a time, whatever is in it. Pure."""

from __future__ import annotations

import json
from typing import Any

from aggregator.ports import Columns, VersionLine
from aggregator.proving import row_digest


def version_line(row: Columns) -> VersionLine:
    """What checking needs of a whole row of ``revisions``; a row that holds no text any more has no digest."""
    details = _details(row)
    strong = _in(details, "fingerprint", "strong")
    return VersionLine(
        entry_id=row["entry_id"],
        number=row["number"],
        digest=_digest(row),
        title=row["title"],
        url=row["url"],
        link=row["link"],
        language=row["language"],
        title_hash=_in(details, "fingerprint", "title"),
        strong=None if strong is None else int(bool(strong)),
        stated=_in(details, "entry", "published", "instant"),
    )


def _digest(row: Columns) -> str:
    try:
        return row_digest(row)
    except ValueError:  # bytes that are no UTF-8
        return "none"


def _details(row: Columns) -> Any:
    try:
        return json.loads(row["details"])
    except (ValueError, TypeError):
        return None


def _in(details: Any, *path: str) -> Any:
    for name in path:
        details = details.get(name) if isinstance(details, dict) else None
    return details
