"""What one page of a month costs: read from the store and rendered in all its forms, as publishing does it."""

from __future__ import annotations

import statistics
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aggregator.model import Founding, Site
from aggregator.normalise.html import clean_html
from aggregator.normalise.text import paragraphs
from aggregator.pipeline.keeping import Keeping
from aggregator.pipeline.months import MonthPages
from aggregator.publish.press import Press
from aggregator.store.sqlite import SqliteStore, open_store

ROUNDS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthCost:
    """Seconds for the newest page of the fullest month, median of some rounds, and how many entries that month has."""

    entries: int
    seconds: float


def month_cost(database: Path) -> MonthCost:
    """Render the newest page of the fullest month, each time with nothing prepared."""
    with closing(open_store(database, "bench.example", datetime.now(UTC), lambda: "")) as store:
        fullest = max(store.shelves.shelves(None), key=lambda shelf: shelf.entries)
        spent = [_render(store, fullest.month, fullest.entries) for _ in range(ROUNDS)]
        return MonthCost(entries=fullest.entries, seconds=statistics.median(spent))


def _render(store: SqliteStore, month: str, entries: int) -> float:
    press = Press(site=Site(), clean=clean_html, paragraphs=paragraphs, version="bench")
    founding = Founding(authority="bench.example", at=datetime.now(UTC))
    pages = MonthPages(store.shelves, press, founding, (), founding.at, Keeping(None, press))
    start = time.perf_counter()
    files = pages.newest(None, month)
    spent = time.perf_counter() - start
    if len(files) != 3 or not entries:
        raise RuntimeError(f"{month} gave {len(files)} files")
    return spent
