"""Changes as the rows they become, before anything is written: pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.model import Added, EntryId, EventKind, FeedId, Outcome, Provenance, PublicId, Reason, Recalled, Revised
from aggregator.store.rows import revision_digest
from aggregator.store.stored import StoredEntry, StoredRevision

COPIES = {Outcome.REPEAT, Outcome.DUPLICATE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Who saw which entry when and how: the feed, the poll, the instant of its end; in history also the capture's."""

    entry_id: EntryId
    feed_id: FeedId
    at: datetime
    poll_id: int
    provenance: Provenance = Provenance.LIVE
    observed_at: datetime | None = None


def reason_text(reason: Reason) -> str:
    """A reason in one line, with the requirement it follows from."""
    return f"{reason.text} ({reason.rule})"


def first_entry(
    change: Added, sight: Sight, first: StoredEntry | None, public_id: PublicId, upcoming: int
) -> StoredEntry:
    """The row of a new entry; ``upcoming`` is the number of the journal row that will tell of it. A copy of a copy
    belongs to the same lead (D-21)."""
    words, prints, filed = change.candidate.entry, change.candidate.fingerprint, change.effective
    leader = None if first is None else first.lead or first.entry_id
    return StoredEntry(
        entry_id=sight.entry_id,
        feed_id=sight.feed_id,
        key=change.candidate.key,
        public_id=public_id,
        url=words.url,
        title=words.title,
        link=words.link,
        language=words.language,
        published_at=filed.instant,
        precision=filed.precision,
        basis=filed.basis,
        day=filed.day,
        first_seen_at=sight.at,
        last_seen_at=sight.at,
        last_poll_id=sight.poll_id,
        updated_at=change.updated_at,
        source_published_at=words.published.instant,
        content_hash=prints.content,
        revision_hash=prints.revision,
        title_hash=prints.title,
        strong=prints.strong,
        outcome=change.outcome,
        lead=leader if change.outcome in COPIES else None,
        repost_of=first.entry_id if first and change.outcome is Outcome.REPOST else None,
        first_observed_at=sight.observed_at,
        pub_seq=upcoming if change.emitted else None,
        announced=change.announced,
    )


def first_revision(change: Added, sight: Sight) -> StoredRevision:
    """Version 1 of a new entry."""
    return _revision(change, 1, sight, significant=True, displayed=True)


def older_revision(change: Recalled, entry: StoredEntry, sight: Sight) -> StoredRevision:
    """A version of the past: the next number, because numbers follow the order of storing, and never shown (B-08)."""
    return _revision(change, entry.versions + 1, sight, significant=False, displayed=False)


def next_revision(change: Revised, entry: StoredEntry, sight: Sight) -> StoredRevision:
    """The next version of a known entry."""
    number, significant = entry.versions + 1, change.significant
    return _revision(
        change, number, sight, significant=significant, displayed=change.displayed, reverts_to=change.reverts_to
    )


def _revision(
    change: Added | Recalled | Revised,
    number: int,
    sight: Sight,
    *,
    significant: bool,
    displayed: bool,
    reverts_to: int | None = None,
) -> StoredRevision:
    return StoredRevision(
        entry_id=sight.entry_id,
        number=number,
        seen_at=sight.at,
        poll_id=sight.poll_id,
        entry=change.candidate.entry,
        fingerprint=change.candidate.fingerprint,
        significant=significant,
        displayed=displayed,
        reverts_to=reverts_to,
        reason=reason_text(change.reason),
        provenance=sight.provenance,
        observed_at=sight.observed_at,
    )


def revised(
    entry: StoredEntry, revision: StoredRevision, updated_at: datetime, seq: int, *, settles: bool
) -> StoredEntry:
    """The entry after a revision. A significant one is a publish event for an entry that subscribers have (R-02).

    ``settles`` says whether a return to earlier words is told once it has stayed (4.3/2).
    """
    words, prints = revision.entry, revision.fingerprint
    # A return to the text that was shown all along, after a blank or cut version, is nothing to tell later.
    back = revision.reverts_to is not None and revision.displayed and revision.reverts_to != entry.displayed
    waiting = settles and back and not revision.significant
    told = revision.significant and entry.pub_seq is not None
    entry = replace(
        entry,
        current=revision.number,
        versions=revision.number,
        content_hash=prints.content,
        revision_hash=prints.revision,
        title_hash=prints.title,
        strong=prints.strong,
        link=words.link,
        language=words.language,
        updated_at=updated_at,
        pub_seq=seq if told else entry.pub_seq,
        announced=entry.announced or told,
        reverted_at=revision.seen_at if waiting else None,
    )
    return replace(entry, displayed=revision.number, title=words.title, url=words.url) if revision.displayed else entry


def settled(entry: StoredEntry, seq: int, at: datetime) -> StoredEntry:
    """The entry after a return to earlier words has stayed: a publish event for one that subscribers have (4.3/2)."""
    if entry.pub_seq is None:
        return replace(entry, reverted_at=None, updated_at=at)
    return replace(entry, reverted_at=None, updated_at=at, pub_seq=seq, announced=True)


def origins(sight: Sight) -> dict[str, object]:
    """What the journal says of where a version came from; nothing where it is the live feed."""
    known = {"provenance": sight.provenance, "observed_at": sight.observed_at}
    return {name: fact for name, fact in known.items() if fact not in (None, Provenance.LIVE)}


def proof(revision: StoredRevision) -> dict[str, object]:
    """What the journal says of a version, so that its stored row can be proved later."""
    return {
        "revision": revision.number,
        "content_hash": revision.fingerprint.content,
        "revision_hash": revision.fingerprint.revision,
        "significant": revision.significant,
        "displayed": revision.displayed,
        "digest": revision_digest(revision),
    }


def origin(change: Added, entry: StoredEntry, first: StoredEntry | None) -> dict[str, object]:
    """What the journal says of a new entry besides its text."""
    return {
        "outcome": change.outcome,
        "key": entry.key,
        "public_id": entry.public_id,
        "published_at": entry.published_at,
        "published_basis": entry.basis,
        "precision": entry.precision,
        "day": entry.day,
        "updated_at": entry.updated_at,
        "emitted": entry.pub_seq is not None and entry.announced,
        "event": None if entry.pub_seq is None else EventKind.LIVE if entry.announced else EventKind.BACKFILL,
        "held": None if change.hold is None else change.hold.kind,
        "first": None if first is None else first.entry_id,
        "reason": change.reason,
    }
