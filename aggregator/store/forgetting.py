"""One takedown in the tables: the text goes, digests and dates stay, the chain still verifies. Pure of any store; the
caller holds the transaction.

The journal row of the takedown lists a digest of everything that was redacted, as it is from now on. So whoever checks
the archive can tell a takedown from a forgery: a redacted row is sound if such a row vouches for it, and only then.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from aggregator.barring import hidden_key
from aggregator.errors import StoreError
from aggregator.model import EventKind, FeedId, PublicId, PublishEvent
from aggregator.model.takedown import Stage, Takedown, TakedownOrder
from aggregator.proving import sha256
from aggregator.store.chain import Chain
from aggregator.store.events import FRAME
from aggregator.store.redaction import Redaction, row_rest
from aggregator.store.rows import revision_digest
from aggregator.store.sealed import unnamed
from aggregator.store.sealing import seal_feed
from aggregator.store.shelving import shelve
from aggregator.store.stored import StoredEntry, StoredRevision
from aggregator.store.takedowns import Redactable

FORGOTTEN = "forgotten"
"""The kind of the journal row of a takedown."""
LONGEST_QUOTED = 60
"""Characters of a text by which problems of polls that quote it are found."""


def forget(order: TakedownOrder, tables: Redactable) -> Takedown:
    """Take an entry out of the archive.

    Raises:
        StoreError: there is no such entry, or it was taken down before.
    """
    entry = tables.entry(order.entry_id)
    if entry.forgotten_at is not None:
        raise StoreError(f"entry {entry.entry_id} was taken down already")
    chain = Chain(tables)
    public_id = PublicId(hidden_key(entry.feed_id, entry.key)) if order.hide_id else entry.public_id
    redaction = Redaction(feed_id=entry.feed_id, seq=chain.upcoming, public_id=public_id)
    _redact(order, entry, redaction, chain, tables)
    takedown = Takedown(
        entry_id=entry.entry_id,
        feed_id=entry.feed_id,
        public_id=public_id,
        seq=redaction.seq,
        at=order.at,
        ground=order.ground,
        reason=order.reason,
        who=order.who,
        stage=Stage.REDACTED,
        captures=order.captures,
        places=order.places,
    )
    tables.add_takedown(takedown, sorted(order.tokens))
    if entry.pub_seq is not None:
        _tell(redaction.seq, entry, order, tables)
    return takedown


def _redact(order: TakedownOrder, entry: StoredEntry, redaction: Redaction, chain: Chain, tables: Redactable) -> None:
    """Write the row of the takedown, then everything as it says."""
    versions = tables.revisions_of(entry.entry_id)
    addresses = {each.entry.url for each in versions} | {each.entry.link for each in versions} | {entry.url}
    words = [each.entry.title for each in versions] + [each.entry.content[:LONGEST_QUOTED] for each in versions]
    keys = tables.keys_of(entry.entry_id)
    rows = [redaction.row(row) for row in tables.rows_about(entry.entry_id)]
    revisions = [redaction.revision(revision) for revision in versions]
    bodies = [
        pair for pair in tables.bodies_of(order.captures) if _names(pair[0].url, entry.feed_id, addresses, tables)
    ]
    rows = sorted((*rows, *(redaction.body(row) for _, row in bodies)), key=lambda row: row.seq)
    facts = {
        "ground": order.ground,
        "reason": {"rule": "R-39", "text": "Taken down by the operators of this archive."},
        "reason_digest": sha256(order.reason),
        "event": None if entry.pub_seq is None else EventKind.TOMBSTONE,
        "revisions": [[each.number, revision_digest(each)] for each in revisions],
        "rows": [[row.seq, row_rest(row)] for row in rows],
        "captures": list(order.captures),
    }
    chain.append(FORGOTTEN, entry.feed_id, entry.entry_id, order.at, facts)
    with tables.door():
        for revision in revisions:
            tables.rewrite_revision(revision)
        for row in rows:
            tables.rewrite_row(row)
        for body, _ in bodies:
            tables.hide_address(body.number)
    for key in keys:
        tables.hide_key(entry.feed_id, key, hidden_key(entry.feed_id, key))
    tables.change_entry(replace(redaction.entry(entry), forgotten_at=order.at))
    known = [each for each in (*sorted(each for each in addresses if each), *keys) if each]
    _unname(entry, versions, tables)
    if entry.pub_seq is not None:
        shelve(entry, tables.shelves, -1)
    tables.drop_traces(entry.feed_id, entry.entry_id, known, [word for word in words if word.strip()])


def _names(url: str, feed_id: FeedId, addresses: Collection[str | None], tables: Redactable) -> bool:
    """Whether the address of a capture is one of the entry, such as that of a saved page or the name of an imported
    file, and not that of its feed."""
    own = tables.feed(feed_id).source.url
    return url.startswith("file:") or any(each and each in url and each not in own for each in addresses)


def _unname(entry: StoredEntry, versions: Sequence[StoredRevision], tables: Redactable) -> None:
    """Sealed documents of the entry that this one repeats or duplicates name it no more."""
    if entry.lead is None:
        return
    titles = frozenset(each.entry.title for each in versions)
    urls = frozenset(each.entry.url for each in versions)
    for segment, snapshot in tables.chains.holding(entry.lead):
        changed = unnamed(snapshot, entry.lead, titles, urls)
        if changed != snapshot:
            tables.chains.change_snapshot(segment, changed)


def _tell(seq: int, entry: StoredEntry, order: TakedownOrder, tables: Redactable) -> None:
    """The removal is a publish event: subscribers hear of it, and sealed documents leave the entry out (R-14, R-39)."""
    tables.add_event(
        PublishEvent(
            seq=seq,
            kind=EventKind.TOMBSTONE,
            feed_id=entry.feed_id,
            entry_id=entry.entry_id,
            revision=entry.displayed,
            updated_at=entry.updated_at,
            at=order.at,
            size=FRAME,
        )
    )
    seal_feed(entry.feed_id, tables)
