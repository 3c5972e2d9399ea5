"""What today's code makes otherwise than what is stored, row by row. Pure: two streams in one order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import zip_longest
from typing import Any

from aggregator.model.replay import RowDifference, TableSum
from aggregator.ports import Columns, Past
from aggregator.store.values import instant

TABLES = ("entries", "revisions", "identities")
_NUMBERS = {
    "entries": {"id", "last_poll_id", "pub_seq", "duplicate_of", "repost_of"},
    "revisions": {"entry_id", "poll_id"},
    "identities": {"entry_id"},
}
"""Columns that number rows: they move with every row that comes before."""
_NAMES: dict[str, tuple[str, ...]] = {
    "entries": ("feed_id", "entry_key"),
    "revisions": ("feed_id", "entry_key", "number"),
    "identities": ("feed_id", "key"),
}
_WHEN = {"entries": ("first_seen_at", "last_seen_at"), "revisions": ("seen_at",), "identities": ()}


class Comparison:
    """Gathers the differences of all tables, of which the first ``most`` are named."""

    def __init__(self, stored: Past, today: Past, since: datetime | None, most: int) -> None:
        """``since`` (aware, UTC) leaves out rows that were last touched before it."""
        self._stored, self._today, self._since, self._most = stored, today, since, most
        self.named: list[RowDifference] = []

    def table(self, table: str) -> TableSum:
        """One table: byte by byte first, and where that fails, row by row under their lasting names."""
        counts, equal = [0, 0], True
        for ours, theirs in zip_longest(self._stored.table(table), self._today.table(table)):
            counts[0] += ours is not None
            counts[1] += theirs is not None
            equal = equal and ours == theirs
        if equal:
            return TableSum(table=table, stored=counts[0], today=counts[1], equal=True)
        kinds = {"new": 0, "missing": 0, "changed": 0}
        for difference in self._differences(table):
            kinds[difference.what] += 1
            if len(self.named) < self._most:
                self.named.append(difference)
        return TableSum(table=table, stored=counts[0], today=counts[1], equal=False, **kinds)

    def journal(self) -> tuple[TableSum, int | None]:
        """The journal, and the number of the first row that differs. Later rows are linked to it, so they all do."""
        counts, first = [0, 0], None
        for ours, theirs in zip_longest(self._stored.journal(), self._today.journal()):
            counts[0] += ours is not None
            counts[1] += theirs is not None
            if first is None and ours != theirs:
                first = (ours or theirs or (0,))[0]
        return TableSum(table="journal", stored=counts[0], today=counts[1], equal=first is None), first

    def _differences(self, table: str) -> Iterator[RowDifference]:
        names = _NAMES[table]
        for ours, theirs in merged(self._stored.by_key(table), self._today.by_key(table), names):
            columns = () if ours is None or theirs is None else tuple(_columns(table, ours, theirs))
            if ours is not None and theirs is not None and not columns:
                continue
            row = ours if theirs is None else theirs
            assert row is not None
            if not self._wanted(table, ours, theirs):
                continue
            what = "new" if ours is None else "missing" if theirs is None else "changed"
            key = " ".join(str(row[name]) for name in names)
            yield RowDifference(table=table, what=what, key=key, title=str(row.get("title", "")), columns=columns)

    def _wanted(self, table: str, *rows: Columns | None) -> bool:
        if self._since is None or not _WHEN[table]:
            return True
        return any(instant(row[name]) >= self._since for row in rows if row is not None for name in _WHEN[table])


def _columns(table: str, ours: Columns, theirs: Columns) -> Iterator[tuple[str, object, object]]:
    for name, value in ours.items():
        if name not in _NUMBERS[table] and value != theirs.get(name):
            yield name, value, theirs.get(name)


def merged(
    ours: Iterable[Columns], theirs: Iterable[Columns], names: tuple[str, ...]
) -> Iterator[tuple[Columns | None, Columns | None]]:
    """Two streams in the order of these columns, side by side: rows of one name together, others alone."""
    left, right = iter(ours), iter(theirs)
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        order = _order(one, other, names)
        yield (one if order <= 0 else None, other if order >= 0 else None)
        if order <= 0:
            one = next(left, None)
        if order >= 0:
            other = next(right, None)


def _order(one: Columns | None, other: Columns | None, names: tuple[str, ...]) -> int:
    if one is None or other is None:
        return 1 if one is None else -1
    keys: list[tuple[Any, ...]] = [tuple(_binary(row[name]) for name in names) for row in (one, other)]
    return (keys[0] > keys[1]) - (keys[0] < keys[1])


def _binary(value: object) -> object:
    """Texts in the order that the database sorts them by."""
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
