"""A better date for an entry that only history has brought. Law: what subscribers were told never moves (P-38)."""

from __future__ import annotations

from aggregator.dedupe.context import Case, Match
from aggregator.dedupe.dates import UNDATED, near
from aggregator.model import Effective, Precision, Reason, Refiled

SAID = "manifest"
"""The element of a date that whoever brings a document states for it."""


def refiled(case: Case, match: Match) -> Refiled | None:
    """The entry under another date: the first that is known of it, a day of the month known so far, or the one that a
    person states; ``None`` where it stays where it is."""
    head = match.head
    if head.announced or match.echo:
        return None
    when = case.effective(match.candidate)
    if when.basis in UNDATED:
        return None
    if (when.instant, when.precision) == (head.published_at, head.precision):
        return None
    why = _why(case, match, when)
    if not why:
        return None
    evidence = {"before": f"{head.day} ({head.basis})", "after": f"{when.day} ({when.basis})"}
    text = f"Filed under {when.day:%-d %B %Y} from now on: {why}. Nobody was told another date."
    return Refiled(entry_id=head.entry_id, effective=when, reason=Reason(rule="P-38", text=text, evidence=evidence))


def _why(case: Case, match: Match, when: Effective) -> str:
    head = match.head
    if when.basis == SAID and not case.context.announce:
        return "the date was stated by whoever brought it"
    if head.basis in UNDATED:
        return "no date was known before"
    stored = Effective(instant=head.published_at, precision=head.precision, basis=head.basis, day=head.day)
    finer = head.precision is Precision.MONTH and when.precision is not Precision.MONTH and head.basis != SAID
    return "only the month was known before" if finer and near(stored, when) else ""
