"""What happened, in its order: polls, and between them what people changed. Pure.

The journal does not say before which poll somebody changed the feed list, but it says between which of the polls that
changed anything; among the others the clock decides.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.model import FeedId, Move, Source
from aggregator.model.replay import Configured, Doing, Filled, PastFeed, PastPoll, Released, Step
from aggregator.ports import JournalLine
from aggregator.store.nouns import noun

LISTED = {"feed_added", "feed_changed", "feed_returned"}
REMOVED, RELEASED, FILLED = "feed_removed", "released", "gap_filled"
BY_HAND = "released by the operator"
_BEYOND = 2**62


@dataclass(slots=True)
class Note:
    """A journal row that no poll brought about, and the polls it stands between: after ``after``, before ``before``."""

    seq: int
    kind: str
    feed_id: FeedId
    at: datetime
    payload: Mapping[str, Any]
    after: int
    before: int = _BEYOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What the journal tells besides what polls brought: the doings of people, and by poll where a feed moved."""

    by_people: tuple[Note, ...]
    moves: Mapping[int, Move]


def read_notes(journal: Iterable[JournalLine]) -> Notes:
    """One walk through the journal."""
    found: list[Note] = []
    moves: dict[int, Move] = {}
    last, open_from = 0, 0
    for seq, kind, feed_id, _, at, payload, _ in journal:
        facts = json.loads(payload)
        poll = facts.get("poll")
        if isinstance(poll, int):
            for note in found[open_from:]:
                note.before = poll
            last, open_from = poll, len(found)
            if kind == "feed_moved":
                origin, target = facts["url"]
                moves[poll] = Move(origin=origin, target=target, reason=facts["reason"])
        elif kind in LISTED or kind in (REMOVED, FILLED) or _by_hand(kind, facts):
            found.append(Note(seq, kind, FeedId(feed_id), datetime.fromisoformat(at), facts, last))
    return Notes(by_people=tuple(found), moves=moves)


def _by_hand(kind: str, facts: Mapping[str, Any]) -> bool:
    return kind == RELEASED and facts.get("reason", {}).get("text") == BY_HAND


def sources_then(notes: Sequence[Note], feeds: Sequence[PastFeed]) -> Mapping[int, Source]:
    """The configuration of a feed after each of its notes, by number of the note: today's, with every later change
    taken back."""
    by_feed: dict[FeedId, list[Note]] = defaultdict(list)
    for note in notes:
        if note.kind in LISTED:
            by_feed[note.feed_id].append(note)
    found: dict[int, Source] = {}
    for feed in feeds:
        plain = dict(feed.source)
        for note in reversed(by_feed[feed.feed_id]):
            found[note.seq] = noun(Source, plain)
            if note.kind != "feed_added":
                plain = _taken_back(plain, note.payload)
    return found


def _taken_back(plain: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    before = dict(plain)
    for name, (old, _) in changes.items():
        if old is None:
            before.pop(name, None)
        else:
            before[name] = old
    return before


def steps(notes: Sequence[Note], sources: Mapping[int, Source], polls: Iterable[PastPoll]) -> Iterator[Step]:
    """Everything that happened, one after the other."""
    waiting = list(_grouped(notes))
    for poll in polls:
        while waiting and _precedes(waiting[0], poll):
            yield _step(waiting.pop(0), sources)
        yield poll
    for group in waiting:
        yield _step(group, sources)


def _grouped(notes: Sequence[Note]) -> Iterator[list[Note]]:
    """One turn of the feed list, or one release, each as one."""
    group: list[Note] = []
    feeds: set[FeedId] = set()
    for note in notes:
        if group and not _belongs(group[-1], note, feeds):
            yield group
            group, feeds = [], set()
        group.append(note)
        feeds.add(note.feed_id)
    if group:
        yield group


def _belongs(last: Note, note: Note, feeds: set[FeedId]) -> bool:
    """Whether this row was written by the same turn: at one instant, removals last, no feed twice."""
    if last.at != note.at or FILLED in (last.kind, note.kind):
        return False
    if RELEASED in (last.kind, note.kind):
        return last.kind == note.kind and last.feed_id == note.feed_id
    return not (last.kind == REMOVED and note.kind in LISTED) and note.feed_id not in feeds


def _precedes(group: Sequence[Note], poll: PastPoll) -> bool:
    first = group[0]
    if poll.number <= first.after:
        return False
    return poll.number >= first.before or poll.finished_at > first.at


def _step(group: Sequence[Note], sources: Mapping[int, Source]) -> Doing:
    first = group[0]
    at = first.at
    if first.kind == RELEASED:
        return Released(at=at, feed_id=first.feed_id)
    if first.kind == FILLED:
        since, until = (datetime.fromisoformat(first.payload[name]) for name in ("since", "until"))
        return Filled(at=at, feed_id=first.feed_id, since=since, until=until)
    changed = tuple(sources[note.seq] for note in group if note.kind in LISTED)
    return Configured(at=at, changed=changed, removed=tuple(note.feed_id for note in group if note.kind == REMOVED))
