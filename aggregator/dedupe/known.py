"""Rules 1 to 3 of the outcome table: what a known entry has become. Law: every new wording becomes a revision, and
``updated`` never moves backwards.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from aggregator.dedupe.context import Case, Match
from aggregator.dedupe.dates import same_stated, usable
from aggregator.dedupe.fingerprint import WORDLESS
from aggregator.dedupe.flapping import flux, only_moments, wait_until
from aggregator.dedupe.significance import is_lost, is_significant, wording
from aggregator.model import Alias, Candidate, Deferred, Entry, Head, Reason, Renamed, Revised, Seen

_SETTLED_AFTER = timedelta(hours=24)
_STEP = timedelta(seconds=1)


def outcome(case: Case, match: Match) -> Seen | Revised | Deferred | Renamed:
    """What rules 1 to 4 say of a recognised entry."""
    if match.echo:
        text = "The document lists this entry twice; its other listing decides."
        return Seen(head=match.head, candidate=match.candidate, reason=Reason(rule="P-18", text=text))
    change = _seen(case, match) if _is_current(match) else _restless(case, match)
    return Renamed(then=change, reason=match.renamed) if match.renamed else change


def improved(case: Case, match: Match, why: str) -> Revised:
    """A better copy of an entry that was brought as history: it is shown from now on, and nobody is told (R-35)."""
    evidence = {"before": match.head.revision_hash[:12], "after": match.candidate.fingerprint.revision[:12]}
    text = f"Known from a saved copy only; this one is shown instead, as {why}. Nothing is announced."
    change = _revised(case, replace(match, quiet=True))
    return replace(change, reason=Reason(rule="B-08", text=text, evidence=evidence), displayed=True)


def _is_current(match: Match) -> bool:
    return match.candidate.fingerprint.revision == match.head.revision_hash


def _seen(case: Case, match: Match) -> Seen:
    """Rule 1; a revert that has stayed for a day is announced now (rule 2)."""
    head, candidate = match.head, match.candidate
    moved = not same_stated(candidate.entry.published, head.source_published_at)
    settled = head.reverted_at is not None and case.now - head.reverted_at >= _SETTLED_AFTER
    text = "Known, and its text is unchanged."
    if moved:
        text = "Known, and its text is unchanged; only the date its source states has moved, which moves nothing here."
    if settled:
        text = "Known; the return to an earlier text has stayed for 24 hours and is announced."
    return Seen(
        head=head,
        candidate=candidate,
        reason=_why_seen(text, head.revision),
        date_changed=moved,
        settled=settled,
        aliases=_new_aliases(case, match),
    )


@lru_cache(maxsize=64)
def _why_seen(text: str, revision: int) -> Reason:
    """Nearly all entries of nearly all documents are seen for the same reason: one noun serves them."""
    return Reason(rule="4.3/1", text=text, evidence={"revision": str(revision)})


def _restless(case: Case, match: Match) -> Revised | Deferred:
    """D-23 after rules 2 and 3: a volatile entry is stored once a day where only its numbers change, and silently."""
    change = _revised(case, match)
    head, candidate = match.head, match.candidate
    if head.text is None or not head.recent:
        return change
    moments = only_moments(head.text, candidate.entry)
    found = flux(head, candidate.fingerprint.revision, case.now, moments=moments)
    change = replace(change, flux=found)
    volatile = found.volatile if found else head.volatile_at is not None
    if not (volatile and moments):
        return change
    text = "Known and volatile; only its numbers, dates or times have changed."
    evidence = change.reason.evidence
    updated_at = _updated_at(head, candidate.entry, False, case.now)
    change = replace(change, significant=False, settles=False, updated_at=updated_at)
    until = wait_until(head, case.now)
    if until is None:
        said = Reason(rule="D-23", text=f"{text} Stored and shown once a day, not announced.", evidence=evidence)
        return replace(change, reason=said)
    said = Reason(rule="D-23", text=f"{text} They stood when their day was over: stored and shown.", evidence=evidence)
    why = Reason(rule="D-23", text=f"{text} Kept aside until {until:%d %B %Y %H:%M} UTC.", evidence=evidence)
    return Deferred(then=replace(change, reason=said), reason=why, until=until)


def _revised(case: Case, match: Match) -> Revised:
    """Rules 2 and 3."""
    head, candidate = match.head, match.candidate
    older = head.older.get(candidate.fingerprint.revision)
    significant, lost = _weigh(head, candidate.entry, partial=case.context.partial)
    significant = significant and not lost and older is None and not match.quiet
    return Revised(
        head=head,
        candidate=candidate,
        reason=_reason(head, candidate, older, significant, lost),
        significant=significant,
        updated_at=_updated_at(head, candidate.entry, significant, case.now),
        reverts_to=older,
        displayed=not lost,
        date_changed=not same_stated(candidate.entry.published, head.source_published_at),
        aliases=_new_aliases(case, match),
    )


def _weigh(head: Head, entry: Entry, *, partial: bool) -> tuple[bool, bool]:
    """Whether the new version is significant (D-24), and whether it has lost its text (D-25)."""
    if head.text is None:  # nothing to compare with: rather announce too much than hide a correction
        return True, False
    old, new = wording(head.text), wording(entry)
    saved = head.text.provenance.past
    if saved and head.title_hash == WORDLESS:
        # The title shown was made up for a saved document that had none: the first real one is no change of it.
        old = replace(old, title=new.title)
    return is_significant(old, new), is_lost(old, new, partial=partial or saved)


def _reason(head: Head, candidate: Candidate, older: int | None, significant: bool, lost: bool) -> Reason:
    evidence = {"before": head.revision_hash[:12], "after": candidate.fingerprint.revision[:12]}
    if older is not None:
        text = f"Known; its text is that of revision {older} again. Announced if it stays for 24 hours."
        return Reason(rule="4.3/2", text=text, evidence=evidence)
    if lost:
        text = "Known; its text is gone or cut short. Stored, while the fuller version stays on show (D-25)."
    elif significant:
        text = "Known; its text, a number or a link has changed enough to be told (D-24)."
    else:
        text = "Known; its text has changed a little. Stored and shown, not announced (D-24)."
    return Reason(rule="4.3/3", text=text, evidence=evidence)


def _updated_at(head: Head, entry: Entry, significant: bool, now: datetime) -> datetime:
    """D-24 and R-34: a significant revision is dated now and at least a second later; else only the source moves it."""
    if significant:
        return max(now, head.updated_at + _STEP)
    stated = usable(entry.updated, now)
    return max(stated, head.updated_at) if stated else head.updated_at


def _new_aliases(case: Case, match: Match) -> tuple[Alias, ...]:
    number = match.head.entry_id
    return tuple(
        [alias for alias in match.candidate.aliases if number not in [head.entry_id for head in case.holders(alias)]]
    )
