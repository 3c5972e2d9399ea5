"""Entries of saved pages that had no permalink there: their key is the page and the slug of their title, so they are
known by their words as well. Law: a key that was made here never replaces one of the publisher's.
"""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.dedupe.context import Case, Match
from aggregator.dedupe.dates import UNDATED, filed, near
from aggregator.dedupe.fingerprint import WORDLESS
from aggregator.dedupe.keys import is_placed
from aggregator.dedupe.recognise import Recognition
from aggregator.dedupe.twins import same_language
from aggregator.model import Candidate, Head, Reason


def placed(case: Case, found: Recognition) -> Iterator[Match]:
    """Strangers that are a known entry of this feed by their words, where one of the two was found without a permalink:
    the same strong text, and dates that do not contradict each other. One to one, the older entry first."""
    taken = set(found.present)
    for candidate in found.strangers:
        head = next((head for head in _twins(case, candidate) if head.entry_id not in taken), None)
        if head is not None:
            taken.add(head.entry_id)
            yield Match(head=head, candidate=candidate, renamed=_reason(candidate, head), quiet=True)


def is_untitled(head: Head) -> bool:
    """Whether the stored title says nothing, or was made up here for a saved document that had none."""
    return head.title_hash == WORDLESS


def _twins(case: Case, candidate: Candidate) -> Iterator[Head]:
    prints = candidate.fingerprint
    if not prints.strong or prints.content in case.heads.templates:
        return
    for head in case.own(case.heads.by_content.get(prints.content, ())):
        one = is_placed(candidate.key) or is_placed(head.key)
        if one and same_language(candidate.entry.language, head.language) and _agree(case, candidate, head):
            yield head


def _agree(case: Case, candidate: Candidate, head: Head) -> bool:
    """Whether both may be of one day; a page that states no date contradicts nothing."""
    when = case.effective(candidate)
    return when.basis in UNDATED or head.source_published_at is None or near(when, filed(head))


def _reason(candidate: Candidate, head: Head) -> Reason:
    evidence = {"before": head.key, "after": candidate.key}
    if is_placed(head.key) and not is_placed(candidate.key):
        text = "Known from a saved page that gave it no address; it has the same words, and here is its own address."
    else:
        text = "Known: this page, which gives it no address of its own, has the same words."
    return Reason(rule="4.3/4", text=text, evidence=evidence)
