"""What remains of an entry that is taken down: no word, no link, no name of it; only what was done when, and hashes.
Pure: the same row gives the same rest, so that the rest can be checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from aggregator.barring import hidden_content, hidden_key
from aggregator.model import Entry, FeedId, Fingerprint, JournalRow, Key, PublicId, Stamp
from aggregator.proving import canonical, rest_digest
from aggregator.store.stored import StoredEntry, StoredRevision
from aggregator.store.values import instant_text

REDACTED = "redacted"
"""The field of a journal row that was redacted; its value is the number of the row that says so."""
KEPT = frozenset(
    {"poll", "outcome", "published_at", "published_basis", "precision", "day", "updated_at", "emitted", "event", "held"}
    | {"first", "revision", "revision_hash", "significant", "displayed", "digest", "date_changed", "reverts_to"}
    | {"settles", "instant", "was", "provenance", "observed_at", "signal", "since", "unpublished"}
)
"""Facts of journal rows about entries that hold no words. Whatever is not named here is dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """How one entry is redacted: ``seq`` is the journal row that records it."""

    feed_id: FeedId
    seq: int
    public_id: PublicId

    def entry(self, entry: StoredEntry) -> StoredEntry:
        """The row of the entry: never published again, found by nothing."""
        return replace(
            entry,
            key=hidden_key(self.feed_id, entry.key),
            public_id=self.public_id,
            url=None,
            title="",
            link=None,
            language=None,
            content_hash=hidden_content(entry.content_hash),
            title_hash="",
            pub_seq=None,
        )

    def revision(self, revision: StoredRevision) -> StoredRevision:
        """One version of it. The date it stated stays as an instant."""
        stated = revision.entry.published
        prints = revision.fingerprint
        return replace(
            revision,
            entry=Entry(
                position=revision.entry.position,
                content_kind="text",
                published=Stamp(instant=stated.instant, precision=stated.precision, status=stated.status),
            ),
            fingerprint=Fingerprint(
                content=hidden_content(prints.content),
                revision=prints.revision,
                title="",
                lead="",
                strong=prints.strong,
                version=prints.version,
            ),
            reason="",
        )

    def row(self, row: JournalRow) -> JournalRow:
        """One journal row about it; number, kind, instant and hash stay."""
        return replace(row, payload=canonical(self._facts(json.loads(row.payload))))

    def body(self, row: JournalRow) -> JournalRow:
        """The journal row of a capture whose address is one of the entry: without it."""
        return replace(row, payload=canonical(json.loads(row.payload) | {"url": "", REDACTED: self.seq}))

    def _facts(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        kept = {name: fact for name, fact in facts.items() if name in KEPT}
        kept |= {name: hidden_key(self.feed_id, Key(facts[name])) for name in ("key", "from") if name in facts}
        if "content_hash" in facts:
            kept["content_hash"] = hidden_content(facts["content_hash"])
        if "public_id" in facts:
            kept["public_id"] = self.public_id
        if rule := (facts.get("reason") or {}).get("rule"):
            kept["reason"] = {"rule": rule}
        return kept | {REDACTED: self.seq}


def row_rest(row: JournalRow) -> str:
    """The digest of a redacted journal row: the row of the takedown lists it, so that nothing else may be put there."""
    return rest_digest((row.seq, row.kind, row.feed_id, row.entry_id, instant_text(row.at), row.payload, row.hash))
