"""What history changes (B-08, B-09): versions that nobody knew are kept, everything else stays as it is. Law: nothing
that comes from the past is announced, and no older version replaces the one on show.
"""

from __future__ import annotations

from aggregator.dedupe.context import Case, Match
from aggregator.model import Reason, Recalled, Seen


def recalled(case: Case, match: Match) -> Seen | Recalled:
    """What a page of history says of a known entry: nothing new, or a version that is not among its own."""
    if match.echo:
        return _known(match, "P-18", "The document lists this entry twice; its other listing decides.")
    head, prints = match.head, match.candidate.fingerprint
    if prints.revision == head.revision_hash:
        return _known(match, "B-09", "Known, and its text is the current one.")
    number = head.older.get(prints.revision)
    if number is not None:
        return _known(match, "B-09", f"Known, and its text is that of version {number}.")
    if case.context.retold and prints.content == head.content_hash:
        return _known(match, "B-10", "Known, and its words are the current ones; only the form it came in differs.")
    text = (
        "Known, with a text that is not among its versions. Kept as a version of the past; nothing else moves (B-08)."
    )
    evidence = {"current": head.revision_hash[:12], "this": prints.revision[:12]}
    reason = Reason(rule="B-08", text=text, evidence=evidence)
    return Recalled(head=head, candidate=match.candidate, reason=reason)


def _known(match: Match, rule: str, text: str) -> Seen:
    return Seen(head=match.head, candidate=match.candidate, reason=Reason(rule=rule, text=text))
