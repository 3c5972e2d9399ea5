"""The first schema, statement by statement. Never changed: later steps are migrations of their own.

Instants are UTC, ISO 8601 text with six decimals ending in ``Z``, so that text order is time order.
"""

from __future__ import annotations

_FEEDS = """
CREATE TABLE feeds (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    title TEXT GENERATED ALWAYS AS (coalesce(source ->> '$.title', learned_title, id)) VIRTUAL,
    category TEXT NOT NULL,
    site_url TEXT GENERATED ALWAYS AS (coalesce(source ->> '$.site', learned_site)) VIRTUAL,
    host TEXT NOT NULL,
    source TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    uuid TEXT NOT NULL UNIQUE,
    tag TEXT NOT NULL,
    added_at TEXT NOT NULL,
    validators_url TEXT,
    etag TEXT,
    last_modified TEXT,
    body_hash TEXT,
    status TEXT NOT NULL,
    status_text TEXT NOT NULL,
    http_status INTEGER,
    failures INTEGER NOT NULL,
    polls INTEGER NOT NULL,
    next_poll_at TEXT,
    interval_seconds REAL,
    bound TEXT NOT NULL,
    last_poll_at TEXT,
    last_success_at TEXT,
    last_change_at TEXT,
    unconditional_at TEXT,
    lease_until TEXT,
    last_request_at TEXT,
    learned TEXT NOT NULL,
    learned_title TEXT,
    learned_site TEXT,
    entries INTEGER NOT NULL,
    updated_at TEXT,
    due_at TEXT GENERATED ALWAYS AS (
        CASE WHEN enabled AND NOT removed THEN max(coalesce(next_poll_at, ''), coalesce(lease_until, '')) END
    ) VIRTUAL
) STRICT
"""

_HOSTS = """
CREATE TABLE hosts (
    host TEXT PRIMARY KEY,
    next_request_at TEXT NOT NULL DEFAULT '',
    busy_until TEXT NOT NULL DEFAULT '',
    busy_feed TEXT,
    due_at TEXT,
    free_at TEXT GENERATED ALWAYS AS (max(next_request_at, busy_until)) VIRTUAL,
    ready_at TEXT GENERATED ALWAYS AS (max(next_request_at, busy_until, due_at)) VIRTUAL
) STRICT
"""

_POLLS = """
CREATE TABLE polls (
    id INTEGER PRIMARY KEY,
    feed_id TEXT NOT NULL REFERENCES feeds (id),
    started_at TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    url TEXT NOT NULL,
    final_url TEXT,
    outcome TEXT NOT NULL,
    status TEXT NOT NULL,
    http_status INTEGER,
    bytes INTEGER NOT NULL,
    sent TEXT NOT NULL,
    entries INTEGER NOT NULL,
    new INTEGER NOT NULL,
    revised INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    reason TEXT NOT NULL,
    next_poll_at TEXT,
    bound TEXT NOT NULL,
    problems TEXT,
    encoding TEXT
) STRICT
"""

_ENTRIES = """
CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    feed_id TEXT NOT NULL REFERENCES feeds (id),
    key TEXT NOT NULL,
    public_id TEXT NOT NULL UNIQUE,
    url TEXT,
    title TEXT NOT NULL,
    link TEXT,
    language TEXT,
    published_at TEXT NOT NULL,
    published_precision TEXT NOT NULL,
    published_basis TEXT NOT NULL,
    day TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    last_poll_id INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    source_published_at TEXT,
    content_hash TEXT NOT NULL,
    revision_hash TEXT NOT NULL,
    title_hash TEXT NOT NULL,
    strong INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    current INTEGER NOT NULL,
    displayed INTEGER NOT NULL,
    pub_seq INTEGER,
    duplicate_of INTEGER REFERENCES entries (id),
    repost_of INTEGER REFERENCES entries (id),
    reverted_at TEXT
) STRICT
"""

_REVISIONS = """
CREATE TABLE revisions (
    entry_id INTEGER NOT NULL REFERENCES entries (id),
    number INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    revision_hash TEXT NOT NULL,
    cv TEXT NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    content_kind TEXT NOT NULL,
    summary TEXT NOT NULL,
    url TEXT,
    link TEXT,
    base TEXT,
    language TEXT,
    seen_at TEXT NOT NULL,
    poll_id INTEGER NOT NULL REFERENCES polls (id),
    significant INTEGER NOT NULL,
    displayed INTEGER NOT NULL,
    reverts_to INTEGER,
    reason TEXT NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (entry_id, number)
) STRICT
"""

_SMALL = (
    """CREATE TABLE identities (feed_id TEXT NOT NULL, key TEXT NOT NULL, entry_id INTEGER NOT NULL
       REFERENCES entries (id), PRIMARY KEY (feed_id, key)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE aliases (digest BLOB NOT NULL, entry_id INTEGER NOT NULL REFERENCES entries (id),
       PRIMARY KEY (digest, entry_id)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE journal (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, feed_id TEXT NOT NULL REFERENCES feeds (id),
       entry_id INTEGER REFERENCES entries (id), at TEXT NOT NULL, payload TEXT NOT NULL, hash TEXT NOT NULL) STRICT""",
    """CREATE TABLE templates (content_hash TEXT PRIMARY KEY, feed_id TEXT NOT NULL REFERENCES feeds (id),
       since TEXT NOT NULL, until TEXT NOT NULL) STRICT, WITHOUT ROWID""",
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
)

_INDICES = (
    "CREATE INDEX feeds_by_host ON feeds (host, due_at, id)",
    "CREATE INDEX feeds_by_due ON feeds (due_at)",
    "CREATE INDEX feeds_by_next_poll ON feeds (next_poll_at)",
    "CREATE INDEX feeds_by_category ON feeds (category)",
    "CREATE INDEX hosts_by_due ON hosts (due_at, host, next_request_at, busy_until)",
    "CREATE INDEX hosts_by_ready ON hosts (ready_at, due_at)",
    "CREATE INDEX hosts_by_flight ON hosts (busy_feed) WHERE busy_feed IS NOT NULL",
    "CREATE INDEX polls_by_feed ON polls (feed_id)",
    "CREATE INDEX entries_by_content ON entries (content_hash, day)",
    "CREATE INDEX entries_by_own_content ON entries (feed_id, content_hash, day)",
    "CREATE INDEX entries_by_date ON entries (published_at)",
    "CREATE INDEX entries_by_feed_date ON entries (feed_id, published_at)",
    "CREATE UNIQUE INDEX entries_by_pub_seq ON entries (pub_seq) WHERE pub_seq IS NOT NULL",
    "CREATE INDEX entries_by_feed_pub_seq ON entries (feed_id, pub_seq) WHERE pub_seq IS NOT NULL",
    "CREATE INDEX entries_by_lead ON entries (duplicate_of) WHERE duplicate_of IS NOT NULL",
    "CREATE INDEX revisions_by_hash ON revisions (entry_id, revision_hash, number)",
)

_HOST_DUE = """
    INSERT OR IGNORE INTO hosts (host) VALUES (NEW.host);
    UPDATE hosts SET due_at = (
        SELECT due_at FROM feeds WHERE host = NEW.host AND due_at IS NOT NULL ORDER BY due_at LIMIT 1
    ) WHERE host = NEW.host;
"""

_TRIGGERS = (
    f"CREATE TRIGGER feed_added AFTER INSERT ON feeds BEGIN {_HOST_DUE} END",
    f"""CREATE TRIGGER feed_moved AFTER UPDATE OF host, enabled, removed, next_poll_at, lease_until ON feeds BEGIN
        {_HOST_DUE}
        UPDATE hosts SET due_at = (
            SELECT due_at FROM feeds WHERE host = OLD.host AND due_at IS NOT NULL ORDER BY due_at LIMIT 1
        ) WHERE host = OLD.host AND OLD.host <> NEW.host;
        END""",  # noqa: S608  # fixed texts only
    *(
        f"""CREATE TRIGGER {table}_keep_{verb.lower()} BEFORE {verb} ON {table} BEGIN
        SELECT RAISE(ABORT, '{table} are kept for ever: {verb.lower()} refused'); END"""
        for table, verb in (
            ("journal", "UPDATE"),
            ("journal", "DELETE"),
            ("revisions", "UPDATE"),
            ("revisions", "DELETE"),
            ("entries", "DELETE"),
        )
    ),
)

FOUNDING = (_FEEDS, _HOSTS, _POLLS, _ENTRIES, _REVISIONS, *_SMALL, *_INDICES, *_TRIGGERS)
"""Every statement of the first schema, in order."""
