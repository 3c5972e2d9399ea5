"""What a document is decided against, in SQLite: bounded walks of indices, one statement for all of one kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from aggregator.model import (
    Alias,
    ContentHash,
    EntryId,
    Head,
    HeadQuery,
    Heads,
    Key,
    Past,
    Precision,
    Provenance,
    RevisionHash,
    Text,
)
from aggregator.store.nouns import encoded
from aggregator.store.rows import alias_digest
from aggregator.store.showing import HEADS_A_HASH, KIN, RECENT, wants_text
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.values import instant, instant_text, maybe_instant, safe

_KEYS = """
SELECT asked.value AS key, entry_id FROM json_each(?2) AS asked
CROSS JOIN identities ON identities.feed_id = ?1 AND identities.key = asked.value
"""
_ALIASES = """
SELECT asked.value, entry_id FROM json_each(?1) AS asked
CROSS JOIN aliases ON aliases.digest = bytes_of(asked.value) LIMIT 0 + ?2
"""
_ALIAS = "SELECT entry_id FROM aliases WHERE digest = ? ORDER BY entry_id DESC LIMIT 0 + ?"
_CONTENTS = """
SELECT asked.value, day, entries.id, feed_id FROM json_each(?1) AS asked
CROSS JOIN entries INDEXED BY entries_by_content ON content_hash = asked.value LIMIT 0 + ?2
"""
_OWN = """
SELECT id FROM entries INDEXED BY entries_by_own_content
WHERE feed_id = ? AND content_hash = ? ORDER BY day DESC, id DESC LIMIT 0 + ?
"""
_LATEST = """
SELECT id, feed_id FROM entries INDEXED BY entries_by_content
WHERE content_hash = ? ORDER BY day DESC, id DESC LIMIT 0 + ?
"""
_ENTRIES = """
SELECT id, feed_id, key, current, revision_hash, content_hash, title_hash, strong, published_at, published_precision,
day, first_seen_at, updated_at, pub_seq, announced, reverted_at, language, link, duplicate_of, source_published_at,
volatile_at, published_basis, withdrawn_at, versions FROM entries WHERE id IN (SELECT value FROM json_each(?))
"""
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
_PRECISIONS = {str(each): each for each in Precision}


class Search:
    """One query being answered: numbers first, then each entry once."""

    def __init__(self, connection: sqlite3.Connection, query: HeadQuery) -> None:
        self._connection, self._query = connection, query
        self._asked = frozenset(query.revisions)
        # Rows that are taken apart at once need no names.
        self._rows = connection.cursor()
        self._rows.row_factory = None

    def heads(self) -> Heads:
        """The answer."""
        query = self._query
        keys, aliases, contents = self._by_keys(), self._by_aliases(), self._by_contents()
        kin = self._kin() if query.titles else []
        keyed = frozenset(keys.values())
        worded = keyed.union(*[found for _, found in aliases], kin)
        heads = self._heads(worded.union(*contents.values()), worded, keyed)
        return Heads(
            by_key={key: heads[number] for key, number in keys.items()},
            by_alias={alias: tuple([heads[each] for each in found]) for alias, found in aliases},
            by_content={content: tuple([heads[each] for each in found]) for content, found in contents.items()},
            templates=self._guarded(),
            kin=tuple(heads[number] for number in kin),
            newest=self._newest() if query.titles else None,
        )

    def _all(self, statement: str, *facts: str | int) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self._rows.execute(statement, facts).fetchall()
        return rows

    def _by_keys(self) -> dict[Key, EntryId]:
        """One statement for all keys of the document: most documents bring nothing that is not known, or all new."""
        spelt = {safe(key): key for key in self._query.keys}
        rows = self._all(_KEYS, self._query.feed_id, encoded(list(spelt)))
        return {spelt[key]: EntryId(number) for key, number in rows}

    def _by_aliases(self) -> list[tuple[Alias, list[EntryId]]]:
        """The latest entries under each alias that any entry has, in the order asked. Together they are few; where they
        are not, each alias is looked up by itself."""
        feed_id, asked = self._query.feed_id, self._query.aliases
        digests = [alias_digest(feed_id, alias) for alias in asked]
        most, found = len(digests) + HEADS_A_HASH, defaultdict[bytes, list[EntryId]](list)
        rows = self._all(_ALIASES, encoded([digest.hex() for digest in digests]), most)
        for digest, number in rows:
            found[bytes.fromhex(digest)].append(EntryId(number))
        if len(rows) == most:
            found.update((digest, self._by_alias(digest)) for digest in digests)
        known = zip(asked, map(found.get, digests), strict=True)
        return [(alias, sorted(numbers)[-HEADS_A_HASH:]) for alias, numbers in known if numbers]

    def _by_alias(self, digest: bytes) -> list[EntryId]:
        return [EntryId(row[0]) for row in self._rows.execute(_ALIAS, (digest, HEADS_A_HASH))]

    def _by_contents(self) -> dict[ContentHash, list[EntryId]]:
        """For each text that any entry has, in the order asked, the latest of this feed and the latest of others: each
        as many as one hash may have. Looked up as aliases are."""
        contents = self._query.contents
        most, found = len(contents) + HEADS_A_HASH, defaultdict[ContentHash, list[tuple[str, int, str]]](list)
        rows = self._all(_CONTENTS, encoded(contents), most)
        if len(rows) == most:
            several = {content: self._by_content(content) for content in contents}
            return {content: numbers for content, numbers in several.items() if numbers}
        for content, *row in rows:
            found[content].append((row[0], row[1], row[2]))
        return {content: self._latest(found[content]) for content in contents if content in found}

    def _latest(self, rows: list[tuple[str, int, str]]) -> list[EntryId]:
        """The same choice as `_by_content`, of fewer entries than one hash may have twice."""
        if len(rows) == 1:
            return [EntryId(rows[0][1])]
        rows.sort(reverse=True)
        own = [EntryId(number) for _, number, feed_id in rows if feed_id == self._query.feed_id]
        others = [EntryId(number) for _, number, feed_id in rows[: 2 * HEADS_A_HASH] if feed_id != self._query.feed_id]
        return sorted(own[:HEADS_A_HASH] + others[:HEADS_A_HASH])

    def _by_content(self, content: ContentHash) -> list[EntryId]:
        """Of one text, however many entries have it."""
        feed_id = self._query.feed_id
        own = [EntryId(row[0]) for row in self._all(_OWN, feed_id, content, HEADS_A_HASH)]
        latest = self._all(_LATEST, content, 2 * HEADS_A_HASH)
        others = [EntryId(row[0]) for row in latest if row[1] != feed_id]
        return sorted(own + others[:HEADS_A_HASH])

    def _kin(self) -> list[EntryId]:
        """Walks all entries of the feed; only a document that looks like a flood asks for it (P-15)."""
        query = self._query
        titles, dates = encoded(query.titles), encoded([instant_text(date) for date in query.dates])
        return sorted(EntryId(row[0]) for row in self._all(_KIN, query.feed_id, titles, dates, KIN))

    def _newest(self) -> datetime | None:
        return maybe_instant(self._all(_NEWEST, self._query.feed_id)[0][0])

    def _guarded(self) -> frozenset[ContentHash]:
        facts = (encoded(self._query.contents), instant_text(self._query.now))
        return frozenset(ContentHash(row[0]) for row in self._all(_GUARDED, *facts))

    def _heads(
        self, numbers: Iterable[EntryId], worded: AbstractSet[EntryId], keyed: AbstractSet[EntryId]
    ) -> dict[EntryId, Head]:
        rows = self._all(_ENTRIES, encoded(list(numbers)))
        heads = {EntryId(row[0]): _head(row) for row in rows}
        versions = {row[0]: row[-1] for row in rows}
        for number in worded:
            head = heads[number]
            text = wants_text(head, self._asked, keyed)
            if text or versions[number] > 1:
                heads[number] = self._with_words(head, versions[number], text=text)
        return heads

    def _with_words(self, head: Head, versions: int, *, text: bool) -> Head:
        older = self._older(head, versions)
        if not text:
            return replace(head, older=older)
        return replace(head, older=older, text=self._text(head), recent=self._recent(head))

    def _older(self, head: Head, versions: int) -> dict[RevisionHash, int]:
        """Other versions with a hash that was asked for: walks the versions or the hashes, whichever are fewer."""
        if versions == 1:
            return {}
        if versions > len(self._asked):
            rows = self._all(_OLDER, encoded(self._query.revisions), head.entry_id, head.revision)
            return {RevisionHash(word): number for word, number in rows if number is not None}
        found: dict[RevisionHash, int] = {}
        for word, number in self._all(_VERSIONS, head.entry_id):
            if word in self._asked and number != head.revision:
                found.setdefault(RevisionHash(word), number)
        return found

    def _recent(self, head: Head) -> tuple[Past, ...]:
        """The latest versions that the live feed had, newest first; few entries have a second one."""
        rows = self._all(_RECENT, head.entry_id, RECENT) if head.revision > 1 else ()
        return tuple(Past(revision_hash=RevisionHash(word), seen_at=instant(at)) for word, at in rows)

    def _text(self, head: Head) -> Text:
        title, content, kind, provenance, observed = self._all(_TEXT, head.entry_id, head.revision)[0]
        return Text(
            title=title,
            content=content,
            content_kind=kind,
            provenance=Provenance(provenance),
            observed_at=maybe_instant(observed),
        )


def _head(row: Sequence[Any]) -> Head:
    """A row of `_ENTRIES`, without words and older versions."""
    return Head(
        entry_id=row[0],
        feed_id=row[1],
        key=row[2],
        revision=row[3],
        revision_hash=row[4],
        content_hash=row[5],
        title_hash=row[6],
        strong=bool(row[7]),
        published_at=instant(row[8]),
        precision=_PRECISIONS[row[9]],
        day=date.fromisoformat(row[10]),
        first_seen_at=instant(row[11]),
        updated_at=instant(row[12]),
        emitted=row[13] is not None and bool(row[14]),
        reverted_at=maybe_instant(row[15]),
        language=row[16],
        link=row[17],
        lead=row[18],
        source_published_at=maybe_instant(row[19]),
        volatile_at=maybe_instant(row[20]),
        announced=bool(row[14]),
        basis=row[21],
        withdrawn_at=maybe_instant(row[22]),
    )
