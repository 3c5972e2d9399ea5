"""The archive in SQLite as a replay reads it: the port `Past`, over a file that is never written."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from aggregator.model import CaptureRow, FeedId, Founding, Provenance
from aggregator.model.replay import PastFeed, PastPoll
from aggregator.ports import Columns
from aggregator.store.captures import capture_of, place_of
from aggregator.store.sqlite.evidence import SqliteEvidence
from aggregator.store.values import Row, instant, maybe_instant

_STANDING = "entry_id NOT IN (SELECT entry_id FROM takedowns)"
_TABLES = {
    "entries": "SELECT * FROM entries WHERE forgotten_at IS NULL ORDER BY id",
    "revisions": f"SELECT * FROM revisions WHERE {_STANDING} ORDER BY entry_id, number",  # noqa: S608 - fixed
    "identities": f"SELECT * FROM identities WHERE {_STANDING} ORDER BY feed_id, key",  # noqa: S608 - fixed
}
"""What was taken down is no part of the past any more: no replay brings it back, and none misses it (R-39)."""
_BY_KEY = {
    "entries": """
SELECT entries.*, entries.key AS entry_key, lead.feed_id || ' ' || lead.key AS of_lead,
first.feed_id || ' ' || first.key AS of_first
FROM entries LEFT JOIN entries AS lead ON lead.id = entries.duplicate_of
LEFT JOIN entries AS first ON first.id = entries.repost_of WHERE entries.forgotten_at IS NULL
ORDER BY entries.feed_id, entries.key
""",
    "revisions": """
SELECT revisions.*, entries.feed_id, entries.key AS entry_key
FROM entries JOIN revisions ON revisions.entry_id = entries.id WHERE entries.forgotten_at IS NULL
ORDER BY entries.feed_id, entries.key, revisions.number
""",
    "identities": """
SELECT identities.*, entries.key AS entry_key
FROM identities JOIN entries ON entries.id = identities.entry_id WHERE entries.forgotten_at IS NULL
ORDER BY identities.feed_id, identities.key
""",
}


class SqlitePast(SqliteEvidence):
    """Implements `Past`."""

    def founding(self) -> Founding:
        """When and under which name the archive began."""
        facts = {row["name"]: row["value"] for row in self._rows("SELECT name, value FROM meta")}
        return Founding(authority=facts["authority"], at=instant(facts["founded_at"]))

    def feeds(self) -> tuple[PastFeed, ...]:
        """Every feed that was ever configured."""
        return tuple(
            PastFeed(feed_id=FeedId(row["id"]), source=json.loads(row["source"]), uuid=row["uuid"], tag=row["tag"])
            for row in self._rows("SELECT id, source, uuid, tag FROM feeds ORDER BY id")
        )

    def count(self) -> int:
        """How many polls there are."""
        return int(self._one("SELECT count(*) FROM polls")[0])

    def polls(self) -> Iterator[PastPoll]:
        """Every poll in the order it was recorded."""
        return map(_poll, self._rows("SELECT * FROM polls ORDER BY id"))

    def capture(self, number: int) -> CaptureRow | None:
        """The row of a distinct body."""
        return next((capture_of(row) for row in self._rows("SELECT * FROM captures WHERE id = ?", number)), None)

    def bars(self, feed_id: FeedId | None = None) -> bool:
        """Whether anything was ever taken down, of one feed or at all."""
        return any(feed_id in (None, row["feed_id"]) for row in self._rows("SELECT feed_id FROM takedowns"))

    def barred(self, tokens: Collection[str]) -> frozenset[str]:
        """Those of the tokens under which something was taken down."""
        return frozenset(row["token"] for row in self._rows("SELECT DISTINCT token FROM barred")) & frozenset(tokens)

    def table(self, name: str) -> Iterator[Columns]:
        """One table as stored, in the order of its key."""
        return self._rows(_TABLES[name])

    def by_key(self, table: str) -> Iterator[Columns]:
        """Rows in the order of what names them whatever their numbers."""
        return self._rows(_BY_KEY[table])

    def _rows(self, statement: str, *facts: int) -> Iterator[dict[str, Any]]:
        with self._plainly():
            found = self._connection.execute(statement, facts)
            names = [column[0] for column in found.description]
            for row in found:
                yield dict(zip(names, row, strict=True))


def _poll(row: Row) -> PastPoll:
    return PastPoll(
        number=row["id"],
        feed_id=FeedId(row["feed_id"]),
        started_at=instant(row["started_at"]),
        finished_at=instant(row["finished_at"]),
        url=row["url"],
        final_url=row["final_url"] or row["url"],
        outcome=row["outcome"],
        reason=row["reason"],
        http_status=row["http_status"],
        wire_bytes=row["bytes"],
        sent=row["sent"],
        hops=row["hops"],
        entries=row["entries"],
        via=row["via"],
        provenance=Provenance(row["provenance"]),
        next_poll_at=maybe_instant(row["next_poll_at"]),
        bound=row["bound"],
        capture=row["capture"],
        place=place_of(row),
    )
