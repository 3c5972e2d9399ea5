"""What the store keeps for politeness: the third step of the schema (H-40, H-49, H-70, H-72, H-73)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.store.hosts import host_of

if TYPE_CHECKING:
    from sqlite_utils import Database as Toolbox

POLITENESS = (
    "ALTER TABLE hosts ADD COLUMN cool_until TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE hosts ADD COLUMN cool_reason TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE hosts ADD COLUMN penalty REAL NOT NULL DEFAULT 0",
    "ALTER TABLE hosts ADD COLUMN penalised_at TEXT",
    "ALTER TABLE hosts ADD COLUMN tokens REAL",
    "ALTER TABLE hosts ADD COLUMN filled_at TEXT",
    "ALTER TABLE hosts ADD COLUMN robots TEXT",
    "ALTER TABLE hosts ADD COLUMN robots_at TEXT",
    "ALTER TABLE feeds ADD COLUMN final_url TEXT",
    "ALTER TABLE polls ADD COLUMN hops INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE polls ADD COLUMN via TEXT",
    "ALTER TABLE polls ADD COLUMN asked TEXT",
    "ALTER TABLE polls ADD COLUMN given TEXT",
    "ALTER TABLE polls ADD COLUMN flaws TEXT",
    "CREATE INDEX feeds_by_final ON feeds (final_url) WHERE final_url IS NOT NULL",
    "CREATE INDEX polls_by_start ON polls (started_at)",
    "CREATE INDEX hosts_by_cooling ON hosts (cool_until) WHERE cool_until <> ''",
)


def add_politeness(db: Toolbox) -> None:
    """New columns, and every feed filed under the registrable domain of its address."""
    for statement in POLITENESS:
        db.execute(statement)
    for feed_id, url, host in db.execute("SELECT id, url, host FROM feeds").fetchall():
        if host_of(url) != host:
            db.execute("UPDATE feeds SET host = ? WHERE id = ?", (host_of(url), feed_id))
