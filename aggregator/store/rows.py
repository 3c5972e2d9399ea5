"""Nouns to database rows and back: the only place that knows which column holds what. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date

from aggregator.model import (
    Alias,
    Entry,
    FeedId,
    Fingerprint,
    JournalRow,
    Outcome,
    Precision,
    Provenance,
)
from aggregator.proving import row_digest
from aggregator.store.nouns import encoded, noun, spelt_rest
from aggregator.store.stored import StoredEntry, StoredRevision
from aggregator.store.values import (
    Row,
    SqlValue,
    instant,
    instant_or_none,
    instant_text,
    maybe_instant,
    safe,
    safe_or_none,
)

WORDS = ("title", "content", "content_kind", "summary", "url", "link", "base", "language")
"""Fields of `Entry` that are columns of ``revisions``; the others are JSON in the column ``details``."""


def alias_digest(feed_id: FeedId, alias: Alias) -> bytes:
    """A short name for an alias inside its feed (P-14)."""
    return hashlib.sha256(f"{feed_id}\0{alias.kind}\0{safe(alias.value)}".encode()).digest()[:16]


def entry_row(entry: StoredEntry) -> dict[str, SqlValue]:
    """A whole row of ``entries``."""
    return {
        "id": entry.entry_id,
        "feed_id": entry.feed_id,
        "key": safe(entry.key),
        "public_id": safe(entry.public_id),
        "url": safe_or_none(entry.url),
        "title": safe(entry.title),
        "link": safe_or_none(entry.link),
        "language": safe_or_none(entry.language),
        "published_at": instant_text(entry.published_at),
        "published_precision": str(entry.precision),
        "published_basis": entry.basis,
        "day": entry.day.isoformat(),
        "first_seen_at": instant_text(entry.first_seen_at),
        "last_seen_at": instant_text(entry.last_seen_at),
        "last_poll_id": entry.last_poll_id,
        "updated_at": instant_text(entry.updated_at),
        "source_published_at": instant_or_none(entry.source_published_at),
        "content_hash": entry.content_hash,
        "revision_hash": entry.revision_hash,
        "title_hash": entry.title_hash,
        "strong": int(entry.strong),
        "outcome": str(entry.outcome),
        "current": entry.current,
        "displayed": entry.displayed,
        "pub_seq": entry.pub_seq,
        "announced": int(entry.announced),
        "duplicate_of": entry.lead,
        "repost_of": entry.repost_of,
        "reverted_at": instant_or_none(entry.reverted_at),
        "volatile_at": instant_or_none(entry.volatile_at),
        "withdrawn_at": instant_or_none(entry.withdrawn_at),
        "withdrawn_by": entry.withdrawn_by,
        "forgotten_at": instant_or_none(entry.forgotten_at),
        "versions": entry.versions,
        "first_observed_at": instant_or_none(entry.first_observed_at),
    }


def entry_of(row: Row) -> StoredEntry:
    """The way back from `entry_row`."""
    return StoredEntry(
        entry_id=row["id"],
        feed_id=row["feed_id"],
        key=row["key"],
        public_id=row["public_id"],
        url=row["url"],
        title=row["title"],
        link=row["link"],
        language=row["language"],
        last_poll_id=row["last_poll_id"],
        content_hash=row["content_hash"],
        revision_hash=row["revision_hash"],
        title_hash=row["title_hash"],
        current=row["current"],
        displayed=row["displayed"],
        pub_seq=row["pub_seq"],
        repost_of=row["repost_of"],
        versions=row["versions"],
        published_at=instant(row["published_at"]),
        first_seen_at=instant(row["first_seen_at"]),
        last_seen_at=instant(row["last_seen_at"]),
        updated_at=instant(row["updated_at"]),
        precision=Precision(row["published_precision"]),
        basis=row["published_basis"],
        day=date.fromisoformat(row["day"]),
        source_published_at=maybe_instant(row["source_published_at"]),
        strong=bool(row["strong"]),
        announced=bool(row["announced"]),
        outcome=Outcome(row["outcome"]),
        lead=row["duplicate_of"],
        reverted_at=maybe_instant(row["reverted_at"]),
        volatile_at=maybe_instant(row["volatile_at"]),
        withdrawn_at=maybe_instant(row["withdrawn_at"]),
        withdrawn_by=row["withdrawn_by"],
        forgotten_at=maybe_instant(row["forgotten_at"]),
        first_observed_at=maybe_instant(row["first_observed_at"]),
    )


_LATEST: list[tuple[StoredRevision | None, Mapping[str, SqlValue]]] = [(None, {})]


def revision_row(revision: StoredRevision) -> Mapping[str, SqlValue]:
    """A whole row of ``revisions``; stored and proved from the same one, so it is made once."""
    known, row = _LATEST[0]
    if known is not revision:
        row = _revision_row(revision)
        _LATEST[0] = (revision, row)
    return row


_rest = spelt_rest(Entry, WORDS)


def _revision_row(revision: StoredRevision) -> Mapping[str, SqlValue]:
    entry, prints = revision.entry, revision.fingerprint
    told = {"title": prints.title, "lead": prints.lead, "strong": prints.strong}
    return {
        "entry_id": revision.entry_id,
        "number": revision.number,
        "content_hash": prints.content,
        "revision_hash": prints.revision,
        "cv": prints.version,
        "title": safe(entry.title),
        "content": safe(entry.content),
        "content_kind": safe(entry.content_kind),
        "summary": safe(entry.summary),
        "url": safe_or_none(entry.url),
        "link": safe_or_none(entry.link),
        "base": safe_or_none(entry.base),
        "language": safe_or_none(entry.language),
        "seen_at": instant_text(revision.seen_at),
        "poll_id": revision.poll_id,
        "significant": int(revision.significant),
        "displayed": int(revision.displayed),
        "reverts_to": revision.reverts_to,
        "reason": safe(revision.reason),
        "details": encoded({"entry": _rest(entry), "fingerprint": told}),
        "provenance": str(revision.provenance),
        "observed_at": instant_or_none(revision.observed_at),
    }


def revision_of(row: Row) -> StoredRevision:
    """The way back from `revision_row`."""
    details = json.loads(row["details"])
    prints = {"content": row["content_hash"], "revision": row["revision_hash"], "version": row["cv"]}
    return StoredRevision(
        entry_id=row["entry_id"],
        number=row["number"],
        seen_at=instant(row["seen_at"]),
        poll_id=row["poll_id"],
        entry=noun(Entry, {**details["entry"], **{name: row[name] for name in WORDS}}),
        fingerprint=noun(Fingerprint, {**details["fingerprint"], **prints}),
        significant=bool(row["significant"]),
        displayed=bool(row["displayed"]),
        reverts_to=row["reverts_to"],
        reason=row["reason"],
        provenance=Provenance(row["provenance"]),
        observed_at=maybe_instant(row["observed_at"]),
    )


def revision_digest(revision: StoredRevision) -> str:
    """SHA-256 of the whole stored row: the journal carries it, so that a stored text can be proved later."""
    return row_digest(revision_row(revision))


def journal_of(row: Row) -> JournalRow:
    """A row of ``journal``."""
    same = {name: row[name] for name in ("seq", "kind", "feed_id", "entry_id", "payload", "hash")}
    return JournalRow(at=instant(row["at"]), **same)
