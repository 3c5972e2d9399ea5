"""What a poll does with a document it knows in part: entries that stand as they stood are recalled, not read again.

Law: the archive is the one that reading the whole document gives. An entry that was recalled has no words, so nothing
may be stored of it: where deciding would, the document is read whole instead.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aggregator.model import FeedId, ReadContext, Renamed, Seen, Verdict
from aggregator.ports import Ports

if TYPE_CHECKING:
    from aggregator.pipeline.settle import Answer


class ForgottenError(Exception):
    """What was recalled of the last document is not what the store holds any more; nothing was recorded."""


def with_memory(context: ReadContext, feed_id: FeedId, ports: Ports) -> ReadContext:
    """The context with what reading the last document left behind, or with the wish to leave something behind."""
    return context if ports.memory is None else replace(context, memory=ports.memory.recall(feed_id) or b"")


def check_recalled(answer: Answer, verdict: Verdict | None) -> None:
    """Raises `ForgottenError` where something would be stored of an entry that was not read. The journal ends a memory
    in time; only a change between reading and deciding can have slipped in."""
    recalled = answer.document.recalled if answer.document is not None else frozenset()
    if verdict is None or not recalled:
        return
    for change in verdict.changes:
        seen = change.then if isinstance(change, Renamed) else change
        if change.candidate.entry.position in recalled and not isinstance(seen, Seen):
            raise ForgottenError


def remember(feed_id: FeedId, answer: Answer, ports: Ports) -> None:
    """Keep what reading left behind for the next poll. Runs inside the transaction of the poll, after it was recorded:
    its journal rows have made the store forget what was known before."""
    document, memory = answer.document, ports.memory
    if memory is None or document is None or answer.is_delta:
        return
    nothing_new = len(document.recalled) == len(document.entries) > 0
    if not nothing_new or memory.recall(feed_id) is None:
        memory.keep(feed_id, document.memory)
