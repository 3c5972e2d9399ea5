"""Nouns to database rows and back: the only place that knows which column holds what. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any

from aggregator.model import (
    Alias,
    Entry,
    FeedId,
    FeedState,
    FeedStatus,
    Fingerprint,
    JournalRow,
    Outcome,
    Precision,
    Provenance,
    Source,
    Validators,
    poll_url,
)
from aggregator.proving import row_digest
from aggregator.store.hosts import host_of
from aggregator.store.nouns import encoded, json_text, noun, spelt
from aggregator.store.stored import StoredEntry, StoredFeed, StoredRevision
from aggregator.store.values import (
    Row,
    SqlValue,
    instant,
    instant_or_none,
    instant_text,
    maybe_instant,
    safe,
    safe_or_none,
    seconds,
    span,
)

_WATCHED = ("window", "longest_silence", "expected_at")
_BY_READING = ("identity", "id_changes", "profile", "hints", "rhythm", "clock", *_WATCHED)
_SOUGHT = ("sought_at", "proposal")
_BY_ASKING = ("redirect", "considered", "run", "certificate_ends", "push", "revalidation", "moved_url", *_SOUGHT)
LEARNED = (*_BY_READING, *_BY_ASKING)
"""Fields of `FeedState` kept as JSON in the column ``learned``."""
_INSTANTS = ("added_at", "next_poll_at", "last_poll_at", "last_success_at", "last_change_at", "unconditional_at")
_AS_THEY_ARE = ("uuid", "tag", "body_hash", "status_text", "http_status", "failures", "polls", "bound", "final_url")
_OTHERS = ("id", "validators_url", "etag", "last_modified", "interval_seconds", "status", "learned")
_STATE_COLUMNS = (*_OTHERS, *_AS_THEY_ARE, *_INSTANTS)
WORDS = ("title", "content", "content_kind", "summary", "url", "link", "base", "language")
"""Fields of `Entry` that are columns of ``revisions``; the others are JSON in the column ``details``."""


def source_text(source: Source) -> str:
    """The configuration of a feed as canonical JSON."""
    return json_text(source)


def alias_digest(feed_id: FeedId, alias: Alias) -> bytes:
    """A short name for an alias inside its feed (P-14)."""
    return hashlib.sha256(f"{feed_id}\0{alias.kind}\0{safe(alias.value)}".encode()).digest()[:16]


_learned = attrgetter(*LEARNED)


def state_row(state: FeedState) -> dict[str, SqlValue]:
    """The columns of ``feeds`` that polling changes."""
    validators = state.validators
    return {
        "validators_url": safe_or_none(validators.url) if validators else None,
        "etag": safe_or_none(validators.etag) if validators else None,
        "last_modified": safe_or_none(validators.last_modified) if validators else None,
        "body_hash": state.body_hash,
        "status": str(state.status),
        "status_text": safe(state.status_text),
        "http_status": state.http_status,
        "failures": state.failures,
        "polls": state.polls,
        "next_poll_at": instant_or_none(state.next_poll_at),
        "interval_seconds": seconds(state.interval),
        "bound": state.bound,
        "last_poll_at": instant_or_none(state.last_poll_at),
        "last_success_at": instant_or_none(state.last_success_at),
        "last_change_at": instant_or_none(state.last_change_at),
        "unconditional_at": instant_or_none(state.unconditional_at),
        "final_url": safe_or_none(state.final_url),
        "learned": json_text(dict(zip(LEARNED, _learned(state), strict=True))),
        "learned_title": safe_or_none(state.profile.title),
        "learned_site": safe_or_none(state.profile.site_url),
    }


def state_of(row: Row) -> FeedState:
    """The way back from a row of ``feeds``. A poll reads its feed twice, before asking and before recording."""
    return _state(tuple(row[name] for name in _STATE_COLUMNS))


@lru_cache(maxsize=256)
def _state(columns: tuple[Any, ...]) -> FeedState:
    row = dict(zip(_STATE_COLUMNS, columns, strict=True))
    url = row["validators_url"]
    validators = Validators(url=url, etag=row["etag"], last_modified=row["last_modified"]) if url is not None else None
    values: dict[str, Any] = {
        "feed_id": row["id"],
        "validators": validators,
        "interval": span(row["interval_seconds"]),
        "status": FeedStatus(row["status"]),
        **{name: row[name] for name in _AS_THEY_ARE},
        **{name: maybe_instant(row[name]) for name in _INSTANTS},
        **json.loads(row["learned"]),
    }
    return noun(FeedState, values)


def feed_row(feed: StoredFeed) -> dict[str, SqlValue]:
    """A whole row of ``feeds``."""
    source, state = feed.source, feed.state
    return {
        "id": source.id,
        "url": source.url,
        "category": source.category,
        "host": host_of(poll_url(source, state)),
        "source": source_text(source),
        "enabled": int(source.enabled),
        "removed": int(feed.removed),
        "uuid": state.uuid,
        "tag": state.tag,
        "added_at": instant_text(state.added_at),
        "lease_until": instant_or_none(feed.lease_until),
        "last_request_at": instant_or_none(feed.last_request_at),
        "entries": feed.entries,
        "updated_at": instant_or_none(feed.updated_at),
        **state_row(state),
    }


@lru_cache(maxsize=1024)
def _source(text: str) -> Source:
    """A poll reads its feed twice; what the configuration says of it has not changed in between."""
    return noun(Source, json.loads(text))


def feed_of(row: Row) -> StoredFeed:
    """The way back from `feed_row`."""
    return StoredFeed(
        source=_source(row["source"]),
        state=state_of(row),
        removed=bool(row["removed"]),
        lease_until=maybe_instant(row["lease_until"]),
        last_request_at=maybe_instant(row["last_request_at"]),
        entries=row["entries"],
        updated_at=maybe_instant(row["updated_at"]),
    )


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
    same = ("feed_id", "key", "public_id", "url", "title", "link", "language", "last_poll_id", "content_hash")
    more = ("revision_hash", "title_hash", "current", "displayed", "pub_seq", "repost_of", "versions")
    return StoredEntry(
        entry_id=row["id"],
        **{name: row[name] for name in (*same, *more)},
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


def _revision_row(revision: StoredRevision) -> Mapping[str, SqlValue]:
    entry, prints = spelt(revision.entry), revision.fingerprint
    words = {name: entry.pop(name, None) for name in WORDS}
    details = {"entry": entry, "fingerprint": {"title": prints.title, "lead": prints.lead, "strong": prints.strong}}
    return {
        "entry_id": revision.entry_id,
        "number": revision.number,
        "content_hash": prints.content,
        "revision_hash": prints.revision,
        "cv": prints.version,
        **words,
        "title": safe(revision.entry.title),
        "content": safe(revision.entry.content),
        "summary": safe(revision.entry.summary),
        "seen_at": instant_text(revision.seen_at),
        "poll_id": revision.poll_id,
        "significant": int(revision.significant),
        "displayed": int(revision.displayed),
        "reverts_to": revision.reverts_to,
        "reason": safe(revision.reason),
        "details": encoded(details),
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
