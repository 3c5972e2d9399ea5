"""What politeness asks of one poll, gathered from the rooms: how to ask now, what holds back the next time, who else
is put off. A poll put off leaves a row with its reason, like any other: nothing is skipped in silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.fetch.asking import unconditional_spent, unconditional_until
from aggregator.fetch.policy import make_request
from aggregator.model import (
    SKIPPED,
    Bound,
    Cooling,
    Exchange,
    FeedId,
    FeedState,
    FeedStatus,
    Meaning,
    PollRecord,
    Request,
    Source,
    poll_url,
)
from aggregator.ports import Ports
from aggregator.schedule.cooling import cooled, joined, penalty
from aggregator.schedule.floors import HOST_COOLING, UNCONDITIONAL, false_304, no_304
from aggregator.schedule.jitter import unit

ROBOTS, ROBOTS_PAUSE = "robots", timedelta(hours=24)
SPREAD = timedelta(minutes=30)
"""Feeds put off to one moment come back spread over this time (H-71)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOff:
    """Until when (aware, UTC), under which bound, and why in plain words; ``status`` where it is the feed's state."""

    until: datetime
    bound: str
    reason: str
    status: FeedStatus | None = None


def over_budget(until: datetime) -> PutOff:
    """H-09: the one unconditional request of the day is used up."""
    text = f"asked without validators less than a day ago; asked again after {until:%Y-%m-%d %H:%M} UTC"
    return PutOff(until=until, bound=UNCONDITIONAL, reason=text)


def host_cools(until: datetime, why: str) -> PutOff:
    """H-48, H-49: the host asked for a pause."""
    return PutOff(until=until, bound=HOST_COOLING, reason=f"the host is left alone: {why}")


def kept_out(now: datetime) -> PutOff:
    """H-67: a robots.txt that names us is obeyed for feeds as well."""
    text = "its robots.txt names this program and keeps it away; ask its owner for leave"
    return PutOff(until=now + ROBOTS_PAUSE, bound=ROBOTS, reason=text, status=FeedStatus.BLOCKED)


def ask(source: Source, state: FeedState, agent: str, now: datetime, ports: Ports) -> Request | PutOff:
    """The request to make now, or why none may be made (H-09, H-12, H-67)."""
    if ports.unwelcome(poll_url(source, state)):
        return kept_out(now)
    if (until := unconditional_until(state, now)) is not None:
        return over_budget(until)
    doubted = false_304(state, now) and unconditional_spent(state, now) is None
    return make_request(source, state, agent, unconditional=doubted, mailbox=ports.mailbox)


def floors(source: Source, state: FeedState, exchange: Exchange, cooling: Cooling) -> tuple[Bound, ...]:
    """Lower bounds for the next poll besides the usual ones (H-09, H-11, H-49); ``state`` is that after the poll."""
    started = exchange.started_at
    until = unconditional_until(state, started)
    budget = () if until is None else (Bound(at=until, name=UNCONDITIONAL),)
    least = penalty(cooling, started)
    host = (Bound(at=started + least, name=HOST_COOLING),) if least else ()
    return (*budget, *host, *no_304(source, state, started))


def spare_host(source: Source, before: FeedState, meaning: Meaning, exchange: Exchange, ports: Ports) -> None:
    """Cool the host where the answer asks for it, and put off its other feeds, each with a row (H-48, H-49). Runs
    inside the transaction of the poll."""
    cooling = cooled(source, before, meaning, exchange.started_at, ports.retry_scope)
    if cooling is None:
        return
    cooling = joined(ports.sources.cooling(source.id), cooling)
    others: Sequence[FeedId] = ports.sources.cool(source.id, cooling)
    if cooling.until is not None:
        for other in others:
            note(other, host_cools(cooling.until, cooling.reason), exchange.finished_at, ports)


def note(feed_id: FeedId, put_off: PutOff, now: datetime, ports: Ports) -> PollRecord:
    """Record that the feed is not asked. Runs where writing is allowed, inside a transaction of the caller."""
    source, state = ports.sources.get(feed_id)
    record = skipped(source, state, put_off, now)
    ports.ledger.record(record)
    return record


def skipped(source: Source, state: FeedState, put_off: PutOff, now: datetime) -> PollRecord:
    """The row and the state after it; an instant that a wrong clock left in the future is brought back to now."""
    url = poll_url(source, state)
    at = put_off.until + SPREAD * unit(source.id, state.polls, put_off.bound)
    bound = put_off.bound
    if state.next_poll_at is not None and state.next_poll_at > at:
        at, bound = state.next_poll_at, state.bound
    spent = None if state.unconditional_at is None else min(state.unconditional_at, now)
    after = replace(state, next_poll_at=at, bound=bound, unconditional_at=spent)
    if put_off.status is not None:
        after = replace(after, status=put_off.status, status_text=put_off.reason)
    return PollRecord(
        feed_id=source.id,
        started_at=now,
        finished_at=now,
        url=url,
        final_url=url,
        outcome=SKIPPED,
        reason=put_off.reason,
        state=after,
    )
