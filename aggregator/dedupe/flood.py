"""The flood gate (P-15): a document in which most ids are new while texts, links, titles or dates are old is a site
that moved or was imported anew. Law: what is old in it is matched or held, never announced; what is new passes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from aggregator.dedupe.context import Case, Match
from aggregator.dedupe.dates import FIRST_SEEN, filed, near, usable
from aggregator.dedupe.fingerprint import WORDLESS
from aggregator.dedupe.keys import plain_link
from aggregator.dedupe.recognise import Recognition
from aggregator.dedupe.significance import is_related, wording
from aggregator.model import Added, Candidate, FeedId, Head, HeadQuery, Heads, Hold, Precision, Reason

LEAST = 5
"""So few unknown ids are never a flood."""
HALF = 0.5
OLD = timedelta(days=30)
"""An entry dated so long before the newest known one is back catalogue."""
LATE = timedelta(hours=48)
"""Late by less than this, an entry may still be one that was merely slow to appear (lesson of the late items)."""
FEW = 20
"""So many doubtful entries and more wait for a person; fewer are announced after `PATIENCE`."""
PATIENCE = timedelta(hours=48)
BACK_CATALOGUE, DOUBTFUL = "back-catalogue", "doubtful"
RELEASE = "`aggregator feeds release` announces it."
_FINE = (Precision.SECOND, Precision.MINUTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """A document after the gate: who was recognised, and by position what is held and why. ``ids`` counts the unknown
    ids, ``matched`` those of them that are known entries; ``ids`` of 0 means that there is no flood."""

    found: Recognition
    held: Mapping[int, tuple[Hold, Reason]] = field(default_factory=dict)
    ids: int = 0
    matched: int = 0


def is_suspect(candidates: Sequence[Candidate], heads: Heads) -> bool:
    """Whether most ids of the document are unknown, so that its kin must be looked up."""
    unknown = _unknown(candidates, heads)
    return unknown >= LEAST and unknown >= HALF * len(candidates)


def kin_query(feed_id: FeedId, candidates: Sequence[Candidate], heads: Heads, now: datetime) -> HeadQuery:
    """What else must be known of a suspect document: entries with its titles and dates. ``now`` is aware and UTC."""
    strangers = [candidate for candidate in candidates if candidate.key not in heads.by_key]
    stated = (candidate.entry.published.instant for candidate in strangers)
    return HeadQuery(
        feed_id=feed_id,
        keys=(),
        aliases=(),
        contents=(),
        revisions=tuple(dict.fromkeys(candidate.fingerprint.revision for candidate in strangers)),
        now=now,
        titles=tuple(dict.fromkeys(candidate.fingerprint.title for candidate in strangers)),
        dates=tuple(dict.fromkeys(instant for instant in stated if instant)),
    )


def with_kin(heads: Heads, more: Heads) -> Heads:
    """The first answer completed by the second."""
    return replace(heads, kin=more.kin, newest=more.newest)


def _unknown(candidates: Sequence[Candidate], heads: Heads) -> int:
    return sum(candidate.key not in heads.by_key for candidate in candidates)


def dam(case: Case, found: Recognition) -> Flood:
    """The gate. The first document of a feed is never a flood: with nothing known, nothing can be announced again."""
    newest = case.heads.newest
    if newest is None or not is_suspect(case.candidates, case.heads):
        return Flood(found=found)
    ids = _unknown(case.candidates, case.heads)
    kin = _kin(case, found)
    after = found.with_more(kin)
    likely = _likely(case, after)
    old = {each.entry.position for each in after.strangers if _is_old(case, each, newest)}
    matched = ids - len(after.strangers)
    evidence = matched + len(old | likely.keys())
    if evidence < LEAST or evidence < HALF * ids:
        return Flood(found=found)
    held = _held(case, after, old, likely, ids)
    return Flood(found=after, held=held, ids=ids, matched=matched)


_CandidateKey = Callable[[Candidate], Hashable | None]
_HeadKey = Callable[[Head], Hashable | None]


def _kin(case: Case, found: Recognition) -> tuple[Match, ...]:
    """Known entries under new ids, one to one, the strongest likeness first."""
    absent = [head for head in case.heads.kin if head.entry_id not in found.present]
    strangers, matches = list(found.strangers), list[Match]()
    for why, key, of_head, holds in _likenesses(case):
        for candidate, head in _pairs(strangers, absent, key, of_head):
            if holds(candidate, head):
                matches.append(_match(candidate, head, why))
        done = {match.candidate.key for match in matches}
        gone = {match.head.entry_id for match in matches}
        strangers = [candidate for candidate in strangers if candidate.key not in done]
        absent = [head for head in absent if head.entry_id not in gone]
    return tuple(matches)


_Likeness = tuple[str, _CandidateKey, _HeadKey, Callable[[Candidate, Head], bool]]


def _likenesses(case: Case) -> tuple[_Likeness, ...]:
    """What makes a stranger a known entry while the ids of a feed change together."""

    def is_near(candidate: Candidate, head: Head) -> bool:
        return near(case.effective(candidate), filed(head))

    def is_alike(candidate: Candidate, head: Head) -> bool:
        return is_near(candidate, head) or _related(candidate, head)

    def always(_candidate: Candidate, _head: Head) -> bool:
        return True

    return (
        ("same title, same date", _title_and_date, _title_and_date_of, always),
        ("same title, same days", _title, _title_of, is_near),
        ("same link, and words or days agree", _link, _link_of, is_alike),
        ("same date to the second or minute, which no other entry has", _exact, _exact_of, always),
    )


def _title(candidate: Candidate) -> Hashable | None:
    return candidate.fingerprint.title if candidate.fingerprint.title != WORDLESS else None


def _title_of(head: Head) -> Hashable | None:
    return head.title_hash if head.title_hash != WORDLESS else None


def _title_and_date(candidate: Candidate) -> Hashable | None:
    title, stated = _title(candidate), candidate.entry.published.instant
    return (title, stated.replace(microsecond=0)) if title and stated else None


def _title_and_date_of(head: Head) -> Hashable | None:
    title, stated = _title_of(head), head.source_published_at
    return (title, stated.replace(microsecond=0)) if title and stated else None


def _link(candidate: Candidate) -> Hashable | None:
    return plain_link(candidate.entry.link) or None


def _link_of(head: Head) -> Hashable | None:
    return plain_link(head.link) or None


def _exact(candidate: Candidate) -> Hashable | None:
    stamp = candidate.entry.published
    return _telling(stamp.instant) if stamp.precision in _FINE else None


def _exact_of(head: Head) -> Hashable | None:
    return _telling(head.source_published_at) if head.precision in _FINE else None


def _telling(instant: datetime | None) -> datetime | None:
    """The instant to the second, unless it is one at which anybody may publish: the hour or a quarter of it."""
    if instant is None or (instant.second == 0 and instant.minute % 15 == 0):
        return None
    return instant.replace(microsecond=0)


def _pairs(
    strangers: Iterable[Candidate], heads: Iterable[Head], key: _CandidateKey, of_head: _HeadKey
) -> Iterable[tuple[Candidate, Head]]:
    """Those that share a key with one of the other side and with nobody of their own."""
    here: dict[Hashable, list[Candidate]] = defaultdict(list)
    there: dict[Hashable, list[Head]] = defaultdict(list)
    for candidate in strangers:
        if (name := key(candidate)) is not None:
            here[name].append(candidate)
    for head in heads:
        if (name := of_head(head)) is not None:
            there[name].append(head)
    return [(ours[0], there[name][0]) for name, ours in here.items() if len(ours) == 1 == len(there.get(name, ()))]


def _related(candidate: Candidate, head: Head) -> bool:
    return head.text is not None and is_related(wording(head.text), wording(candidate.entry))


def _match(candidate: Candidate, head: Head, why: str) -> Match:
    text = f"Known under another id: {why}, while most ids of the feed changed at once. Nothing is announced (P-15)."
    evidence = {"before": head.key, "after": candidate.key, "likeness": why}
    reason = Reason(rule="P-15/kin", text=text, evidence=evidence)
    return Match(head=head, candidate=candidate, renamed=reason, quiet=True)


def _likely(case: Case, found: Recognition) -> dict[int, str]:
    """Strangers that may be old ones: a known entry's title and words under another date, or a date that is the
    import's own. A series whose titles come back looks the same, hence held and not matched."""
    absent = [head for head in case.heads.kin if head.entry_id not in found.present]
    pairs = _pairs(found.strangers, absent, _title, _title_of)
    likely = {
        candidate.entry.position: f"title and words are those of entry {head.entry_id}, the date is not"
        for candidate, head in pairs
        if _related(candidate, head)
    }
    stamps = Counter(_stated(match.candidate) for match in found.matches if match.renamed)
    for candidate in found.strangers:
        stamp = _stated(candidate)
        if stamp is not None and stamps[stamp] >= LEAST:
            likely.setdefault(candidate.entry.position, f"{stamps[stamp]} old entries of the document state this date")
    return likely


def _stated(candidate: Candidate) -> datetime | None:
    stamp = candidate.entry.published
    return stamp.instant if stamp.precision in _FINE else None


def _is_old(case: Case, candidate: Candidate, newest: datetime) -> bool:
    """Old by its own date: long before the newest entry known, or from before the feed was followed."""
    stated = usable(candidate.entry.published, case.now)
    if stated is None:
        return False
    return stated < newest - OLD or (stated < case.context.state.added_at and stated < newest - LATE)


def _held(
    case: Case, found: Recognition, old: set[int], likely: Mapping[int, str], ids: int
) -> dict[int, tuple[Hold, Reason]]:
    doubts = {each.entry.position: why for each in found.strangers if (why := _doubt(case, each, old, likely))}
    until = case.now + PATIENCE if len(doubts) < FEW else None
    held: dict[int, tuple[Hold, Reason]] = {}
    for candidate in found.strangers:
        position, when = candidate.entry.position, case.effective(candidate)
        evidence = {"date": f"{when.instant:%Y-%m-%dT%H:%M:%SZ} ({when.basis})", "unknown ids": str(ids)}
        evidence["newest known"] = f"{case.heads.newest:%Y-%m-%dT%H:%M:%SZ}"
        if position in old:
            text = f"Held as back catalogue: dated {when.day:%d %B %Y}, while most ids of the feed changed at once"
            reason = Reason(rule="P-15/held", text=f"{text}. Stored, not announced; {RELEASE}", evidence=evidence)
            held[position] = (Hold(kind=BACK_CATALOGUE), reason)
        elif position in doubts:
            text = f"Held as doubtful: {doubts[position]}, and most ids of the feed changed at once"
            wait = f"Announced after {until:%d %B %Y %H:%M} UTC at the latest" if until else "Waits for a person"
            reason = Reason(rule="P-15/held", text=f"{text}. {wait}; {RELEASE}", evidence=evidence)
            held[position] = (Hold(kind=DOUBTFUL, until=until), reason)
    return held


def _doubt(case: Case, candidate: Candidate, old: set[int], likely: Mapping[int, str]) -> str:
    """Why a stranger that is not plainly old may be; empty for one that is new."""
    position = candidate.entry.position
    if position in old:
        return ""
    if position in likely:
        return likely[position]
    when, newest = case.effective(candidate), case.heads.newest
    if when.basis != FIRST_SEEN and newest is not None and when.instant < newest - LATE:
        return f"dated {when.day:%d %B %Y}, before the newest entry known, yet never listed"
    return ""


def keep_back(change: Added, flood: Flood) -> Added:
    """A new entry as the gate lets it through; one that would not be announced anyway needs no hold."""
    hold, reason = flood.held.get(change.candidate.entry.position, (None, change.reason))
    if hold is None or not change.emitted:
        return change
    return replace(change, emitted=False, hold=hold, reason=reason)


def told(flood: Flood, held: int) -> str:
    """The gate's work in one sentence for the log and for ``explain``; empty where there was no flood."""
    if not flood.ids:
        return ""
    return (
        f"{flood.ids} ids of this document are new at once: {flood.matched} are known entries under new ids, "
        f"{held} are held and not announced, {flood.ids - flood.matched - held} are taken as new (P-15)."
    )
