"""Chains of sealed documents against the publish events they hold (R-31): no event twice, none left out, in order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from aggregator.history.fixity.sums import Beside
from aggregator.model import Flaw
from aggregator.ports import Columns
from aggregator.proving import sha256

BACKFILL, LIVE = "backfill", "live"
_TALLIED = {"number": 0, "month": "", "part": 0}


def segment_flaws(beside: Beside) -> Iterator[Flaw]:
    """Every segment that is not what its events make it, and every chain that stands somewhere else.

    Rows of ``segments`` come with sums over the events between the one before and their last, rows of ``chains`` with
    sums over what is not sealed yet.
    """
    rows, chains, cards = beside("segments"), beside("chains"), beside("cards")
    if rows is None or chains is None or cards is None:
        return
    kept = {}
    for card in cards:
        kept[card["digest"]] = True
        if sha256(card["card"]) != card["digest"]:
            yield Flaw(table="cards", record=str(card["digest"])[:12], text="holds other words than its digest says")
    last: dict[str, Columns] = {}
    for chain, segments in groupby(rows, lambda row: str(row["chain"])):
        yield from _walk(chain, segments, kept, last)
    for row in chains:
        if wrong := _wrong_tally(row, last.pop(row["chain"], None)):
            yield Flaw(table="chains", record=str(row["chain"]), text=f"its {wrong} is not what its events make it")
    for chain in last:
        yield Flaw(table="chains", record=chain, text="is missing, and has sealed documents")


def _walk(chain: str, segments: Iterable[Columns], cards: dict[str, bool], last: dict[str, Columns]) -> Iterator[Flaw]:
    """One chain: numbers without a gap, and each segment by itself."""
    before: Columns | None = None
    for row in segments:
        number = before["number"] + 1 if before else 1
        if row["number"] != number:
            yield Flaw(table="segments", record=f"{chain} {number}", text="is missing: the chain has a gap there")
        elif wrong := _wrong(row, before, cards):
            yield Flaw(table="segments", record=f"{chain} {number}", text=f"its {wrong} is not what its events make it")
        before = last[chain] = row


def _wrong(row: Columns, before: Columns | None, cards: dict[str, bool]) -> str | None:
    """The first column that is wrong."""
    try:
        snapshot = json.loads(row["snapshot"])
        shown = [at for _, at in snapshot.get("shown", {}).values()]
        known = all(digest in cards for digest in snapshot.get("cards", {}).values())
    except (ValueError, TypeError, AttributeError):
        return "snapshot"
    month = max(before["month"] if before else "", str(row["latest"])[:7])
    follows = before is not None and before["month"] == month
    backfill = row["kinds"] == BACKFILL
    told: dict[str, Any] = {
        "first": row["low"],
        "last": row["high"],
        "events": row["held"],
        "size": row["weight"],
        "kind": BACKFILL if backfill else LIVE,
        "month": month,
        "part": before["part"] + 1 if before and follows else 1,
        "updated_at": max([str(row["newest"]), *shown]),
        "sealed_by": row["high"] if backfill else row["next"],
        "sealed_at": row["latest"] if backfill else row["sealing"],
    }
    wrong = next((name for name, fact in told.items() if row[name] != fact), None)
    return wrong or (None if known else "snapshot")


def _wrong_tally(row: Columns, last: Columns | None) -> str | None:
    """What is wrong with where a chain stands."""
    try:
        tally = json.loads(row["tally"])
        run = tally.get("run") or {}
        told = {name: last[name] if last else nothing for name, nothing in _TALLIED.items()}
        told["seq"] = row["high"] or (last["last"] if last else 0)
        wrong = next((name for name, fact in told.items() if tally.get(name, _TALLIED.get(name, 0)) != fact), None)
        if wrong or bool(run) != bool(row["held"]):
            return wrong or "open run"
        opened = {"first": row["low"], "last": row["high"], "events": row["held"], "size": row["weight"]}
        return next((f"open run ({name})" for name, fact in opened.items() if run and run.get(name) != fact), None)
    except (ValueError, TypeError, AttributeError):
        return "tally"
