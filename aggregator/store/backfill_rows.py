"""Backfill jobs as rows and back: what is looked for has a column of its own, the rest is JSON. Pure."""

from __future__ import annotations

import json
from dataclasses import fields

from aggregator.model import Backfill
from aggregator.proving import canonical
from aggregator.store.nouns import noun, plain
from aggregator.store.values import Row, SqlValue

MOST_ADDRESSES = 8
"""So many addresses of one feed are worth looking for in a web archive."""
_JSON = ("plan", "ground", "cursor", "story")
_NAMES = tuple(field.name for field in fields(Backfill))


def backfill_row(job: Backfill) -> dict[str, SqlValue]:
    """A whole row of ``backfills``."""
    values = {name: plain(getattr(job, name)) for name in _NAMES}
    return {name: canonical(value) if name in _JSON and value is not None else value for name, value in values.items()}


def backfill_of(row: Row) -> Backfill:
    """The way back from `backfill_row`."""
    values = {name: row[name] for name in _NAMES}
    return noun(
        Backfill,
        {name: json.loads(value) if name in _JSON and value is not None else value for name, value in values.items()},
    )
