"""Edits of published entries, as the feed of edits tells them."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.model.edition import Revision, SourceCard
from aggregator.model.names import PublicId


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One visible edit of an announced entry: the version shown ``before`` it and the one ``after`` it.

    ``seq`` is the number of the journal row that recorded it. ``public_id``, ``url`` and ``language`` are those of the
    entry, ``source`` is its feed, both as they are now.
    """

    seq: int
    public_id: PublicId
    source: SourceCard
    url: str | None
    language: str | None
    before: Revision
    after: Revision
