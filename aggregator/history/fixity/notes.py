"""What the journal says of sources as a whole, against the tables that repeat it: feeds, gaps, templates."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from aggregator.history.fixity.sums import Beside
from aggregator.model import Flaw
from aggregator.ports import Columns, JournalLine

_GAP, _FILLED, _TEMPLATE = "gap", "gap_filled", "template"
_LISTED = {"feed_added", "feed_changed", "feed_returned", "feed_removed"}
_KINDS = {_GAP, _FILLED, _TEMPLATE, *_LISTED}
NO_OVERLAP = "no-overlap"
"""Gaps of this kind are closed by a backfill only, which the journal tells."""


class NoteCheck:
    """Gathers these rows while the journal is walked. ``missed`` counts entries thought missing by source and month."""

    def __init__(self) -> None:
        self._gaps: list[dict[str, Any]] = []
        self._filled: dict[tuple[Any, ...], str] = {}
        self._templates: dict[str, dict[str, Any]] = {}
        self._feeds: dict[str, dict[str, Any]] = {}
        self.missed: Counter[tuple[str, str]] = Counter()

    def beside(self, journal: Iterable[JournalLine]) -> Iterator[JournalLine]:
        """The journal as it is; what it says of sources is remembered on its way."""
        for row in journal:
            if row[1] in _KINDS:
                # A damaged row is named where the chain is checked.
                with suppress(KeyError, TypeError, ValueError, AttributeError):
                    self._take(row[1], row[2], row[4], json.loads(row[5]))
            yield row

    def _take(self, kind: str, feed: str, at: str, facts: dict[str, Any]) -> None:
        if kind == _GAP:
            self._count(feed, facts, 1)
            span = {name: facts[name] for name in ("since", "until", "missed")}
            self._gaps.append({"feed_id": feed, "kind": facts["gap"], "raised_at": at, **span})
        elif kind == _FILLED:
            self._count(feed, facts, -1)
            self._filled[feed, facts["since"], facts["until"], facts["missed"]] = at
        elif kind == _TEMPLATE:
            self._templates[facts["content_hash"]] = {"feed_id": feed, "since": at, "until": facts["until"]}
        else:
            self._listed(kind, self._feeds.setdefault(feed, {}), at, facts)

    def _count(self, feed: str, facts: dict[str, Any], sign: int) -> None:
        if facts["missed"]:
            since, until = (datetime.fromisoformat(facts[name]) for name in ("since", "until"))
            self.missed[feed, f"{since + (until - since) / 2:%Y-%m}"] += sign * facts["missed"]

    def _listed(self, kind: str, feed: dict[str, Any], at: str, facts: dict[str, Any]) -> None:
        if kind == "feed_added":
            feed |= {"added_at": at, "source": {name: facts[name] for name in ("url", "category") if name in facts}}
        elif kind != "feed_removed":
            feed.setdefault("source", {}).update({name: after for name, (_, after) in facts.items()})
        feed["removed"] = int(kind == "feed_removed")

    def flaws(self, beside: Beside) -> Iterator[Flaw]:
        """Every row of these tables that says something else, after the walk."""
        yield from self._gap_flaws(beside("gaps"))
        yield from _keyed("templates", beside("templates"), "content_hash", self._templates)
        if (rows := beside("feeds")) is not None:
            yield from self._feed_flaws(rows)

    def _gap_flaws(self, rows: Iterable[Columns] | None) -> Iterator[Flaw]:
        """Gaps are numbered in the order of their journal rows."""
        if rows is None:
            return
        told = {str(number): facts for number, facts in enumerate(self._gaps, 1)}
        seen = [{**row, "id": str(row["id"])} for row in rows]
        yield from _keyed("gaps", seen, "id", told)
        for row in seen:
            filled = self._filled.get((row["feed_id"], row["since"], row["until"], row["missed"]))
            if row["kind"] == NO_OVERLAP and (row["closed_at"], row["backfill"] == "done") != (filled, bool(filled)):
                text = (
                    "the journal says that it was filled" if filled else "no row of the journal says that it was filled"
                )
                yield Flaw(table="gaps", record=row["id"], text=f"its closed_at or backfill is wrong: {text}")

    def _feed_flaws(self, rows: Iterable[Columns]) -> Iterator[Flaw]:
        left = dict(self._feeds)
        for row in rows:
            told = left.pop(row["id"], None)
            if told is None:
                yield Flaw(table="feeds", record=str(row["id"]), text="stands in no row of the journal")
            elif wrong := _wrong_in_feed(row, told):
                yield Flaw(table="feeds", record=str(row["id"]), text=f"its {wrong} is not what the journal recorded")
        for feed in left:
            yield Flaw(table="feeds", record=feed, text="is missing: the journal tells of it")


def _wrong_in_feed(row: Columns, told: dict[str, Any]) -> str | None:
    """The first column that contradicts the journal, or another column of the same row."""
    try:
        source = json.loads(row["source"])
        # What is empty is left out of the stored configuration.
        names = told.get("source", {}).items()
        wrong = next((name for name, fact in names if (source.get(name) or None) != (fact or None)), None)
    except (ValueError, TypeError, AttributeError):
        return "source"
    if wrong:
        return f"source ({wrong})"
    same = {
        "id": source.get("id"),
        "url": source.get("url"),
        "category": source.get("category", ""),
        "enabled": int(bool(source.get("enabled"))),
        "removed": told["removed"],
        "added_at": told.get("added_at", row["added_at"]),
    }
    if wrong := next((name for name, fact in same.items() if row[name] != fact), None):
        return wrong
    return None if str(row["tag"]).endswith(f":{row['uuid']}") else "uuid or tag"


def _keyed(table: str, rows: Iterable[Columns] | None, key: str, told: dict[str, dict[str, Any]]) -> Iterator[Flaw]:
    """Rows with a key against what the journal says of each."""
    if rows is None:
        return
    left = dict(told)
    for row in rows:
        facts = left.pop(row[key], None)
        if facts is None:
            yield Flaw(table=table, record=str(row[key]), text="stands in no row of the journal")
        elif wrong := next((name for name, fact in facts.items() if row[name] != fact), None):
            yield Flaw(table=table, record=str(row[key]), text=f"its {wrong} is not what the journal recorded")
    for name in left:
        yield Flaw(table=table, record=name, text="is missing: the journal tells of it")
