"""Which candidates are entries that are known already, under their own key or a new one (rule 4, P-14 to P-18).
Law: two entries listed side by side are never made one by an alias (D-07).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import inf

from aggregator.dedupe.context import Case, Match, same_link, with_key
from aggregator.dedupe.dates import UNDATED, filed, near
from aggregator.dedupe.fingerprint import WORDLESS
from aggregator.dedupe.identity import SPARE, mode, spare_keys
from aggregator.dedupe.migration import migrated
from aggregator.dedupe.significance import is_related, wording
from aggregator.model import Alias, Candidate, EntryId, Head, Identity, Reason

_MOST = 100


@dataclass(slots=True)
class Recognition:
    """The candidates of a document, parted: ``matches`` are known, ``strangers`` are not, both in the given order."""

    matches: list[Match] = field(default_factory=list)
    strangers: list[Candidate] = field(default_factory=list)

    @property
    def present(self) -> frozenset[EntryId]:
        """The stored entries that this document lists."""
        return frozenset(match.head.entry_id for match in self.matches)

    def with_more(self, matches: Iterable[Match]) -> Recognition:
        """The same after some strangers were recognised."""
        more = tuple(matches)
        gone = {match.candidate.key for match in more}
        rest = [candidate for candidate in self.strangers if candidate.key not in gone]
        return Recognition(matches=[*self.matches, *more], strangers=rest)


def recognise(case: Case) -> Recognition:
    """Own key first (rules 1–3), then a whole migration (P-15), then single aliases with support (P-14).

    What saved pages name without a permalink is for `placed`, which comes after it.
    """
    found = _by_key(case)
    found = found.with_more(migrated(case, found.strangers, found.present))
    return found.with_more(_by_alias(case, found))


def _by_key(case: Case) -> Recognition:
    found, spared = Recognition(), any(key.startswith(SPARE) for key in case.heads.by_key)
    for candidate in case.candidates:
        match = _plainly_known(case, candidate) if not spared else None
        match = match or _known(case, candidate)
        if isinstance(match, Match):
            found.matches.append(match)
        else:
            found.strangers.append(match)
    return _without_strange_echoes(case, replace(found, matches=_without_echoes(found.matches)))


def _plainly_known(case: Case, candidate: Candidate) -> Match | Candidate | None:
    """What `_known` says where no entry stands under any spare key; ``None`` where the words must be compared."""
    head = case.heads.by_key.get(candidate.key)
    if head is None:
        return candidate
    same = candidate.fingerprint.revision == head.revision_hash
    return Match(head=head, candidate=candidate) if same else None


def _known(case: Case, candidate: Candidate) -> Match | Candidate:
    """The entry under a candidate's spare key, which says more than its key and so holds still whatever becomes of the
    other entry (D-22); else the one under its key, unless the key was given to another story."""
    head = case.heads.by_key.get(candidate.key)
    for spare in spare_keys(candidate):
        other = case.heads.by_key.get(spare)
        if other:
            return Match(head=other, candidate=with_key(candidate, spare))
        if head and _is_elsewhere(head, candidate) and _is_reused(head, candidate):
            return with_key(candidate, spare)
    return Match(head=head, candidate=candidate) if head else candidate


def _is_elsewhere(head: Head, candidate: Candidate) -> bool:
    """A first sign that a key was given to another story: another title, and for an id another link as well."""
    fingerprint = candidate.fingerprint
    if fingerprint.revision == head.revision_hash or fingerprint.title == head.title_hash:
        return False
    return _is_linked_elsewhere(candidate, head.link)


def _is_linked_elsewhere(candidate: Candidate, link: str | None) -> bool:
    return not candidate.entry.raw_id or (bool(link) and not same_link(candidate.entry.link, link))


def _is_reused(head: Head, candidate: Candidate) -> bool:
    """P-16, P-17: the texts have nothing in common either. An edit of the same story is a revision instead."""
    return head.text is not None and not is_related(wording(head.text), wording(candidate.entry))


def _without_echoes(matches: list[Match]) -> list[Match]:
    """P-18 across keys: of two listings of one entry the latest updated decides, else the one under its first key."""
    best = _deciding(matches)
    return [match if best[match.head.entry_id] is match else replace(match, echo=True) for match in matches]


def _deciding(matches: Iterable[Match]) -> dict[EntryId, Match]:
    best: dict[EntryId, Match] = {}
    for match in matches:
        rival = best.get(match.head.entry_id)
        if rival is None or _weight(match) > _weight(rival):
            best[match.head.entry_id] = match
    return best


def _without_strange_echoes(case: Case, found: Recognition) -> Recognition:
    """An echo that is another story than the listing that decides is a stranger (P-16, P-17).

    The entry is about to become what decides: at the next look the echo would be told apart from it, and D-22 wants
    the same answer at both looks.
    """
    best = _deciding(found.matches)
    known: list[Match] = []
    strange: dict[int, Candidate] = {candidate.entry.position: candidate for candidate in found.strangers}
    for match in found.matches:
        apart = _apart(match.candidate, best[match.head.entry_id].candidate) if match.echo else None
        if apart:
            strange[apart.entry.position] = apart
        else:
            known.append(match)
    positions = (candidate.entry.position for candidate in case.candidates)
    return Recognition(matches=known, strangers=[strange[place] for place in positions if place in strange])


def _apart(echo: Candidate, decides: Candidate) -> Candidate | None:
    """An echo under its spare key, where it has one and is another story than what decides."""
    if echo.fingerprint.title == decides.fingerprint.title or not _is_linked_elsewhere(echo, decides.entry.link):
        return None
    if is_related(wording(decides.entry), wording(echo.entry)):
        return None
    return next((with_key(echo, spare) for spare in spare_keys(echo)), None)


def _weight(match: Match) -> tuple[float, bool]:
    updated = match.candidate.entry.updated
    instant = updated.instant if updated else None
    return (instant.timestamp() if instant else -inf, match.candidate.key == match.head.key)


def _by_alias(case: Case, found: Recognition) -> Iterable[Match]:
    """P-14 for each stranger; an entry that this document lists, or that was just recognised, is not free."""
    taken, index = set(found.present), _index(case, found.strangers)
    if not index:
        return
    for candidate in found.strangers:
        match = _aliased(case, candidate, index, taken)
        if match:
            taken.add(match.head.entry_id)
            yield match


_Index = dict[tuple[Alias, str], list[Head]]


def _index(case: Case, strangers: Iterable[Candidate]) -> _Index:
    """The entries under each alias by the hash of their text and of their title; all of them where there is one only.

    A link that a whole feed shares has thousands of entries: each is looked at once, not once for each stranger.
    """
    index: _Index = defaultdict(list)
    if not case.heads.by_alias:
        return index
    for alias in dict.fromkeys(alias for candidate in strangers for alias in candidate.aliases):
        heads = case.by_alias(alias)
        for head in heads:
            for word in {head.content_hash, head.title_hash} | ({""} if len(heads) == 1 else set()):
                index[alias, word].append(head)
    return index


def _aliased(case: Case, candidate: Candidate, index: _Index, taken: set[EntryId]) -> Match | None:
    """The entry that one of the aliases stands for: the first with the same text, else the only one with support."""
    for alias in candidate.aliases:
        heads = [
            head
            for word in (candidate.fingerprint.content, candidate.fingerprint.title, "")
            for head in index.get((alias, word), ())[:_MOST]
            if head.entry_id not in taken
        ]
        free = {head.entry_id: head for head in heads}.values()
        supported = [(head, why) for head in free if (why := _support(case, candidate, alias, head))]
        by_text = [pair for pair in supported if pair[0].content_hash == candidate.fingerprint.content]
        for head, why in by_text[:1] or (supported if len(supported) == 1 else ()):
            text = f"Known under another id: {why} (P-14)."
            evidence = {"alias": f"{alias.kind} {alias.value}", "before": head.key, "after": candidate.key}
            return Match(head=head, candidate=candidate, renamed=Reason(rule="4.3/4", text=text, evidence=evidence))
    return None


def _support(case: Case, candidate: Candidate, alias: Alias, head: Head) -> str:
    """Why an alias may be believed, in words; empty where it may not. Short and template texts prove little: they
    need the day as well, or an undated entry whose link is its own."""
    fingerprint, when = candidate.fingerprint, case.effective(candidate)
    if fingerprint.content == head.content_hash:
        if fingerprint.strong and fingerprint.content not in case.heads.templates:
            return f"same {alias.kind} and same text"
        if when.basis in UNDATED and len(case.holders(alias)) == 1:
            return f"same {alias.kind} and same text, no date"
        if near(when, filed(head)):
            return f"same {alias.kind}, same text, same days"
    if fingerprint.title == head.title_hash != WORDLESS and when.day == head.day:
        return f"same {alias.kind}, same title, same day"
    if alias.kind == "link" and _lacks_title(candidate, head) and _is_akin(candidate, head):
        return "same link, and one of the two has no title; their texts are akin"
    if candidate.key.startswith("link:") and mode(case.context.source, case.context.state) is Identity.LINK:
        return "same link, by which this feed's entries are known"
    return ""


def _lacks_title(candidate: Candidate, head: Head) -> bool:
    """Whether titles cannot agree, because one of them was made up for a saved document that had none."""
    made_up = head.title_hash == WORDLESS and head.text is not None and head.text.provenance.past
    return made_up or bool(candidate.entry.title_basis)


def _is_akin(candidate: Candidate, head: Head) -> bool:
    return head.text is not None and is_related(wording(head.text), wording(candidate.entry))
