"""The archive in SQLite as those who check it read it: the port `Evidence`, over a file that is never written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from aggregator.model import Flaw
from aggregator.ports import Columns, JournalLine, VersionLine
from aggregator.proving import LATER
from aggregator.store.evidence import version_line
from aggregator.store.sqlite.beside import beside, contradictions
from aggregator.store.sqlite.blueprint import altered
from aggregator.store.sqlite.driver import FAULTS, plain_fault, sqlite3
from aggregator.store.sqlite.moment import one_moment, open_to_read

_LINE = "SELECT seq, kind, feed_id, entry_id, at, payload, hash FROM journal"
_JOURNAL = f"{_LINE} WHERE seq > ? ORDER BY seq"
_TAKEDOWNS = f"{_LINE} WHERE seq > ? AND seq IN (SELECT seq FROM takedowns) ORDER BY seq"  # noqa: S608 - fixed texts
_TOLD = f"""
{_LINE} INDEXED BY journal_by_entry
WHERE entry_id IS NOT NULL AND (entry_id, seq) > (?, ?) ORDER BY entry_id, seq
"""
_ENTRIES = "SELECT * FROM entries WHERE id > ? ORDER BY id"
_REVISIONS = "SELECT {} FROM revisions WHERE (entry_id, number) > (?, ?) ORDER BY entry_id, number"
_EVENTS = """
SELECT * FROM events INDEXED BY events_by_entry WHERE (entry_id, seq) > (?, ?) ORDER BY entry_id, seq
"""
_WORDS = """
title, url, link, language,
details ->> '$.fingerprint.title', details ->> '$.fingerprint.strong', details ->> '$.entry.published.instant'
"""
_STUMBLES = {None, "SQLITE_ERROR"}
"""Text that is no UTF-8, or no JSON, in one row."""
_CAPTURES = "SELECT * FROM captures WHERE id > ? ORDER BY id"
ENDS = """
SELECT file, max(until) FROM (
    SELECT file, max(offset + length) AS until FROM captures GROUP BY file
    UNION ALL
    SELECT capture_file, max(capture_offset + capture_length) FROM polls WHERE capture_file IS NOT NULL GROUP BY 1
) GROUP BY file
"""
_LEAD = "SELECT coalesce(duplicate_of, id) FROM entries WHERE id = ?"
_UNLED = """
SELECT entries.id, entries.key, identities.entry_id AS led FROM entries
LEFT JOIN identities ON identities.feed_id = entries.feed_id AND identities.key = entries.key
WHERE identities.entry_id IS NOT entries.id LIMIT 100
"""
_ROWS = """
SELECT coalesce((SELECT max(seq) FROM journal), 0) + 3 * coalesce((SELECT max(id) FROM entries), 0)
"""
_BEFORE_ALL = -(2**63)
_FEW = 100
"""So many faults at most SQLite itself is asked for: a damaged file has no end of them."""


class SqliteEvidence:
    """Implements `Evidence` on connections of its own. One moment: what is written meanwhile is not seen."""

    def __init__(self, path: Path) -> None:
        """Raises `StoreError` where the file cannot be read, or was written by another version of this program."""
        self._path = path
        self._connection = one_moment(path)

    def rows(self) -> int:
        """About how many rows the streams will give."""
        return int(self._one(_ROWS)[0])

    def journal(self) -> Iterator[JournalLine]:
        """The journal in order."""
        return self._stream(_JOURNAL, (0,))

    def takedowns(self) -> Iterator[JournalLine]:
        """The journal rows of takedowns, in order."""
        return self._stream(_TAKEDOWNS, (0,))

    def told(self) -> Iterator[JournalLine]:
        """The journal rows that tell of an entry, by entry and number."""
        return self._stream(_TOLD, (3, 0))

    def entries(self) -> Iterator[Columns]:
        """``entries`` by ``id``."""
        return self._named("entries", self._stream(_ENTRIES, (0,)))

    def revisions(self) -> Iterator[VersionLine]:
        """``revisions`` by ``entry_id`` and ``number``. SQLite itself makes the canonical JSON of sound rows, which is
        three times as fast as making it here; from the first row on that it stumbles over, each is taken as it is."""
        names = self._names("revisions")
        last = (_BEFORE_ALL, _BEFORE_ALL)
        try:
            for row in self._connection.execute(_REVISIONS.format(_proof(names)), last):
                last = (row[0], row[1])
                yield VersionLine(row[0], row[1], sha256(row[2]).hexdigest(), *row[3:])
            return
        except FAULTS as error:
            if getattr(error, "sqlite_errorname", None) not in _STUMBLES:
                raise plain_fault(error, self._path) from error
        self._connection.text_factory = _as_it_is
        with self._plainly():
            for row in self._connection.execute(_REVISIONS.format("*"), last):
                yield version_line(dict(zip(names, row, strict=True)))

    def events(self) -> Iterator[Columns]:
        """``events`` by ``entry_id`` and ``seq``."""
        return self._named("events", self._stream(_EVENTS, (3, 0)))

    def captures(self) -> Iterator[Columns]:
        """``captures`` by ``id``."""
        return self._named("captures", self._stream(_CAPTURES, (0,)))

    def ends(self) -> Mapping[str, int]:
        """Of each file of captures the byte up to which polls and captures refer to it."""
        with self._plainly():
            return {row[0]: int(row[1]) for row in self._connection.execute(ENDS)}

    def lead(self, entry_id: int) -> int | None:
        """The entry that stands for this one."""
        row = self._one(_LEAD, entry_id)
        return None if row is None else int(row[0])

    def days(self) -> tuple[tuple[int, str], ...]:
        """Where each day of the journal begins, as stored."""
        with self._plainly():
            rows = self._connection.execute("SELECT first_seq, day FROM days ORDER BY first_seq").fetchall()
        return tuple((row[0], row[1]) for row in rows)

    def keys(self) -> int:
        """How many keys lead to entries."""
        return int(self._one("SELECT count(*) FROM identities")[0])

    def beside(self, table: str) -> Iterator[Columns]:
        """The rows of a table that others vouch for."""
        with self._plainly():
            yield from beside(self._connection, table)

    def structure(self, *, thorough: bool = False) -> Iterator[Flaw]:
        """Damaged pages first, then references into nothing, keys that lead astray, guards taken away."""
        with self._plainly(), closing(open_to_read(self._path)) as reader:
            check = "integrity_check" if thorough else "quick_check"
            for row in reader.execute(f"PRAGMA {check}({_FEW})"):
                if row[0] != "ok":
                    yield Flaw(table="database", record=self._path.name, text=str(row[0]).replace("\n", ": "))
            yield from _references(reader)
            for number, key, led in reader.execute(_UNLED):
                says = f"leads to entry {led}" if led else "leads nowhere"
                yield Flaw(table="identities", record=str(number), text=f"the key {key!r} of this entry {says}")
            yield from contradictions(reader)
            yield from altered(reader)

    def close(self) -> None:
        """End the look at the file."""
        self._connection.close()

    def _one(self, statement: str, *facts: int) -> Any:
        with self._plainly():
            return self._connection.execute(statement, facts).fetchone()

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        try:
            yield
        except FAULTS as error:
            raise plain_fault(error, self._path) from error

    def _named(self, table: str, rows: Iterator[Any]) -> Iterator[Columns]:
        names = self._names(table)
        return (dict(zip(names, row, strict=True)) for row in rows)

    def _names(self, table: str) -> list[str]:
        with self._plainly():
            return [row[1] for row in self._connection.execute(f"PRAGMA table_info({table})")]

    def _stream(self, statement: str, key: Sequence[int]) -> Iterator[Any]:
        """Rows of a statement that goes on after a key, whose places in a row are given. Bytes that are no UTF-8 stop
        the driver; from there on they are read as they are, so that the row can be named."""
        last: tuple[int, ...] = tuple(_BEFORE_ALL for _ in key)
        with self._plainly():
            try:
                for row in self._connection.execute(statement, last):
                    last = row
                    yield row
                return
            except FAULTS as error:
                if "decode" not in str(error):
                    raise
            self._connection.text_factory = _as_it_is
            yield from self._connection.execute(statement, tuple(last[place] for place in key))


def _proof(names: Sequence[str]) -> str:
    """The columns of `VersionLine` in SQL, the canonical JSON in place of its digest."""
    pieces, values = [], []
    for name in sorted(names):
        piece, value = f'"{name}":%s,', f"json_quote({name})"
        if name in LATER:
            idle = "NULL" if LATER[name] is None else f"'{LATER[name]}'"
            piece, value = "%s", f"iif({name} IS {idle}, '', format('{piece}', {value}))"
        pieces.append(piece)
        values.append(value)
    json = f"CAST(rtrim(format('{{{''.join(pieces)}', {', '.join(values)}), ',') || '}}' AS BLOB)"
    return f"entry_id, number, {json}, {_WORDS}"


def _references(reader: sqlite3.Connection) -> Iterator[Flaw]:
    for table, row, parent, _ in reader.execute("PRAGMA foreign_key_check"):
        record = "a row without number" if row is None else str(row)
        yield Flaw(table=table, record=record, text=f"refers to a row of {parent} that is not there")


def _as_it_is(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
