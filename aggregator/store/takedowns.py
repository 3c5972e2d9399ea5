"""What the store keeps of takedowns, and the one door through which what is kept for ever is redacted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol

from aggregator.model import CaptureRow, EntryId, FeedId, JournalRow, Key, Place
from aggregator.model.dossier import Dossier, Wording
from aggregator.model.takedown import Ground, Stage, Takedown
from aggregator.store.stored import EntryTables, StoredEntry, StoredFeed, StoredRevision
from aggregator.store.values import Row, SqlValue, instant, instant_text, safe


class Redactable(EntryTables, Protocol):
    """Everything that a takedown reads and writes, inside a transaction of the caller."""

    def rows_about(self, entry_id: EntryId) -> Sequence[JournalRow]:
        """Every journal row of an entry, in order."""
        ...

    def revisions_of(self, entry_id: EntryId) -> Sequence[StoredRevision]:
        """Every version of an entry, by number."""
        ...

    def keys_of(self, entry_id: EntryId) -> Sequence[Key]:
        """Every key that leads to an entry."""
        ...

    def door(self) -> AbstractContextManager[None]:
        """Versions and journal rows may be rewritten inside, and nowhere else; what raises inside undoes everything."""
        ...

    def rewrite_revision(self, revision: StoredRevision) -> None:
        """A version in place of the one with its number."""
        ...

    def rewrite_row(self, row: JournalRow) -> None:
        """The payload of a journal row; nothing else of it."""
        ...

    def bodies_of(self, numbers: Sequence[int]) -> Sequence[tuple[CaptureRow, JournalRow]]:
        """The captures of these numbers, each with the journal row that proves it."""
        ...

    def hide_address(self, number: int) -> None:
        """Take the address out of a capture, and out of what tells when it came."""
        ...

    def hide_key(self, feed_id: FeedId, key: Key, hidden: Key) -> None:
        """Another key in the place of one."""
        ...

    def drop_traces(self, feed_id: FeedId, entry_id: EntryId, addresses: Sequence[str], words: Sequence[str]) -> None:
        """Take the entry out of everything that is no proof: second-hand keys, versions that wait, absences, looks at
        its page and imports of it, notes of push about its keys, problems of polls that quote it."""
        ...

    def add_takedown(self, takedown: Takedown, tokens: Sequence[str]) -> None:
        """Note it, and what would bring it back."""
        ...


def dossier_of(
    entry: StoredEntry, keys: Sequence[Key], revisions: Sequence[StoredRevision], copies: Sequence[EntryId]
) -> Dossier:
    """Everything about an entry whose takedown is being prepared."""
    return Dossier(
        entry_id=entry.entry_id,
        feed_id=entry.feed_id,
        public_id=entry.public_id,
        published=entry.pub_seq is not None,
        first_seen_at=entry.first_seen_at,
        last_seen_at=entry.last_seen_at,
        forgotten_at=entry.forgotten_at,
        keys=tuple(keys),
        versions=tuple(_wording(revision) for revision in revisions),
        copies=tuple(copies),
        lead=entry.lead,
    )


def _wording(revision: StoredRevision) -> Wording:
    words, prints = revision.entry, revision.fingerprint
    return Wording(
        title=words.title,
        content=words.content,
        content_kind=words.content_kind,
        url=words.url,
        link=words.link,
        content_hash=prints.content,
        strong=prints.strong,
    )


def without_keys(feed: StoredFeed, keys: frozenset[str]) -> StoredFeed:
    """The feed without what push has noted of these keys."""
    push = feed.state.push
    late = tuple(miss for miss in push.late if miss.key not in keys)
    return replace(feed, state=replace(feed.state, push=replace(push, late=late)))


def apart(addresses: Sequence[str], feed: StoredFeed) -> list[str]:
    """The addresses of an entry by which looks at its pages are known: not those that stand in that of its feed."""
    return [each for each in addresses if each not in feed.source.url]


def takedown_row(takedown: Takedown) -> dict[str, SqlValue]:
    """A row of ``takedowns``."""
    return {
        "entry_id": takedown.entry_id,
        "feed_id": takedown.feed_id,
        "public_id": safe(takedown.public_id),
        "seq": takedown.seq,
        "at": instant_text(takedown.at),
        "ground": str(takedown.ground),
        "reason": safe(takedown.reason),
        "who": safe(takedown.who),
        "stage": str(takedown.stage),
        "captures": json.dumps(takedown.captures),
        "places": json.dumps([[place.file, place.offset, place.length] for place in takedown.places]),
    }


def takedown_of(row: Row) -> Takedown:
    """The way back from `takedown_row`."""
    return Takedown(
        **{name: row[name] for name in ("entry_id", "feed_id", "public_id", "seq", "reason", "who")},
        at=instant(row["at"]),
        ground=Ground(row["ground"]),
        stage=Stage(row["stage"]),
        captures=tuple(json.loads(row["captures"])),
        places=tuple(
            Place(file=file, offset=offset, length=length) for file, offset, length in json.loads(row["places"])
        ),
    )
