"""What was taken down does not come back (R-39): not by a poll, a push, a page of history, an import or a replay, and
not as a capture of the document that still lists it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aggregator.barring import tokens_of
from aggregator.dedupe.identity import spare_keys
from aggregator.model import Candidate, FeedId, Heads, Verdict
from aggregator.ports import Ports


def leave_out(
    feed_id: FeedId, candidates: Sequence[Candidate], heads: Heads, ports: Ports
) -> tuple[tuple[Candidate, ...], int]:
    """The candidates without those that were taken down, and how many those are. Entries that the archive knows, such
    as copies of other publishers that were left in it, are not concerned."""
    if ports.takedowns is None or not ports.takedowns.bars():
        return tuple(candidates), 0
    strangers = [each for each in candidates if not any(key in heads.by_key for key in (each.key, *spare_keys(each)))]
    tokens = {each.key: tokens_of(feed_id, each, spare_keys(each)) for each in strangers}
    barred = ports.takedowns.barred(frozenset().union(*tokens.values()))
    left = tuple(each for each in candidates if not tokens.get(each.key, frozenset()) & barred)
    return left, len(candidates) - len(left)


def without_barred(verdict: Verdict, barred: int) -> Verdict:
    """The verdict on what was left, with a word about the others for the row of the poll."""
    if not barred:
        return verdict
    note = f"{barred} listed and left out, because we took {'it' if barred == 1 else 'them'} down"
    return replace(verdict, barred=barred, notes=(*verdict.notes, note))


def may_keep_whole(feed_id: FeedId, verdict: Verdict | None, ports: Ports) -> bool:
    """Whether the body of an answer may be kept: not one that lists what was taken down, nor, of a feed that anything
    was taken down of, one that nobody could read."""
    if ports.takedowns is None or not ports.takedowns.bars():
        return True
    return not verdict.barred if verdict is not None else not ports.takedowns.bars(feed_id)
