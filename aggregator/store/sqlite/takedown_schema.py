"""What was taken down, and what must not come back: a step of the schema."""

from __future__ import annotations

TAKEDOWNS = (
    "ALTER TABLE entries ADD COLUMN forgotten_at TEXT",
    """CREATE TABLE takedowns (
    entry_id INTEGER PRIMARY KEY REFERENCES entries (id),
    feed_id TEXT NOT NULL REFERENCES feeds (id),
    public_id TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES journal (seq),
    at TEXT NOT NULL,
    ground TEXT NOT NULL,
    reason TEXT NOT NULL,
    who TEXT NOT NULL,
    stage TEXT NOT NULL,
    captures TEXT NOT NULL
) STRICT""",
    "CREATE TABLE barred (token TEXT NOT NULL, entry_id INTEGER NOT NULL REFERENCES entries (id), "
    "PRIMARY KEY (token, entry_id)) STRICT, WITHOUT ROWID",
    "CREATE INDEX identities_by_entry ON identities (entry_id)",
    "CREATE INDEX takedowns_by_feed ON takedowns (feed_id)",
    "CREATE INDEX takedowns_unfinished ON takedowns (seq) WHERE stage <> 'done'",
    *(
        f"""CREATE TRIGGER {table}_keep_delete BEFORE DELETE ON {table} BEGIN
        SELECT RAISE(ABORT, '{table} are kept for ever: delete refused'); END"""
        for table in ("takedowns", "barred")
    ),
)
"""Every statement of the step, in order."""

PLACES = "ALTER TABLE takedowns ADD COLUMN places TEXT NOT NULL DEFAULT '[]'"
"""A later step: where the captures of an entry lie, so that a takedown that was interrupted goes on."""
