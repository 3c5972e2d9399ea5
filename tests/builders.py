"""Small builders of nouns for tests: made-up councils and papers, everything overridable."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from aggregator.model import (
    Added,
    Alias,
    Candidate,
    ContentHash,
    Effective,
    Entry,
    EntryId,
    FeedId,
    FeedState,
    FeedStatus,
    Fingerprint,
    Head,
    HeadQuery,
    Key,
    Outcome,
    PollRecord,
    Precision,
    PublicId,
    Reason,
    Revised,
    RevisionHash,
    Seen,
    Source,
    Stamp,
    Verdict,
)

NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPACING = timedelta(seconds=10)
REASON = Reason(rule="4.3/8", text="not known before", evidence={"looked for": "key"})


def digest(*parts: str) -> str:
    """Hex SHA-256, as the real fingerprints are."""
    return sha256("|".join(parts).encode()).hexdigest()


def source(name: str = "ashmere", **changes: Any) -> Source:
    """A configured feed on a host of its own."""
    plain = Source(id=FeedId(name), url=f"https://{name}.example/feed", category="council")
    return replace(plain, **changes)


def candidate(number: int, body: str = "the library opens again on Monday", feed: str = "ashmere") -> Candidate:
    """An entry of a feed with its fingerprint; the same number is the same key."""
    url = f"https://{feed}.example/{number}"
    title = f"Notice {number} of {feed}"
    entry = Entry(position=number, raw_id=url, url=url, link=url, title=title, content=f"<p>{body}</p>")
    entry = replace(entry, published=Stamp(raw="Wed, 01 Jul 2026 10:00:00 +0100", element="pubDate", instant=NOW))
    prints = Fingerprint(
        content=ContentHash(digest("content", title, body)),
        revision=RevisionHash(digest("revision", title, body)),
        title=digest(title),
        lead=digest("lead", title),
        strong=True,
        version="1",
    )
    return Candidate(entry=entry, fingerprint=prints, key=Key(url), aliases=(Alias(kind="link", value=url),))


def with_content(one: Candidate, content: str) -> Candidate:
    """The same candidate with another content hash."""
    return replace(one, fingerprint=replace(one.fingerprint, content=ContentHash(content)))


def added(one: Candidate, at: datetime = NOW, **changes: Any) -> Added:
    """A new entry, emitted."""
    filed = Effective(instant=at, precision=Precision.SECOND, basis="pubDate", day=date(at.year, at.month, at.day))
    plain = Added(
        candidate=one,
        outcome=Outcome.NEW,
        reason=REASON,
        effective=filed,
        updated_at=at,
        emitted=True,
        public_ids=(PublicId(one.key),),
    )
    return replace(plain, **changes)


def copy_of(one: Candidate, first: EntryId, outcome: Outcome = Outcome.DUPLICATE, **changes: Any) -> Added:
    """A copy of a stored entry, not emitted."""
    return added(one, outcome=outcome, first=first, emitted=False, **changes)


def seen(head: Head, one: Candidate, **changes: Any) -> Seen:
    """Nothing new."""
    return replace(Seen(head=head, candidate=one, reason=Reason(rule="4.3/1", text="as before")), **changes)


def revised(head: Head, one: Candidate, at: datetime = NOW, **changes: Any) -> Revised:
    """A significant revision."""
    why = Reason(rule="4.3/3", text="other words")
    return replace(
        Revised(head=head, candidate=one, reason=why, significant=True, updated_at=at),
        **changes,
    )


def query(*wanted: Candidate, feed: str = "ashmere", now: datetime = NOW) -> HeadQuery:
    """What a document with these candidates asks."""
    return HeadQuery(
        feed_id=FeedId(feed),
        keys=tuple(one.key for one in wanted),
        aliases=tuple(alias for one in wanted for alias in one.aliases),
        contents=tuple(one.fingerprint.content for one in wanted),
        revisions=tuple(one.fingerprint.revision for one in wanted),
        now=now,
    )


def record(state: FeedState, *changes: Any, at: datetime = NOW, **others: Any) -> PollRecord:
    """A poll that read a document with these changes; the next one is due in an hour."""
    after = replace(
        state, next_poll_at=at + HOUR, status=FeedStatus.HEALTHY, status_text="well", last_poll_at=at, bound="interval"
    )
    url = f"https://{state.feed_id}.example/feed"
    plain = PollRecord(
        feed_id=state.feed_id,
        started_at=at,
        finished_at=at,
        url=url,
        final_url=url,
        outcome="modified",
        reason="read",
        state=after,
        http_status=200,
        entries=len(changes),
        verdict=Verdict(changes=changes),
    )
    return replace(plain, **others)
