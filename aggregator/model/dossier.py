"""Everything that is known of an entry whose takedown is being prepared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.names import ContentHash, EntryId, FeedId, Key, PublicId


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One version, as far as a takedown needs it. ``link`` is canonical; ``strong`` by D-05."""

    title: str
    content: str
    content_kind: str
    url: str | None
    link: str | None
    content_hash: ContentHash
    strong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """An entry with all its versions and keys. ``copies`` repeat or duplicate it, ``lead`` is what it repeats or
    duplicates. ``events`` counts its publish events. Instants are aware and UTC."""

    entry_id: EntryId
    feed_id: FeedId
    public_id: PublicId
    published: bool
    first_seen_at: datetime
    last_seen_at: datetime
    forgotten_at: datetime | None
    keys: tuple[Key, ...]
    versions: tuple[Wording, ...]
    copies: tuple[EntryId, ...] = ()
    lead: EntryId | None = None
