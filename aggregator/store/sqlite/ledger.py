"""The one writer of the archive in SQLite: the port `Ledger`. Every look-up is a bounded walk of one index."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import cast

from aggregator.model import FeedId, HeadQuery, Heads, Original, PollRecord
from aggregator.model.presence import Absence, PresenceQuery, Suspect, Unseen
from aggregator.store.captures import original_of
from aggregator.store.recording import record_poll, release
from aggregator.store.sqlite.captures import Bodies
from aggregator.store.sqlite.connection import Database
from aggregator.store.sqlite.heads import Search
from aggregator.store.sqlite.presence import Absences, absences, suspects, unseen
from aggregator.store.sqlite.tables import Tables
from aggregator.store.watching import fill


class SqliteLedger:
    """Implements `Ledger` on the writing connection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside is committed together or not at all; may be nested. Raises `StoreError`."""
        # The connection that it yields is nobody's business out there.
        return cast("AbstractContextManager[None]", self._database.transaction())

    def original(self, digest: str) -> Original | None:
        """The body of this digest as a revisit refers to it; ``None`` where no capture holds it."""
        with self._database.reading() as connection:
            row = Bodies(connection).holding(digest)
        return None if row is None else original_of(row)

    def unseen(self, query: PresenceQuery) -> Unseen:
        """The stored entries that one document leaves out (D-26)."""
        with self._database.reading() as connection:
            return unseen(connection, query)

    def absences(self, feed_id: FeedId) -> tuple[Absence, ...]:
        """What is noted of entries that the documents of a feed leave out."""
        with self._database.reading() as connection:
            return absences(connection, feed_id)

    def note(self, absence: Absence) -> None:
        """Change what is noted of a missing entry."""
        with self._database.transaction() as writer:
            Absences(writer).put(absence)

    def suspects(self, now: datetime, limit: int) -> tuple[Suspect, ...]:
        """Missing entries whose pages are due to be asked for, longest due first."""
        with self._database.reading() as connection:
            return suspects(connection, now, limit)

    def record(self, record: PollRecord) -> None:
        """Write one poll and all that follows from it (D-22, H-06).

        Raises:
            StoreError: it does not fit what is stored, or cannot be stored; then nothing was changed.
            UnknownFeedError: no feed has this id.
        """
        with self._database.transaction() as writer:
            record_poll(record, Tables(writer))

    def release(self, feed_id: FeedId, now: datetime) -> int:
        """Announce everything that is held of a feed (P-15). Raises `UnknownFeedError`."""
        with self._database.transaction() as writer:
            return release(feed_id, Tables(writer), now)

    def fill_gaps(self, feed_id: FeedId, since: datetime, until: datetime, now: datetime, *, done: bool) -> int:
        """Close the gaps within a span that a backfill filled, or note that it could not."""
        with self._database.transaction() as writer:
            return fill(feed_id, since, until, Tables(writer), now, done=done)

    def heads(self, query: HeadQuery) -> Heads:
        """What is known of the entries of one document."""
        with self._database.reading() as connection:
            return Search(connection, query).heads()
