"""Seals what an older archive holds: afterwards recording keeps the chains up to date by itself."""

from __future__ import annotations

from aggregator.store.sealing import seal
from aggregator.store.segments import COMBINED, chain_of
from aggregator.store.sqlite.connection import Database
from aggregator.store.sqlite.segments import tally_in
from aggregator.store.sqlite.tables import Tables

_LAST = "SELECT coalesce(max(seq), 0) FROM events"


def seal_the_rest(database: Database) -> None:
    """Fold every event that no chain has taken yet; a current archive is only looked at.

    The chain of all sources goes last and tells whether all is done: what stops half-way goes on at the next opening.

    Raises:
        StoreError: it could not be written.
    """
    with database.reading() as reader:
        if reader.execute(_LAST).fetchone()[0] <= tally_in(reader, COMBINED).seq:
            return
        feeds = [row[0] for row in reader.execute("SELECT id FROM feeds ORDER BY id")]
    for chain in (*(chain_of(feed_id) for feed_id in feeds), COMBINED):
        with database.transaction() as writer:
            seal(chain, Tables(writer))
