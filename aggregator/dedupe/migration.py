"""A site that moves is not news: old entries under new ids are recognised together (P-15), and a feed whose ids never
hold still is known by its links (P-16). Law: nothing recognised here is announced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from aggregator.dedupe.context import Case, Match
from aggregator.dedupe.significance import is_related, wording
from aggregator.model import Candidate, EntryId, Head, Identity, Reason

_HALF = 0.5
_FLOOD = 5
_FEW = 2
_EVIDENCE_LASTS = timedelta(days=7)
_EVENTS = 2


def migrated(case: Case, strangers: Sequence[Candidate], present: AbstractSet[EntryId]) -> tuple[Match, ...]:
    """P-15: the unknown ids of a document that match known ones one to one by host or path, if they are half of it."""
    if not case.heads.by_alias:
        return ()
    pairs = _one_to_one(
        (candidate, head)
        for candidate in strangers
        if candidate.key.startswith("guid:") and (head := _moved_from(case, candidate, present))
    )
    ids = sum(1 for candidate in case.candidates if candidate.entry.raw_id)
    if not pairs or len(pairs) < _HALF * ids:
        return ()
    return tuple(
        _quietly(candidate, head, "P-15", "the ids of this feed have moved together") for candidate, head in pairs
    )


def _moved_from(case: Case, candidate: Candidate, present: AbstractSet[EntryId]) -> Head | None:
    """The one absent entry with the same id on another host or under another scheme."""
    for alias in candidate.aliases:
        heads = case.by_alias(alias) if alias.kind in ("host", "path") else ()
        if len(heads) == 1 and heads[0].entry_id not in present and _is_plausible(heads[0], candidate):
            return heads[0]
    return None


def _is_plausible(head: Head, candidate: Candidate) -> bool:
    """An equal path on another site may be another story: number 12 of the new site is not number 12 of the old."""
    same_words = candidate.fingerprint.title == head.title_hash or candidate.fingerprint.content == head.content_hash
    return same_words or head.text is None or is_related(wording(head.text), wording(candidate.entry))


def is_flood(reposts: int, entries: int) -> bool:
    """Rule 6: so many known texts under new ids and new dates are a rebuilt site. One alone is never a flood."""
    return reposts >= _FLOOD or (reposts >= _FEW and reposts >= _HALF * entries)


def flooded(pairs: Iterable[tuple[Candidate, Head]], present: AbstractSet[EntryId]) -> tuple[Match, ...]:
    """The reposts of a flood that stand for one known entry each, which the document does not list besides."""
    free = ((candidate, head) for candidate, head in pairs if head.entry_id not in present)
    return tuple(
        _quietly(candidate, head, "4.3/6", "too many known texts came back at once under new ids")
        for candidate, head in _one_to_one(free)
    )


def _quietly(candidate: Candidate, head: Head, rule: str, why: str) -> Match:
    evidence = {"before": head.key, "after": candidate.key}
    reason = Reason(rule=rule, text=f"Known under another id: {why}. Nothing is announced (P-15).", evidence=evidence)
    return Match(head=head, candidate=candidate, renamed=reason, quiet=True)


def _one_to_one(pairs: Iterable[tuple[Candidate, Head]]) -> tuple[tuple[Candidate, Head], ...]:
    pairs = tuple(pairs)
    claims = Counter(head.entry_id for _, head in pairs)
    return tuple((candidate, head) for candidate, head in pairs if claims[head.entry_id] == 1)


def learned(case: Case, matches: Iterable[Match]) -> tuple[Identity, tuple[datetime, ...]]:
    """P-16: the feed's identity mode and its evidence after this document. Ids that changed under known entries in
    two documents within seven days are not to be trusted; a migration does not count, and neither does an entry that
    history brought without the id of the feed."""
    state, source = case.context.state, case.context.source
    changed = any(
        match.renamed and not match.quiet and match.head.announced and match.candidate.key.startswith("guid:")
        for match in matches
    )
    recent = tuple(at for at in state.id_changes if case.now - at <= _EVIDENCE_LASTS)
    events = (*recent, case.now) if changed else recent
    if source.identity is Identity.AUTO and len(events) >= _EVENTS:
        return Identity.LINK, events
    return (Identity.LINK if state.identity is Identity.LINK else Identity.GUID), events
