"""Publish events as recording makes them: what subscribers are told, with everything that sealing goes by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aggregator.model import Entry, EventKind, FeedId, PublishEvent, Republish
from aggregator.store.stored import EntryTables, StoredEntry, StoredRevision
from aggregator.store.values import SqlValue, instant, instant_text, safe

FRAME = 1_000
"""Bytes of a published entry besides its words: ids, dates, links and the source."""
LONGEST_SUMMARY = 1_000
LARGEST_BODY = 100_000
"""Bytes up to which words count: longer ones are not published either."""


_KINDS = {str(kind): kind for kind in EventKind}


class Announcer:
    """Writes publish events of one feed within one transaction; asks once what may leave the archive of it."""

    def __init__(self, feed_id: FeedId, tables: EntryTables, at: datetime, batch: int = 0) -> None:
        """``at`` is the instant of the journal rows, ``batch`` the poll, 0 where none brought them."""
        self._feed, self._tables, self._at, self._batch = feed_id, tables, at, batch
        self._policy: Republish | None = None
        self.told = 0

    def publish(self, entry: StoredEntry, shown: StoredRevision | None = None) -> None:
        """The event of an entry whose ``pub_seq`` has just moved to the journal row written last (R-02).

        ``shown`` is the version displayed, where the caller has it at hand.
        """
        if shown is None or shown.number != entry.displayed:
            shown = self._tables.revision(entry.entry_id, entry.displayed)
        if self._policy is None:
            self._policy = self._tables.feed(self._feed).source.republish
        self.told += 1
        self._tables.add_event(
            PublishEvent(
                seq=entry.pub_seq or 0,
                kind=EventKind.LIVE if entry.announced else EventKind.BACKFILL,
                feed_id=entry.feed_id,
                entry_id=entry.entry_id,
                revision=entry.displayed,
                updated_at=entry.updated_at,
                at=self._at,
                size=published_size(shown.entry, self._policy),
                batch=self._batch,
            )
        )


def published_size(shown: Entry, republish: Republish) -> int:
    """About how many bytes the entry takes in a published document: a whole number that never depends on rendering."""
    size = FRAME + _bytes(shown.title)
    if republish is not Republish.LINK:
        size += min(_bytes(shown.summary), LONGEST_SUMMARY)
    if republish is Republish.FULL and (body := _bytes(shown.content)) <= LARGEST_BODY:
        size += body
    return size


def _bytes(words: str) -> int:
    return len(safe(words).encode())


def event_row(event: PublishEvent) -> dict[str, SqlValue]:
    """A whole row of ``events``."""
    return {
        "seq": event.seq,
        "kind": str(event.kind),
        "feed_id": event.feed_id,
        "entry_id": event.entry_id,
        "revision": event.revision,
        "updated_at": instant_text(event.updated_at),
        "at": instant_text(event.at),
        "size": event.size,
        "batch": event.batch,
    }


def event_of(row: Sequence[Any]) -> PublishEvent:
    """The way back from a row of ``events``: its values, in the order of `event_row` and of the table."""
    seq, kind, feed_id, entry_id, revision, updated_at, at, size, batch = row
    return PublishEvent(
        seq=seq,
        kind=_KINDS[kind],
        feed_id=feed_id,
        entry_id=entry_id,
        revision=revision,
        updated_at=instant(updated_at),
        at=instant(at),
        size=size,
        batch=batch,
    )
