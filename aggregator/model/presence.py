"""Entries that a feed lists no more: what is asked of the store, and what is decided of them (D-26)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from aggregator.model.change import Reason
from aggregator.model.names import EntryId, FeedId, Key


class Signal(StrEnum):
    """How a withdrawal is known: the page is gone (404, 410), the feed says so by at:deleted-entry (RFC 6721), or it
    says that it lists all it has (fh:complete, RFC 5005, 2)."""

    PAGE_GONE = "page-gone"
    DELETED_ENTRY = "deleted-entry"
    COMPLETE = "complete"


class Page(StrEnum):
    """What asking for the page of a missing entry has shown: nothing was asked yet, it is there, or nobody can tell (it
    may not be asked, or gives no clear answer)."""

    NOT_ASKED = ""
    THERE = "there"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """An entry that whole documents leave out although they list older ones. Instants are aware and UTC.

    ``since`` is the first such document; ``document`` the digest of the latest one's body. ``due_at`` is set once two
    of them, six hours apart, have left it out: when its page may be asked for. ``asked_at`` and ``page`` tell of the
    last time it was asked, ``tries`` how often.
    """

    entry_id: EntryId
    feed_id: FeedId
    since: datetime
    document: str = ""
    due_at: datetime | None = None
    asked_at: datetime | None = None
    page: Page = Page.NOT_ASKED
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlisted:
    """A stored entry of the feed that the document does not list. ``live`` says that the live feed had it last, not a
    page of history; ``withdrawn`` holds of what we took down ourselves, too."""

    entry_id: EntryId
    updated_at: datetime
    withdrawn: bool
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceQuery:
    """What deciding needs to know of entries that a document leaves out.

    Those newer than ``newer_than`` (effective date, aware, UTC; ``None``: asks for none), at most ``limit``, newest
    first, without the ``present`` ones; and those named by ``keys``.
    """

    feed_id: FeedId
    newer_than: datetime | None
    limit: int
    present: frozenset[EntryId] = frozenset()
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """The answer. ``absences`` are all that are noted of the feed."""

    newer: tuple[Unlisted, ...] = ()
    named: Mapping[Key, Unlisted] = field(default_factory=dict)
    absences: tuple[Absence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """Its publisher took an entry down: ``signal`` is how that is known, ``since`` the first document without it."""

    entry_id: EntryId
    signal: Signal
    since: datetime
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A withdrawn entry is listed again."""

    entry_id: EntryId
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What one poll changes of all that. ``noted`` are absences as they are from now on, ``ended`` entries whose
    absence is over or proves nothing any more."""

    noted: tuple[Absence, ...] = ()
    ended: tuple[EntryId, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    returned: tuple[Returned, ...] = ()


NOTHING = Presence()
"""A poll that says nothing of absences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A missing entry whose page is due to be asked for at ``url``."""

    absence: Absence
    url: str
