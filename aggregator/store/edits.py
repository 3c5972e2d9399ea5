"""What counts as an edit that readers could see: pure, the same for every store."""

from __future__ import annotations

from aggregator.model import Edit, SourceCard
from aggregator.store.showing import version
from aggregator.store.stored import StoredEntry, StoredRevision

WALK = 2_000
"""So many revisions at most are looked at, newest first, for the edits asked for: those of copies and of entries that
nobody was told of do not count."""


def is_told(entry: StoredEntry) -> bool:
    """Whether subscribers know the entry."""
    return entry.pub_seq is not None and entry.announced


def edit_of(
    seq: int, entry: StoredEntry, source: SourceCard, before: StoredRevision | None, after: StoredRevision
) -> Edit | None:
    """The edit that journal row ``seq`` recorded; ``before`` is the version shown until then. ``None`` where nothing
    changed on show: a version that is not shown, or the return of the words shown all along."""
    if before is None or not after.displayed or before.fingerprint.revision == after.fingerprint.revision:
        return None
    return Edit(
        seq=seq,
        public_id=entry.public_id,
        source=source,
        url=entry.url,
        language=after.entry.language,
        before=version(before),
        after=version(after),
    )
