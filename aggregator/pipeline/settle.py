"""The second half of a poll, on the writer's side: decide against what is stored and record it, all or nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from aggregator.dedupe.context import DecideContext
from aggregator.dedupe.decide import decide, head_query
from aggregator.dedupe.flood import is_suspect, kin_query, with_kin
from aggregator.dedupe.identity import identify, mode
from aggregator.fetch.memory import remember_failure, remember_success
from aggregator.fetch.moving import after_failure, after_success
from aggregator.fetch.traces import asked_with, flaws, given
from aggregator.model import (
    WARM,
    Added,
    Blocked,
    Climate,
    Cooling,
    Document,
    Exchange,
    Failed,
    FeedId,
    FeedState,
    Gone,
    Kept,
    Meaning,
    Modified,
    Move,
    NotModified,
    Outcome,
    PollRecord,
    PollReport,
    Renamed,
    Request,
    Revised,
    SealedCapture,
    Source,
    Verdict,
)
from aggregator.pipeline.again import check_recalled, remember
from aggregator.pipeline.attend import attend
from aggregator.pipeline.bar import leave_out, may_keep_whole, without_barred
from aggregator.pipeline.dating import clock_after, meaning_of_dates
from aggregator.pipeline.health import run_after, with_health
from aggregator.pipeline.keep import keep_answer
from aggregator.pipeline.manners import floors, spare_host
from aggregator.pipeline.oddities import problems
from aggregator.pipeline.presence import presence_after
from aggregator.pipeline.share import unshared
from aggregator.ports import Ports
from aggregator.schedule import learn, look, next_poll, relaxed
from aggregator.schedule.cadence import at_new_address


class Around(NamedTuple):
    """What is common to all feeds (A-06), and how the host is spared (H-49)."""

    climate: Climate
    cooling: Cooling


USUAL = Around(Climate(), WARM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One exchange, what it means, and its document where one was read. ``via`` is the feed that asked, if not this.

    ``sealed`` is the exchange packed ahead, ``kept`` where it lies already.
    """

    request: Request
    exchange: Exchange
    meaning: Meaning
    document: Document | None
    via: FeedId | None = None
    sealed: SealedCapture | None = None
    kept: Kept | None = None

    @property
    def is_delta(self) -> bool:
        """Whether the document holds only what is new (H-66)."""
        return isinstance(self.meaning, Modified) and self.meaning.delta

    @property
    def window(self) -> Document | None:
        """The document as a window on the feed: nothing may be inferred from what a delta leaves out."""
        return replace(self.document, partial=True) if self.document is not None and self.is_delta else self.document


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """The whole state of a feed after a poll, and where it moved with it."""

    state: FeedState
    move: Move | None = None


def settle(feed_id: FeedId, answer: Answer, ports: Ports) -> PollRecord:
    """Keep, decide and record one answer in one transaction (P-01, D-22). Runs where writing is allowed.

    Raises:
        StoreError: nothing was recorded.
        ForgottenError: nothing was recorded; what was recalled of the document does not hold, it must be read whole.
    """
    with ports.ledger.transaction():
        source, before = ports.sources.get(feed_id)
        verdict = judge(source, before, answer, ports)
        check_recalled(answer, verdict)
        kept = keep_answer(feed_id, before, answer, ports, whole=may_keep_whole(feed_id, verdict, ports))
        around = Around(ports.climate(), ports.sources.cooling(feed_id))
        after = state_after(source, attend(before, answer, verdict, ports), answer, verdict, around)
        presence = presence_after(feed_id, answer, verdict, ports)
        record = replace(poll_record(source, answer, after, verdict), kept=kept, presence=presence)
        if answer.window is not None and verdict is not None:
            seen = look(source, before, answer.window, verdict, answer.exchange.finished_at)
            record = replace(record, gap=seen.gap, calm=seen.calm)
        ports.ledger.record(record)
        if verdict is None or not verdict.barred:
            remember(feed_id, answer, ports)
        spare_host(source, before, answer.meaning, answer.exchange, ports)
    return record


def judge(source: Source, state: FeedState, answer: Answer, ports: Ports) -> Verdict | None:
    """What the document changes, against what the store knows now; ``None`` where none was read."""
    if answer.document is None:
        return None
    now = answer.exchange.finished_at
    listed = identify(answer.document, mode(source, state))
    heads = ports.ledger.heads(head_query(source.id, listed, now))
    candidates, barred = leave_out(source.id, listed, heads, ports)
    if is_suspect(candidates, heads):
        heads = with_kin(heads, ports.ledger.heads(kin_query(source.id, candidates, heads, now)))
    meant = meaning_of_dates(source, state, now)
    context = DecideContext(source=source, state=state, partial=answer.document.partial, meant=meant)
    return without_barred(decide(candidates, heads, context, now), barred)


def state_after(
    source: Source, before: FeedState, answer: Answer, verdict: Verdict | None, around: Around = USUAL
) -> After:
    """The whole state of the feed after this poll, next poll included."""
    exchange, meaning = answer.exchange, answer.meaning
    match meaning:
        case Modified() | NotModified():
            state = remember_success(before, meaning, exchange, exchange.finished_at)
            state = _with_document(source, before, state, answer, verdict)
            shares = shares_entries(before, answer.document, verdict)
            state, move = after_success(source, before, state, exchange.finished_at, shares=shares)
        case Gone() | Blocked() | Failed():
            state = remember_failure(before, exchange)
            state, move = after_failure(source, before, state, exchange, meaning)
    ended = run_after(before.run, meaning, answer.document, exchange.finished_at)
    state = with_health(source, before, state, ended, exchange, around.climate.shares)
    if answer.via is not None:
        state, move = unshared(before, state), None
    extra = floors(source, state, exchange, around.cooling)
    due = next_poll(source, state, exchange, meaning, around.climate, extra=extra)
    if move is not None and isinstance(meaning, Gone | Failed):
        # The failure was that of the address just left.
        due = at_new_address(source, exchange.started_at, extra)
    planned = replace(state, next_poll_at=due.at, interval=due.interval, bound=due.bound, considered=due.considered)
    return After(state=planned, move=move)


def shares_entries(before: FeedState, document: Document | None, verdict: Verdict | None) -> bool:
    """H-40: whether this is the feed known before: a known entry, the feed's id, or nothing known yet."""
    if document is None or verdict is None or before.last_success_at is None:
        return True
    same_id = document.feed.raw_id is not None and document.feed.raw_id == before.profile.raw_id
    return same_id or any(not isinstance(change, Added) for change in verdict.changes)


def _with_document(
    source: Source, before: FeedState, state: FeedState, answer: Answer, verdict: Verdict | None
) -> FeedState:
    """What the document itself adds to the state: profile, identity mode, hints, rhythm, window."""
    document, window = answer.document, answer.window
    if document is None or window is None or verdict is None:
        # 304 or equal bytes: nothing scrolled past.
        calmer = relaxed(state.window, source.max_interval)
        return state if calmer is state.window else replace(state, window=calmer)
    if document.partial:
        # A cut body must be fetched again in full: the validators of the last whole one stay (P-05, H-06).
        state = replace(state, validators=before.validators)
    now = answer.exchange.finished_at
    changed = any(isinstance(change, Added | Revised | Renamed) for change in verdict.changes)
    return replace(
        state,
        profile=before.profile if answer.is_delta else document.feed,
        hints=before.hints if answer.is_delta else document.hints,
        rhythm=learn(source, before.rhythm, window, verdict, now, before.last_success_at),
        clock=clock_after(source, before, verdict, now),
        window=look(source, before, window, verdict, now).window,
        identity=verdict.identity,
        id_changes=verdict.id_changes,
        last_change_at=now if changed else state.last_change_at,
    )


def poll_record(source: Source, answer: Answer, after: After, verdict: Verdict | None) -> PollRecord:
    """One request, one row (H-73)."""
    exchange, document = answer.exchange, answer.document
    return PollRecord(
        feed_id=source.id,
        started_at=exchange.started_at,
        finished_at=exchange.finished_at,
        url=answer.request.url,
        final_url=exchange.url,
        outcome=_outcome(answer),
        reason=_reason(answer, verdict),
        state=after.state,
        http_status=exchange.status,
        wire_bytes=exchange.wire_bytes,
        sent=exchange.sent,
        entries=len(document.entries) if document else 0,
        verdict=verdict,
        problems=problems(answer),
        encoding=document.encoding if document else None,
        hops=len(exchange.hops),
        via=answer.via,
        asked_with=asked_with(answer.request, exchange),
        given=given(exchange),
        flaws=flaws(answer.request),
        moved=after.move,
    )


def _outcome(answer: Answer) -> str:
    match answer.meaning:
        case Modified():
            return "modified" if answer.document else "same-body"
        case NotModified():
            return "not-modified"
        case Gone():
            return "gone"
        case Blocked():
            return "blocked"
        case Failed():
            return "failed"


def _reason(answer: Answer, verdict: Verdict | None) -> str:
    match answer.meaning:
        case Gone(detail=detail) | Blocked(detail=detail) | Failed(detail=detail):
            return detail
        case NotModified():
            return "the publisher says nothing changed"
        case Modified():
            notes = verdict.notes if verdict else ()
            return "; ".join(notes) or ("read" if verdict else "the same bytes as last time")


def report(record: PollRecord) -> PollReport:
    """The record as the log line and the command line tell it."""
    counts = Counter(change.outcome for change in record.verdict.changes) if record.verdict else Counter[Outcome]()
    return PollReport(
        feed_id=record.feed_id,
        outcome=record.outcome,
        status=record.state.status,
        reason=record.reason,
        http_status=record.http_status,
        entries=record.entries,
        new=counts[Outcome.NEW] + counts[Outcome.REPOST],
        revised=counts[Outcome.REVISION] + counts[Outcome.REVERT],
        duplicates=counts[Outcome.DUPLICATE] + counts[Outcome.REPEAT],
        wire_bytes=record.wire_bytes,
        sent=record.sent,
        seconds=(record.finished_at - record.started_at).total_seconds(),
        next_poll_at=record.state.next_poll_at,
    )


def unsettled(feed_id: FeedId, state: FeedState, answer: Answer, fault: str) -> PollReport:
    """The report of a poll that could not be stored: nothing changed, the same body will be asked for again."""
    finished: datetime = answer.exchange.finished_at
    return PollReport(
        feed_id=feed_id,
        outcome="failed",
        status=state.status,
        reason=f"could not be stored: {fault}",
        http_status=answer.exchange.status,
        entries=len(answer.document.entries) if answer.document else 0,
        new=0,
        revised=0,
        duplicates=0,
        wire_bytes=answer.exchange.wire_bytes,
        sent=answer.exchange.sent,
        seconds=(finished - answer.exchange.started_at).total_seconds(),
        next_poll_at=state.next_poll_at,
    )
