"""The outcome table (4.3): a document and what is known of it become changes, each with its reason. Law: nothing is
dropped, nothing is done; deciding the same document again finds nothing new.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aggregator.dedupe.context import Case, DecideContext, Match, open_case
from aggregator.dedupe.flood import Flood, dam, keep_back, told
from aggregator.dedupe.identity import spare_keys
from aggregator.dedupe.known import outcome
from aggregator.dedupe.migration import flooded, is_flood, learned
from aggregator.dedupe.past import recalled
from aggregator.dedupe.placed import placed
from aggregator.dedupe.recognise import Recognition, recognise
from aggregator.dedupe.refile import refiled
from aggregator.dedupe.strangers import place, reposted
from aggregator.dedupe.twins import Shelf, stock, templates
from aggregator.model import (
    Added,
    Candidate,
    Change,
    ContentHash,
    FeedId,
    HeadQuery,
    Heads,
    Identity,
    Key,
    Renamed,
    Verdict,
)


def head_query(feed_id: FeedId, candidates: Sequence[Candidate], now: datetime) -> HeadQuery:
    """What the store must say before `decide` can; as long as the document. ``now`` is aware and UTC."""
    keys = (key for candidate in candidates for key in (candidate.key, *spare_keys(candidate)))
    aliases = (alias for candidate in candidates for alias in candidate.aliases)
    return HeadQuery(
        feed_id=feed_id,
        keys=tuple(dict.fromkeys(keys)),
        aliases=tuple(dict.fromkeys(aliases)),
        contents=tuple(dict.fromkeys(candidate.fingerprint.content for candidate in candidates)),
        revisions=tuple(dict.fromkeys(candidate.fingerprint.revision for candidate in candidates)),
        now=now,
    )


def decide(candidates: Sequence[Candidate], heads: Heads, context: DecideContext, now: datetime) -> Verdict:
    """The verdict on one document (4.3): the first rule that fits each candidate, in the order of ``candidates``.

    ``candidates`` come from `identify`, ``heads`` answer `head_query`, ``now`` is aware and UTC.
    """
    case = open_case(candidates, heads, context, now)
    found = recognise(case)
    found = found.with_more(placed(case, found))
    flagged = templates(case, found)
    shelf = stock(case, found)
    found, reposts = _without_flood(case, found, shelf, flagged)
    flood = dam(case, found) if context.announce else Flood(found=found)
    found = flood.found
    changes = tuple(
        keep_back(change, flood) if isinstance(change, Added) else change
        for change in _changes(case, found, shelf, flagged, flood=reposts)
    )
    identity, events = (
        learned(case, found.matches) if context.announce else (context.state.identity, context.state.id_changes)
    )
    return Verdict(
        changes=changes,
        templates=flagged,
        identity=identity,
        id_changes=events,
        notes=_notes(case, changes, identity, reposts=reposts, flood=flood),
        refiled=tuple(moved for match in found.matches if (moved := refiled(case, match))),
    )


def _without_flood(
    case: Case, found: Recognition, shelf: Shelf, flagged: tuple[ContentHash, ...]
) -> tuple[Recognition, bool]:
    """Rule 6: reposts in numbers are a migration; those that stand for one known entry each become that entry."""
    texts = frozenset(flagged)
    pairs = [(stranger, head) for stranger in found.strangers if (head := reposted(case, shelf, texts, stranger))]
    if not case.context.announce or not is_flood(len(pairs), len(case.candidates)):
        return found, False
    return found.with_more(flooded(pairs, found.present)), True


def _changes(
    case: Case, found: Recognition, shelf: Shelf, flagged: tuple[ContentHash, ...], *, flood: bool
) -> tuple[Change, ...]:
    """One change for each candidate, in their order: known ones by rules 1 to 4, strangers by rules 5 to 8."""
    texts = frozenset(flagged)
    known = {match.candidate.entry.position: match for match in found.matches}
    strangers = {candidate.entry.position: candidate for candidate in found.strangers}
    changes: list[Change] = []
    for candidate in case.candidates:
        match: Match | None = known.get(candidate.entry.position)
        if match:
            changes.append(outcome(case, match) if case.context.announce else recalled(case, match))
        else:
            changes.append(place(case, shelf, texts, strangers[candidate.entry.position], flood=flood))
    return tuple(changes)


def _notes(
    case: Case, changes: Sequence[Change], identity: Identity, *, reposts: bool, flood: Flood
) -> tuple[str, ...]:
    """What the operator should hear of this feed's ids; silent while nothing changes."""
    held = sum(isinstance(change, Added) and change.hold is not None for change in changes)
    notes = [text for text in (told(flood, held),) if text]
    moved = sum(isinstance(change, Renamed) and change.reason.rule in ("P-15", "4.3/6") for change in changes)
    if moved or reposts:
        notes.append(f"{moved} known entries came under new ids together: the site has moved or was rebuilt (P-15).")
    shared = sum(isinstance(change, Added) and _is_split(change.candidate.key) for change in changes)
    if shared:
        notes.append(f"{shared} new entries share their id with other entries; link or text tells them apart (P-16).")
    if identity is Identity.LINK and case.context.state.identity is not Identity.LINK:
        notes.append("The ids of known entries keep changing; from now on links identify the entries (P-16).")
    return tuple(notes)


def _is_split(key: Key) -> bool:
    return key.startswith(("guid+link:", "guid+text:"))
