"""The one writer of the archive in SQLite: the port `Ledger`. Every look-up is a bounded walk of one index."""

from __future__ import annotations

import json
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from datetime import datetime
from typing import cast

from aggregator.model import (
    Alias,
    ContentHash,
    EntryId,
    FeedId,
    Head,
    HeadQuery,
    Heads,
    Key,
    Original,
    Past,
    PollRecord,
    Provenance,
    RevisionHash,
    Text,
)
from aggregator.model.presence import Absence, PresenceQuery, Suspect, Unseen
from aggregator.store.captures import original_of
from aggregator.store.recording import record_poll, release
from aggregator.store.rows import alias_digest, entry_of
from aggregator.store.showing import HEADS_A_HASH, KIN, RECENT, head, wants_text
from aggregator.store.sqlite.captures import Bodies
from aggregator.store.sqlite.connection import Database
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.sqlite.presence import Absences, absences, suspects, unseen
from aggregator.store.sqlite.tables import Tables
from aggregator.store.stored import StoredEntry
from aggregator.store.values import instant, instant_text, maybe_instant, safe
from aggregator.store.watching import fill

_KEYS = """
SELECT asked.value AS key, entry_id FROM json_each(?2) AS asked
CROSS JOIN identities ON identities.feed_id = ?1 AND identities.key = asked.value
"""
_KNOWN_ALIASES = """
SELECT value FROM json_each(?) AS asked WHERE EXISTS (SELECT 1 FROM aliases WHERE digest = bytes_of(asked.value))
"""
_KNOWN_CONTENTS = """
SELECT value FROM json_each(?) AS asked
WHERE EXISTS (SELECT 1 FROM entries INDEXED BY entries_by_content WHERE content_hash = asked.value)
"""
_ALIAS = "SELECT entry_id FROM aliases WHERE digest = ? ORDER BY entry_id DESC LIMIT 0 + ?"
_OWN = """
SELECT id FROM entries INDEXED BY entries_by_own_content
WHERE feed_id = ? AND content_hash = ? ORDER BY day DESC, id DESC LIMIT 0 + ?
"""
_LATEST = """
SELECT id, feed_id FROM entries INDEXED BY entries_by_content
WHERE content_hash = ? ORDER BY day DESC, id DESC LIMIT 0 + ?
"""
_ENTRY = "SELECT * FROM entries WHERE id = ?"
_TEXT = "SELECT title, content, content_kind, provenance, observed_at FROM revisions WHERE entry_id = ? AND number = ?"
_OLDER = """
SELECT value AS hash, (
    SELECT number FROM revisions WHERE entry_id = ?2 AND revision_hash = value AND number <> ?3 ORDER BY number LIMIT 1
) AS number FROM json_each(?1)
"""
_VERSIONS = """
SELECT revision_hash, number FROM revisions INDEXED BY revisions_by_hash
WHERE entry_id = ? ORDER BY revision_hash, number
"""
_RECENT = """
SELECT revision_hash, seen_at FROM revisions
WHERE entry_id = ? AND provenance IN ('live', 'push') ORDER BY number DESC LIMIT 0 + ?
"""
_KIN = """
SELECT id FROM entries INDEXED BY entries_by_feed_date
WHERE feed_id = ?1
AND (title_hash IN (SELECT value FROM json_each(?2)) OR source_published_at IN (SELECT value FROM json_each(?3)))
ORDER BY published_at DESC LIMIT 0 + ?4
"""
_NEWEST = "SELECT max(published_at) FROM entries INDEXED BY entries_by_feed_date WHERE feed_id = ?"
_GUARDED = """
SELECT content_hash FROM json_each(?1) AS asked CROSS JOIN templates ON content_hash = asked.value AND until > ?2
"""


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
            return _Search(connection, query).heads()


class _Search:
    """One query being answered: numbers first, then each entry once."""

    def __init__(self, connection: sqlite3.Connection, query: HeadQuery) -> None:
        self._connection, self._query = connection, query
        self._asked = frozenset(query.revisions)
        self._asked_json = json.dumps(query.revisions)

    def heads(self) -> Heads:
        query = self._query
        keys = self._by_keys()
        aliases = {alias: self._by_alias(digest) for alias, digest in self._known_aliases()}
        contents = {content: self._by_content(content) for content in self._known_contents()}
        worded = {*keys.values(), *(number for found in aliases.values() for number in found)}
        keyed = frozenset(keys.values())
        kin = self._kin() if query.titles else []
        worded.update(kin)
        heads = {number: self._head(number, worded, keyed) for number in worded.union(*contents.values())}
        return Heads(
            by_key={key: heads[number] for key, number in keys.items()},
            by_alias={alias: tuple(heads[number] for number in found) for alias, found in aliases.items()},
            by_content={content: tuple(heads[number] for number in found) for content, found in contents.items()},
            templates=self._guarded(),
            kin=tuple(heads[number] for number in kin),
            newest=self._newest() if query.titles else None,
        )

    def _kin(self) -> list[EntryId]:
        """Walks all entries of the feed; only a document that looks like a flood asks for it (P-15)."""
        query = self._query
        titles, dates = json.dumps(query.titles), json.dumps([instant_text(date) for date in query.dates])
        found = self._connection.execute(_KIN, (query.feed_id, titles, dates, KIN))
        return sorted(EntryId(row[0]) for row in found)

    def _newest(self) -> datetime | None:
        return maybe_instant(self._connection.execute(_NEWEST, (self._query.feed_id,)).fetchone()[0])

    def _by_keys(self) -> dict[Key, EntryId]:
        """One statement for all keys of the document: most documents bring nothing that is not known, or all new."""
        spelt = {safe(key): key for key in self._query.keys}
        rows = self._connection.execute(_KEYS, (self._query.feed_id, json.dumps(list(spelt))))
        return {spelt[row[0]]: EntryId(row[1]) for row in rows}

    def _known_aliases(self) -> list[tuple[Alias, bytes]]:
        """Those that any entry has, in the order asked; one bounded look at each."""
        digests = {alias: alias_digest(self._query.feed_id, alias) for alias in self._query.aliases}
        asked = json.dumps([digest.hex() for digest in digests.values()])
        known = {bytes.fromhex(row[0]) for row in self._connection.execute(_KNOWN_ALIASES, (asked,))}
        return [(alias, digest) for alias, digest in digests.items() if digest in known]

    def _by_alias(self, digest: bytes) -> list[EntryId]:
        return sorted(EntryId(row[0]) for row in self._connection.execute(_ALIAS, (digest, HEADS_A_HASH)))

    def _known_contents(self) -> list[ContentHash]:
        """Those that any entry has, in the order asked."""
        asked = json.dumps(self._query.contents)
        known = {row[0] for row in self._connection.execute(_KNOWN_CONTENTS, (asked,))}
        return [content for content in self._query.contents if content in known]

    def _by_content(self, content: ContentHash) -> list[EntryId]:
        """The latest of this feed, and the latest of others: each as many as one hash may have."""
        feed_id = self._query.feed_id
        own = [EntryId(row[0]) for row in self._connection.execute(_OWN, (feed_id, content, HEADS_A_HASH))]
        latest = self._connection.execute(_LATEST, (content, 2 * HEADS_A_HASH))
        others = [EntryId(row[0]) for row in latest if row[1] != feed_id]
        return sorted(own + others[:HEADS_A_HASH])

    def _guarded(self) -> frozenset[ContentHash]:
        facts = (json.dumps(self._query.contents), instant_text(self._query.now))
        return frozenset(ContentHash(row[0]) for row in self._connection.execute(_GUARDED, facts))

    def _head(self, number: EntryId, worded: AbstractSet[EntryId], keyed: AbstractSet[EntryId]) -> Head:
        entry = entry_of(self._connection.execute(_ENTRY, (number,)).fetchone())
        if number not in worded:
            return head(entry, {}, None)
        if not wants_text(entry, self._query, keyed):
            return head(entry, self._older(entry), None)
        return head(entry, self._older(entry), self._text(entry), self._recent(entry))

    def _older(self, entry: StoredEntry) -> dict[RevisionHash, int]:
        """Other versions with a hash that was asked for: walks the versions or the hashes, whichever are fewer."""
        if entry.versions == 1:
            return {}
        if entry.versions > len(self._asked):
            rows = self._connection.execute(_OLDER, (self._asked_json, entry.entry_id, entry.current)).fetchall()
            return {RevisionHash(row["hash"]): row["number"] for row in rows if row["number"] is not None}
        found: dict[RevisionHash, int] = {}
        for row in self._connection.execute(_VERSIONS, (entry.entry_id,)):
            if row["revision_hash"] in self._asked and row["number"] != entry.current:
                found.setdefault(RevisionHash(row["revision_hash"]), row["number"])
        return found

    def _recent(self, entry: StoredEntry) -> list[Past]:
        """The latest versions that the live feed had, newest first; few entries have a second one."""
        rows = self._connection.execute(_RECENT, (entry.entry_id, RECENT)).fetchall() if entry.current > 1 else ()
        return [Past(revision_hash=row["revision_hash"], seen_at=instant(row["seen_at"])) for row in rows]

    def _text(self, entry: StoredEntry) -> Text:
        row = self._connection.execute(_TEXT, (entry.entry_id, entry.current)).fetchone()
        same = {name: row[name] for name in ("title", "content", "content_kind")}
        observed_at = maybe_instant(row["observed_at"])
        return Text(**same, provenance=Provenance(row["provenance"]), observed_at=observed_at)
