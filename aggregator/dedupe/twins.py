"""Entries with the same words: which of them may count as the same, and which one leads (D-05 to D-07, D-21, D-27).
Law: a text that says little, or that its publisher repeats, proves nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain, islice

from aggregator.dedupe.context import Case, same_link
from aggregator.dedupe.dates import filed, near
from aggregator.dedupe.keys import plain_link
from aggregator.dedupe.recognise import Recognition
from aggregator.model import Candidate, ContentHash, Effective, EntryId, FeedId, Head, Key, Precision

_TEMPLATE_DAYS = 3
_MOST = 100
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """An entry with the words of a candidate: a stored one (``entry_id``) or an earlier one of this document (``key``).

    ``root`` and ``root_key`` name the entry it stands under, itself if none; ``emitted`` is whether that one was told
    to subscribers; ``present``: this document lists the twin itself.
    """

    feed_id: FeedId
    effective: Effective
    link: str | None
    language: str | None
    present: bool
    emitted: bool
    entry_id: EntryId | None = None
    key: Key | None = None
    root: EntryId | None = None
    root_key: Key | None = None
    first_seen_at: datetime
    head: Head | None = None


@dataclass(slots=True)
class Shelf:
    """All twins by text and day, so that a candidate looks at its own days only; in ascending entry id."""

    days: dict[tuple[ContentHash, date], list[Twin]] = field(default_factory=lambda: defaultdict(list))
    texts: dict[ContentHash, list[Twin]] = field(default_factory=lambda: defaultdict(list))

    def add(self, content: ContentHash, twin: Twin) -> None:
        """Put one more twin on the shelf."""
        self.days[content, twin.effective.day].append(twin)
        self.texts[content].append(twin)

    def near(self, candidate: Candidate, when: Effective) -> tuple[Twin, ...]:
        """Twins whose date is near (D-11); at most a hundred a day, which only a template ever reaches. Where only a
        month is known, it is filed under its first day."""
        content = candidate.fingerprint.content
        if content not in self.texts:
            return ()
        if when.precision is Precision.MONTH:
            return tuple(twin for twin in islice(self.texts.get(content, ()), _MOST) if near(twin.effective, when))
        days = [when.day + step for step in (-_DAY, timedelta(), _DAY)]
        on_days = (self.days.get((content, day), ()) for day in dict.fromkeys((*days, *(_first(day) for day in days))))
        close = (twin for twin in chain.from_iterable(islice(twins, _MOST) for twins in on_days))
        return tuple(twin for twin in close if near(twin.effective, when))

    def far(self, candidate: Candidate, when: Effective) -> tuple[Twin, ...]:
        """Twins whose date is not near."""
        twins = islice(self.texts.get(candidate.fingerprint.content, ()), _MOST)
        return tuple(twin for twin in twins if not near(twin.effective, when))


def _first(day: date) -> date:
    return day.replace(day=1)


def stock(case: Case, found: Recognition) -> Shelf:
    """A shelf with every stored entry that shares the words of a stranger."""
    shelf = Shelf()
    contents = {candidate.fingerprint.content for candidate in found.strangers}
    known = {head.entry_id: head for heads in case.heads.by_content.values() for head in heads}
    for content in contents:
        for head in case.heads.by_content.get(content, ()):
            shelf.add(content, _stored(head, known, found.present))
    return shelf


def _stored(head: Head, known: dict[EntryId, Head], present: frozenset[EntryId]) -> Twin:
    """A stored twin. It leads itself where subscribers have it; else its lead does, which they have by D-21."""
    lead = known.get(head.lead) if head.lead is not None else None
    root = head.entry_id if head.emitted or head.lead is None else head.lead
    emitted = head.emitted or (head.lead is not None and (lead is None or lead.emitted))
    return Twin(
        feed_id=head.feed_id,
        effective=filed(head),
        link=head.link,
        language=head.language,
        present=head.entry_id in present,
        emitted=emitted,
        entry_id=head.entry_id,
        root=root,
        first_seen_at=head.first_seen_at,
        head=head,
    )


def templates(case: Case, found: Recognition) -> tuple[ContentHash, ...]:
    """D-06: texts that this document shows to be templates and that were not known as such, in order of hash."""
    days: dict[ContentHash, set[date]] = defaultdict(set)
    links: dict[ContentHash, set[str]] = defaultdict(set)
    listed = [(match.candidate, match.head.day) for match in found.matches if not match.echo]
    listed += [(candidate, case.effective(candidate).day) for candidate in found.strangers]
    for candidate, day in listed:
        content = candidate.fingerprint.content
        days[content].add(day)
        if candidate.entry.link:
            links[content].add(plain_link(candidate.entry.link))
    for content, seen in days.items():
        if known := case.heads.by_content.get(content):
            seen.update([head.day for head in case.own(known)])
    flagged = (text for text in days if len(days[text]) >= _TEMPLATE_DAYS or len(links[text]) > 1)
    return tuple(sorted(text for text in flagged if text not in case.heads.templates))


def is_allowed(candidate: Candidate, twin: Twin) -> bool:
    """D-05 and D-27: words in another language are another entry, and a weak text needs an equal link as well."""
    if not same_language(candidate.entry.language, twin.language):
        return False
    return candidate.fingerprint.strong or same_link(candidate.entry.link, twin.link)


def repeated(candidate: Candidate, own: Iterable[Twin]) -> Twin | None:
    """Rule 5 with D-07: the first near twin of this feed that this document does not list, or that has the same link.

    Where the document lists a twin under another link, its publisher means several entries with these words.
    """
    own = tuple(twin for twin in own if is_allowed(candidate, twin))
    same = [twin for twin in own if same_link(candidate.entry.link, twin.link)]
    if same:
        return same[0]
    if any(twin.present for twin in own):
        return None
    return own[0] if own else None


def leading(case: Case, twins: Iterable[Twin]) -> Twin | None:
    """D-21: the twin whose root leads: emitted ones first, then by date, priority, first sight and number."""
    priorities = case.context.priorities

    def rank(twin: Twin) -> tuple[bool, datetime, int, datetime, int]:
        priority = priorities.get(twin.feed_id, 0)
        return (not twin.emitted, twin.effective.instant, -priority, twin.first_seen_at, twin.entry_id or 0)

    return min(twins, key=rank, default=None)


def same_language(a: str | None, b: str | None) -> bool:
    """By primary subtag (BCP 47); an unknown language contradicts nothing."""
    return not a or not b or a.split("-")[0].lower() == b.split("-")[0].lower()
