"""Steps through the past in its order, reading bodies ahead, and compares what comes of it with what is stored."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from aggregator.errors import UnknownFeedError
from aggregator.fetch.meaning import interpret
from aggregator.model import PUSHED, Document, FeedId, Modified, Move, ReadContext, Source, Unreadable
from aggregator.model.replay import Configured, Doing, Filled, Lost, PastPoll, Released, Replayed, Step
from aggregator.pipeline.context import read_context
from aggregator.pipeline.replay.again import (
    ANSWERED,
    Recalled,
    answered_again,
    brought_again,
    noted_again,
    recall,
)
from aggregator.pipeline.replay.differences import TABLES, Comparison
from aggregator.pipeline.replay.history import history_again, is_history
from aggregator.pipeline.replay.script import read_notes, sources_then, steps
from aggregator.ports import CaptureArchive, Digest, Past, Ports

TURN = 200
"""So many steps share a commit."""
NAMED = 1_000
"""So many differences and lost captures are named; others are counted."""

Tell = Callable[[int], None]


class Ahead:
    """Implements `Digest`: bodies that were begun beforehand are taken from there, others are read when asked for."""

    def __init__(self, digest: Digest) -> None:
        self._digest = digest
        self._begun: dict[tuple[bytes, ReadContext], asyncio.Task[Document | Unreadable]] = {}

    def begin(self, body: bytes, context: ReadContext) -> None:
        """Read this body while others are recorded."""
        key = (sha256(body).digest(), context)
        if key not in self._begun:
            self._begun[key] = asyncio.create_task(self._read(body, context))

    async def _read(self, body: bytes, context: ReadContext) -> Document | Unreadable:
        return await self._digest(body, context)

    async def __call__(self, body: bytes, context: ReadContext) -> Document | Unreadable:
        """The document of a body."""
        begun = self._begun.pop((sha256(body).digest(), context), None)
        return await (self._digest(body, context) if begun is None else begun)

    async def drop(self) -> None:
        """What was begun and is not wanted after all."""
        left, self._begun = list(self._begun.values()), {}
        await asyncio.gather(*left, return_exceptions=True)


@dataclass(slots=True, kw_only=True)
class Replay:
    """One replay: ``past`` again into the empty archive behind ``ports``, whose digest is ``ahead``.

    ``saved`` reads imported documents; ``room`` bodies are read ahead. Everything is written in the caller's thread.
    """

    past: Past
    captures: CaptureArchive
    ports: Ports
    ahead: Ahead
    saved: Digest
    agent: str
    room: int = 8
    polls: int = 0
    bodies: int = 0
    uncaptured: int = 0
    taken_down: int = 0
    lost: list[Lost] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    _configured: dict[FeedId, Source] = field(default_factory=dict)

    async def run(self, tell: Tell) -> None:
        """Step through everything; ``tell`` hears how many polls were done since the last word.

        Raises:
            StoreError: the past cannot be read, or the new archive not be written.
        """
        notes = read_notes(self.past.journal())
        moves = notes.moves
        script = steps(notes.by_people, sources_then(notes.by_people, self.past.feeds()), self.past.polls())
        looked = self._looked_ahead(script)
        more = True
        while more:
            with self.ports.ledger.transaction():
                done = 0
                for step in looked:
                    await self._act(step, moves)
                    done += 1
                    # Reading goes on beside: the event loop must have its turn.
                    await asyncio.sleep(0)
                    if done == TURN:
                        break
                more = done == TURN
            tell(done)
        await self.ahead.drop()

    def _looked_ahead(self, script: Iterator[Step]) -> Iterator[Doing | Recalled]:
        """The steps with what was received, some of them ahead."""
        waiting: deque[Doing | Recalled] = deque()
        for step in script:
            waiting.append(self._recalled(step) if isinstance(step, PastPoll) else step)
            if len(waiting) > self.room:
                yield waiting.popleft()
        yield from waiting

    def _recalled(self, poll: PastPoll) -> Recalled:
        found = recall(poll, self.past, self.captures)
        self._begin(found)
        return found

    def _begin(self, recalled: Recalled) -> None:
        """Begin to read a body that will be wanted: not one that is the last one again, nor one that a hub brought, as
        the address it is read with is known only then."""
        poll, response = recalled.poll, recalled.response
        if response is None or poll.outcome in (PUSHED, "same-body") or is_history(poll):
            return
        try:
            source, state = self.ports.sources.get(poll.feed_id)
        except UnknownFeedError:
            return
        meaning = interpret(response, state, response.finished_at)
        if isinstance(meaning, Modified):
            self.ahead.begin(meaning.body, read_context(source, meaning, response.finished_at))

    async def _act(self, step: Doing | Recalled, moves: Mapping[int, Move]) -> None:
        match step:
            case Configured():
                self._configure(step)
            case Released():
                self.ports.ledger.release(step.feed_id, step.at)
            case Filled():
                self.ports.ledger.fill_gaps(step.feed_id, step.since, step.until, step.at, done=True)
            case Recalled():
                self.polls += 1
                await self._again(step, moves)

    def _configure(self, step: Configured) -> None:
        """Make the feed list what it became then, the changed ones first, in their order."""
        others = {name: source for name, source in self._configured.items() if name not in step.removed}
        changed = {source.id: source for source in step.changed}
        self._configured = {**changed, **{name: source for name, source in others.items() if name not in changed}}
        self.ports.sources.sync(tuple(self._configured.values()), step.at)

    async def _again(self, recalled: Recalled, moves: Mapping[int, Move]) -> None:
        poll = recalled.poll
        if recalled.fault is not None and len(self.lost) < NAMED:
            self.lost.append(Lost(poll=poll.number, feed_id=poll.feed_id, text=recalled.fault))
        self.bodies += bool(recalled.response is not None and recalled.response.body)
        if not await self._brought(recalled):
            self._count_missing(recalled)
            await noted_again(recalled, moves.get(poll.number), self.ports)

    async def _brought(self, recalled: Recalled) -> bool:
        """Whether what was received then could be told again."""
        poll = recalled.poll
        if is_history(poll):
            return await history_again(recalled, self.ports, self.saved)
        if recalled.response is None:
            return False
        if poll.outcome == PUSHED:
            await brought_again(recalled, self.ports)
        else:
            await answered_again(recalled, self.ports, self.agent)
        return True

    def _count_missing(self, recalled: Recalled) -> None:
        """What had something to bring and did not; a capture that cannot be read is named by itself."""
        poll = recalled.poll
        if recalled.taken_down:
            self.taken_down += 1
        if recalled.fault is not None or recalled.capture is not None or recalled.taken_down:
            return
        if is_history(poll) and poll.provenance.past:
            self.left_out[str(poll.provenance)] += poll.entries > 0
        elif poll.outcome in (*ANSWERED, PUSHED):
            self.uncaptured += 1


def compare(replay: Replay, today: Past, since: datetime | None) -> Replayed:
    """What a finished replay came to. ``today`` is the archive it filled; ``since`` (aware, UTC) limits what is named
    and counted to rows that were touched from then on."""
    comparison = Comparison(replay.past, today, since, NAMED)
    tables = [comparison.table(table) for table in TABLES]
    journal, first = comparison.journal()
    return Replayed(
        polls=replay.polls,
        bodies=replay.bodies,
        uncaptured=replay.uncaptured,
        taken_down=replay.taken_down,
        left_out={name: count for name, count in replay.left_out.items() if count},
        lost=tuple(replay.lost),
        tables=(*tables, journal),
        differences=tuple(comparison.named),
        journal_from=first,
    )
