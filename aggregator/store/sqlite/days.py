"""Where each day of the journal begins, in SQLite: a schema step, and the heads read off it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.model import DayHead
from aggregator.proving import journal_day
from aggregator.store.sqlite.driver import sqlite3

if TYPE_CHECKING:
    from sqlite_utils import Database as Toolbox

_TABLE = "CREATE TABLE days (first_seq INTEGER PRIMARY KEY REFERENCES journal (seq), day TEXT NOT NULL) STRICT"
_HEADS = """
SELECT ended.day, journal.seq, journal.hash
FROM (SELECT day, lead(first_seq) OVER (ORDER BY first_seq) - 1 AS last FROM days) AS ended
CROSS JOIN journal ON journal.seq = ended.last
ORDER BY journal.seq
"""


def add_days(db: Toolbox) -> None:
    """The table, filled from the journal as it is."""
    db.execute(_TABLE)
    current, begun = "", []
    for seq, at in db.execute("SELECT seq, at FROM journal ORDER BY seq"):
        day = journal_day(current, at)
        if day != current:
            begun.append((seq, day))
        current = day
    db.conn.executemany("INSERT INTO days (first_seq, day) VALUES (?, ?)", begun)


def heads(reader: sqlite3.Connection) -> tuple[DayHead, ...]:
    """The last row of every day but the one that is not over."""
    return tuple(DayHead(day=row["day"], seq=row["seq"], hash=row["hash"]) for row in reader.execute(_HEADS))
