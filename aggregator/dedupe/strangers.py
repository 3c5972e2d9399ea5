"""Rules 5 to 8 of the outcome table: what an entry is that nobody knew. Law: everything is stored; only what is no
repeat and no duplicate is told to subscribers.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from aggregator.dedupe.context import Case, same_link
from aggregator.dedupe.dates import usable
from aggregator.dedupe.keys import public_ids
from aggregator.dedupe.twins import Shelf, Twin, is_allowed, leading, repeated
from aggregator.model import Added, Candidate, ContentHash, Effective, Head, Outcome, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """The rule that fits a stranger, and the twin it rests on."""

    outcome: Outcome
    rule: str
    text: str
    emitted: bool
    twin: Twin | None = None


def reposted(case: Case, shelf: Shelf, templates: Collection[ContentHash], candidate: Candidate) -> Head | None:
    """The stored entry of which a candidate would be a REPOST (rule 6)."""
    if candidate.fingerprint.content not in shelf.texts:
        return None
    placing = _placing(case, shelf, templates, candidate)
    return placing.twin.head if placing.outcome is Outcome.REPOST and placing.twin else None


def place(case: Case, shelf: Shelf, templates: Collection[ContentHash], candidate: Candidate, *, flood: bool) -> Added:
    """The first of rules 5 to 8 that fits, as a change; the entry goes on the shelf for those that follow it."""
    placing = _placing(case, shelf, templates, candidate)
    emitted = placing.emitted and not (flood and placing.outcome is Outcome.REPOST)
    added = _added(case, candidate, placing, emitted)
    shelf.add(candidate.fingerprint.content, _as_twin(case, added))
    return added


def _placing(case: Case, shelf: Shelf, templates: Collection[ContentHash], candidate: Candidate) -> Placing:
    content = candidate.fingerprint.content
    if content in templates or content in case.heads.templates:
        text = "New: the same words stand in several entries of a feed, so they prove nothing (D-06)."
        return Placing(outcome=Outcome.NEW, rule="4.3/8", text=text, emitted=True)
    when = case.effective(candidate)
    near = shelf.near(candidate, when)
    return (
        _repeat(case, candidate, near)
        or _repost(case, shelf, candidate, when)
        or _duplicate(case, candidate, near)
        or Placing(outcome=Outcome.NEW, rule="4.3/8", text="New: no key, alias or text is known.", emitted=True)
    )


def _repeat(case: Case, candidate: Candidate, near: tuple[Twin, ...]) -> Placing | None:
    twin = repeated(candidate, (twin for twin in near if twin.feed_id == case.feed_id))
    if twin is None:
        return None
    linked = same_link(candidate.entry.link, twin.link)
    why = "the same link" if linked else "an id that is no longer listed"
    text = f"This feed has the same words already, within a day, under {why}."
    return Placing(outcome=Outcome.REPEAT, rule="4.3/5", text=text, emitted=False, twin=twin)


def _repost(case: Case, shelf: Shelf, candidate: Candidate, when: Effective) -> Placing | None:
    if not candidate.fingerprint.strong:
        return None
    own = [twin for twin in shelf.far(candidate, when) if twin.feed_id == case.feed_id and is_allowed(candidate, twin)]
    if not case.context.announce:
        # What comes from the past repeats nothing that was published after it.
        own = [twin for twin in own if twin.effective.instant < when.instant]
    twin = min(own, key=lambda twin: twin.effective.instant, default=None)
    if twin is None:
        return None
    text = f"This feed published the same words on {twin.effective.day:%d %B %Y}; now they are news again."
    return Placing(outcome=Outcome.REPOST, rule="4.3/6", text=text, emitted=True, twin=twin)


def _duplicate(case: Case, candidate: Candidate, near: tuple[Twin, ...]) -> Placing | None:
    others = (twin for twin in near if twin.feed_id != case.feed_id and is_allowed(candidate, twin))
    twin = leading(case, others)
    if twin is None:
        return None
    text = f"Feed {twin.feed_id} has the same words, within a day."
    return Placing(outcome=Outcome.DUPLICATE, rule="4.3/7", text=text, emitted=not twin.emitted, twin=twin)


def _added(case: Case, candidate: Candidate, placing: Placing, emitted: bool) -> Added:
    entry, when, twin = candidate.entry, case.effective(candidate), placing.twin
    stated = usable(entry.updated, case.as_of)
    untold = "" if case.context.announce else " Brought as history: stored, not announced (R-35)."
    root, root_key = (twin.root, twin.root_key) if twin else (None, None)
    if twin and placing.outcome is Outcome.REPOST:
        root, root_key = twin.entry_id, twin.key
    return Added(
        candidate=candidate,
        outcome=placing.outcome,
        reason=Reason(rule=placing.rule, text=placing.text + untold, evidence=_evidence(candidate, when, twin)),
        effective=when,
        updated_at=max(stated, when.instant) if stated else when.instant,
        emitted=emitted,
        public_ids=public_ids(entry, case.context.state.tag, candidate.key),
        first=root,
        first_key=None if root is not None else root_key,
        announced=case.context.announce,
    )


def _evidence(candidate: Candidate, when: Effective, twin: Twin | None) -> dict[str, str]:
    evidence = {
        "content": candidate.fingerprint.content[:12],
        "strength": "strong" if candidate.fingerprint.strong else "weak",
        "date": f"{when.instant:%Y-%m-%dT%H:%M:%SZ} ({when.basis})",
    }
    if twin:
        evidence["twin"] = f"entry {twin.entry_id}" if twin.entry_id is not None else str(twin.key)
        evidence["twin date"] = f"{twin.effective.instant:%Y-%m-%dT%H:%M:%SZ}"
    return evidence


def _as_twin(case: Case, added: Added) -> Twin:
    """An entry just added, as later entries of the same document see it."""
    entry, key = added.candidate.entry, added.candidate.key
    follows = not added.emitted and (added.first is not None or added.first_key is not None)
    return Twin(
        feed_id=case.feed_id,
        effective=added.effective,
        link=entry.link,
        language=entry.language,
        present=True,
        emitted=True,
        key=key,
        root=added.first if follows else None,
        root_key=added.first_key if follows else key,
        first_seen_at=case.now,
    )
