"""Entries that were taken out of the archive, and what remains of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from aggregator.model.capture import Place
from aggregator.model.names import EntryId, FeedId, PublicId


class Ground(StrEnum):
    """Why an entry was taken down, as the public is told."""

    PERSONAL_DATA = "personal-data"
    COURT_ORDER = "court-order"
    DEFAMATION = "defamation"
    COPYRIGHT = "copyright"
    SAFETY = "safety"
    OTHER = "other"


class Stage(StrEnum):
    """How far a takedown has come: the database holds nothing any more; the captures neither; nor what is published;
    nor the free space of the database file."""

    REDACTED = "redacted"
    ERASED = "erased"
    PUBLISHED = "published"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakedownOrder:
    """What to take down. ``at`` is aware and UTC. ``tokens`` are what would bring it back, ``captures`` the numbers of
    bodies that hold it, ``places`` where anything of it lies in the captures. ``reason`` is for the operators only,
    ``who`` names them. ``hide_id`` replaces the public id by a hash as well: then readers who have the entry are not
    told that it is gone."""

    entry_id: EntryId
    at: datetime
    ground: Ground
    reason: str
    who: str
    tokens: frozenset[str]
    captures: tuple[int, ...] = ()
    places: tuple[Place, ...] = ()
    hide_id: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Takedown:
    """A takedown as it stands. ``seq`` is the number of the journal row that recorded it, ``public_id`` the id under
    which the entry was published, ``places`` where its captures lie or lay."""

    entry_id: EntryId
    feed_id: FeedId
    public_id: PublicId
    seq: int
    at: datetime
    ground: Ground
    reason: str
    who: str
    stage: Stage
    captures: tuple[int, ...]
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is looked for in captures: ``marks`` are folded texts (`aggregator.barring.folded`) by which the entry is
    known, ``since`` (aware, UTC) is when it was first seen."""

    feed_id: FeedId
    since: datetime
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Where something was found. ``repeated`` are digests (SHA-256 in hex) of bodies that captures of the feed only
    refer to, ``ends`` how far each file was read, ``faults`` what could not be read."""

    places: tuple[Place, ...] = ()
    repeated: frozenset[str] = frozenset()
    ends: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
