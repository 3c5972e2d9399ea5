"""What history changes (B-08, B-09): versions that nobody knew are kept, everything else stays as it is. Law: nothing
that comes from the past is announced, and no older version replaces one that the live feed has shown.
"""

from __future__ import annotations

from aggregator.dedupe.context import Case, Match
from aggregator.dedupe.keys import is_placed
from aggregator.dedupe.known import improved
from aggregator.dedupe.placed import is_untitled
from aggregator.dedupe.significance import is_lost, is_related, wording
from aggregator.model import Reason, Recalled, Renamed, Revised, Seen


def recalled(case: Case, match: Match) -> Seen | Recalled | Revised | Renamed:
    """What a page of history says of a known entry: nothing new, a version that is not among its own, or a better copy
    of one that was brought as history, too.

    The key of a saved page is remembered, so that the page finds the entry again when its words are others.
    """
    change = _change(case, match)
    placed = is_placed(match.candidate.key)
    if match.renamed is None or match.echo or not (placed or is_placed(match.head.key)):
        return change
    return Renamed(then=change, reason=match.renamed, adopted=not placed)


def _change(case: Case, match: Match) -> Seen | Recalled | Revised:
    if match.echo:
        return _known(match, "P-18", "The document lists this entry twice; its other listing decides.")
    head, prints = match.head, match.candidate.fingerprint
    if prints.revision == head.revision_hash:
        return _known(match, "B-09", "Known, and its text is the current one.")
    number = head.older.get(prints.revision)
    if number is not None:
        return _known(match, "B-09", f"Known, and its text is that of version {number}.")
    if better := _better(case, match):
        return improved(case, match, better)
    if case.context.retold and prints.content == head.content_hash:
        return _known(match, "B-10", "Known, and its words are the current ones; only the form it came in differs.")
    text = (
        "Known, with a text that is not among its versions. Kept as a version of the past; nothing else moves (B-08)."
    )
    evidence = {"current": head.revision_hash[:12], "this": prints.revision[:12]}
    reason = Reason(rule="B-08", text=text, evidence=evidence)
    return Recalled(head=head, candidate=match.candidate, reason=reason)


def _better(case: Case, match: Match) -> str:
    """Why this copy is better than the one on show, which the live feed never had; empty where it is not."""
    head, candidate = match.head, match.candidate
    if is_placed(head.key) and not is_placed(candidate.key):
        return "it has the entry's own address"
    if head.text is None or not head.text.provenance.past:
        return ""
    old, new = wording(head.text), wording(candidate.entry)
    if not is_related(old, new):
        return ""
    if is_untitled(head) and not candidate.entry.title_basis and new.title and not is_lost(old, new, partial=True):
        return "it has the title that the other lacked"
    if is_lost(new, old, partial=True):
        return "it has more of the text"
    captured = head.text.observed_at
    later = captured is not None and case.as_of > captured and not is_lost(old, new, partial=True)
    return "it was there to be read later" if later else ""


def _known(match: Match, rule: str, text: str) -> Seen:
    return Seen(head=match.head, candidate=match.candidate, reason=Reason(rule=rule, text=text))
