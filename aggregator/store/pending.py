"""Versions of volatile entries that wait for their day to be over (D-23), as both stores keep them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aggregator.model import Entry, EntryId, FeedId, Fingerprint, Provenance, Reason
from aggregator.store.nouns import json_text, noun
from aggregator.store.values import Row, SqlValue, instant_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A version kept aside since it was seen at ``seen_at``, to be stored at ``due_at``; instants are aware, UTC."""

    entry_id: EntryId
    feed_id: FeedId
    due_at: datetime
    seen_at: datetime
    poll_id: int
    entry: Entry
    fingerprint: Fingerprint
    updated_at: datetime
    reverts_to: int | None
    reason: Reason
    provenance: Provenance = Provenance.LIVE


class PendingTable(Protocol):
    """What waits; one version an entry."""

    def of(self, feed_id: FeedId) -> Sequence[Pending]:
        """Everything of one feed, by entry."""
        ...

    def put(self, pending: Pending) -> None:
        """Keep it aside, in place of what waited for the entry before."""
        ...

    def drop(self, entry_id: EntryId) -> None:
        """Nothing of this entry waits any more."""
        ...


def pending_row(pending: Pending) -> dict[str, SqlValue]:
    """A row of ``pending``."""
    return {
        "entry_id": pending.entry_id,
        "feed_id": pending.feed_id,
        "due_at": instant_text(pending.due_at),
        "version": json_text(pending),
    }


def pending_of(row: Row) -> Pending:
    """The way back from `pending_row`."""
    return noun(Pending, json.loads(row["version"]))
