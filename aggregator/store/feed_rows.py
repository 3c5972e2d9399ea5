"""Feeds to database rows and back: the only place that knows which column of ``feeds`` holds what. Pure."""

from __future__ import annotations

import json
from functools import lru_cache
from operator import attrgetter
from typing import Any

from aggregator.model import FeedState, FeedStatus, Source, Validators, poll_url
from aggregator.store.hosts import host_of
from aggregator.store.nouns import json_text, noun
from aggregator.store.stored import StoredFeed
from aggregator.store.values import (
    Row,
    SqlValue,
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


def source_text(source: Source) -> str:
    """The configuration of a feed as canonical JSON."""
    return json_text(source)


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
