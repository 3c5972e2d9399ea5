"""What is stored, as people and the publisher see it: pure, the same for every store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TYPE_CHECKING

from aggregator.model import (
    EntryId,
    EntryRow,
    FeedProfile,
    FeedRow,
    FeedStatus,
    Head,
    Item,
    Member,
    Past,
    PublishEvent,
    Revision,
    RevisionHash,
    Source,
    SourceCard,
    Text,
)
from aggregator.store.stored import StoredEntry, StoredFeed, StoredRevision
from aggregator.store.values import whole_second

if TYPE_CHECKING:
    from aggregator.store.sealed import Snapshot

HEADS_A_HASH = 100
"""So many heads at most for one content hash or alias, of the own feed and of others each."""
KIN = 5000
"""So many entries at most are compared by title and date when a document looks like a flood (P-15)."""
RECENT = 7
"""So many latest versions tell whether a text changes to and fro (D-23)."""
MEMBERS = 100
"""So many copies at most are named with one item."""


def plain_status(feed: StoredFeed) -> tuple[FeedStatus, str]:
    """What to call the feed now: what the configuration says goes before what polling has learned."""
    if feed.removed:
        return FeedStatus.REMOVED, "no longer configured"
    if not feed.source.enabled:
        return FeedStatus.PAUSED, "paused in the configuration"
    moved = f"; moved: asked at {feed.state.moved_url}" if feed.state.moved_url else ""
    perhaps = f"; its site now announces {feed.state.proposal}" if feed.state.proposal else ""
    return feed.state.status, feed.state.status_text + moved + perhaps


def feed_title(feed: StoredFeed) -> str:
    """The configured title, else the feed's own, else its id."""
    return feed.source.title or feed.state.profile.title or feed.source.id


def feed_line(feed: StoredFeed) -> FeedRow:
    """One line of ``feeds list``."""
    status, text = plain_status(feed)
    state = replace(feed.state, status=status, status_text=text)
    return FeedRow(source=feed.source, state=state, entries=feed.entries)


def card(feed: StoredFeed) -> SourceCard:
    """The feed as the output names it (R-12)."""
    status, text = plain_status(feed)
    return replace(
        card_of_profile(feed.source, feed.state.tag, feed.state.profile),
        status=status,
        status_text=text,
        updated=None if feed.updated_at is None else whole_second(feed.updated_at),
        entries=feed.entries,
    )


def card_of_profile(source: Source, tag: str, profile: FeedProfile) -> SourceCard:
    """What the configuration and the feed itself say of a source, without its state."""
    return SourceCard(
        id=source.id,
        tag=tag,
        title=source.title or profile.title or source.id,
        url=source.url,
        raw_id=profile.raw_id,
        site_url=source.site or profile.site_url,
        category=source.category,
        tags=source.tags,
        language=source.language or profile.language,
        rights=profile.rights,
        licence=source.licence,
        icon=profile.icon,
        authors=profile.authors,
        republish=source.republish,
    )


def member(copy: StoredEntry, source_title: str) -> Member:
    """Another copy of an item."""
    at = whole_second(copy.published_at)
    return Member(title=copy.title, url=copy.url, source_title=source_title, published_at=at)


def item(entry: StoredEntry, shown: StoredRevision, source: SourceCard, members: Sequence[Member]) -> Item:
    """An emitted entry with the revision shown of it."""
    words = shown.entry
    return Item(
        entry_id=entry.entry_id,
        public_id=entry.public_id,
        pub_seq=entry.pub_seq or 0,
        source=source,
        title=words.title,
        url=words.url,
        base=words.base,
        content=words.content,
        content_kind=words.content_kind,
        summary=words.summary,
        authors=words.authors,
        categories=words.categories,
        enclosures=words.enclosures,
        language=words.language,
        rights=words.rights,
        original=words.source,
        published_at=whole_second(entry.published_at),
        precision=entry.precision,
        published_basis=entry.basis,
        updated_at=whole_second(entry.updated_at),
        first_seen_at=whole_second(entry.first_seen_at),
        revision=shown.number,
        revisions=entry.current,
        members=tuple(members),
        title_basis=words.title_basis,
        withdrawn_at=None if entry.withdrawn_at is None else whole_second(entry.withdrawn_at),
        withdrawn_by=entry.withdrawn_by,
    )


def sealed_item(event: PublishEvent, shown: Item, snapshot: Snapshot) -> Item:
    """A version of an entry as a sealed document shows it: nothing in it moves any more (R-33)."""
    _, updated = snapshot.shown.get(event.entry_id, (event.revision, event.updated_at))
    own = (shown.published_at, shown.precision, shown.published_basis)
    published, precision, basis = snapshot.filed.get(event.entry_id, own)
    withdrawn_at, withdrawn_by = snapshot.withdrawn.get(event.entry_id, (None, None))
    return replace(
        shown,
        pub_seq=event.seq,
        members=tuple(snapshot.members.get(event.entry_id, ())),
        updated_at=whole_second(updated),
        published_at=whole_second(published),
        precision=precision,
        published_basis=basis,
        revisions=shown.revision,
        withdrawn_at=withdrawn_at and whole_second(withdrawn_at),
        withdrawn_by=withdrawn_by,
    )


def entry_line(entry: StoredEntry, shown: StoredRevision, first: StoredRevision) -> EntryRow:
    """One stored entry as lists show it: why and from which raw date is what its first version says."""
    words = shown.entry
    return EntryRow(
        entry_id=entry.entry_id,
        feed_id=entry.feed_id,
        public_id=entry.public_id,
        key=entry.key,
        url=words.url,
        title=words.title,
        summary=words.summary,
        content=words.content,
        content_kind=words.content_kind,
        authors=words.authors,
        categories=words.categories,
        enclosures=words.enclosures,
        language=words.language,
        published_at=entry.published_at,
        precision=entry.precision,
        published_basis=entry.basis,
        published_raw=_stated(entry, shown, first),
        updated_at=entry.updated_at,
        first_seen_at=entry.first_seen_at,
        last_seen_at=entry.last_seen_at,
        content_hash=entry.content_hash,
        outcome=entry.outcome,
        emitted=entry.pub_seq is not None and entry.announced,
        lead=entry.lead,
        revisions=entry.versions,
        reason=first.reason,
        volatile_at=entry.volatile_at,
        withdrawn_at=entry.withdrawn_at,
        withdrawn_by=entry.withdrawn_by,
        forgotten_at=entry.forgotten_at,
        first_observed_at=entry.first_observed_at,
        title_basis=words.title_basis,
    )


def _stated(entry: StoredEntry, shown: StoredRevision, first: StoredRevision) -> str | None:
    """The words of the date it is filed under; those of its first version, unless it was filed anew."""
    stamps = (first.entry.published, shown.entry.published)
    return next((stamp.raw for stamp in stamps if stamp.element == entry.basis), first.entry.published.raw)


def version(revision: StoredRevision) -> Revision:
    """One version of an entry."""
    words = revision.entry
    return Revision(
        entry_id=revision.entry_id,
        number=revision.number,
        seen_at=revision.seen_at,
        title=words.title,
        content=words.content,
        content_kind=words.content_kind,
        url=words.url,
        content_hash=revision.fingerprint.content,
        revision_hash=revision.fingerprint.revision,
        significant=revision.significant,
        displayed=revision.displayed,
        reverts_to=revision.reverts_to,
        reason=revision.reason,
        provenance=revision.provenance,
        observed_at=revision.observed_at,
        base=words.base,
        attachments=tuple(enclosure.url for enclosure in words.enclosures),
        authors=tuple(author.name for author in words.authors),
    )


def by_time(revisions: Iterable[StoredRevision]) -> list[StoredRevision]:
    """Versions in the order in which they were there to be read: those of captures by the time of the capture."""
    return sorted(revisions, key=lambda each: (each.observed_at or each.seen_at, each.number))


def head(entry: StoredEntry, older: Mapping[RevisionHash, int], text: Text | None, recent: Sequence[Past] = ()) -> Head:
    """What deciding needs of one entry."""
    return Head(
        entry_id=entry.entry_id,
        feed_id=entry.feed_id,
        key=entry.key,
        revision=entry.current,
        revision_hash=entry.revision_hash,
        content_hash=entry.content_hash,
        title_hash=entry.title_hash,
        strong=entry.strong,
        published_at=entry.published_at,
        precision=entry.precision,
        day=entry.day,
        first_seen_at=entry.first_seen_at,
        updated_at=entry.updated_at,
        emitted=entry.pub_seq is not None and entry.announced,
        reverted_at=entry.reverted_at,
        language=entry.language,
        link=entry.link,
        lead=entry.lead,
        source_published_at=entry.source_published_at,
        older=older,
        text=text,
        recent=tuple(recent),
        volatile_at=entry.volatile_at,
        announced=entry.announced,
        basis=entry.basis,
        withdrawn_at=entry.withdrawn_at,
    )


def wants_text(found: Head | StoredEntry, asked: AbstractSet[RevisionHash], keyed: AbstractSet[EntryId]) -> bool:
    """Whether deciding may compare words: no candidate brings the entry's current hash, or it was found by alias only.
    ``asked`` are the hashes that candidates bring.

    The query does not say which hash belongs to which key. So where two entries of one document swap their texts,
    neither gets a text: deciding must do without.
    """
    return found.entry_id not in keyed or found.revision_hash not in asked
