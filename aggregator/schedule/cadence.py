"""When a feed is polled next, and which bound decided it. Pure: time is an argument, jitter a hash of the feed id.

Law: never before the floor, never before what the publisher asked for, and never a poll without a named reason.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.model import (
    Blocked,
    Bound,
    Climate,
    Due,
    Exchange,
    Failed,
    FeedState,
    Gone,
    Headers,
    Hints,
    Meaning,
    Response,
    Source,
)
from aggregator.schedule.backoff import after_failure
from aggregator.schedule.backup import backed_up
from aggregator.schedule.expected import Expectation, expectation
from aggregator.schedule.floors import HOST_COOLING, NO_304, UNCONDITIONAL
from aggregator.schedule.hints import believed, brisk, outside, server_bounds
from aggregator.schedule.jitter import JITTER, stretched, unit

FIRST_INTERVAL = timedelta(hours=1)
USUAL_FLOOR = timedelta(hours=1)
OWNED = timedelta(minutes=15)
"""Below this floor the operator owns the publisher (H-29), so nobody has to be spared a burst."""
SKIPPED = "skip-hours"
_BEYOND_WINDOW = ("floor", "expired", NO_304, UNCONDITIONAL, HOST_COOLING)
"""What wins even if entries scroll past: politeness comes first, and a feed that has ended has none."""


def next_poll(
    source: Source,
    state: FeedState,
    exchange: Exchange,
    meaning: Meaning,
    climate: Climate,
    *,
    extra: tuple[Bound, ...] = (),
) -> Due:
    """When to ask again after this exchange (A-01 to A-10, H-20 to H-29, H-45 to H-50, H-71).

    ``state`` is the state after the poll: its ``failures``, ``polls``, ``hints`` and ``rhythm`` already count it.
    ``extra`` are lower bounds that politeness sets besides (H-09, H-11, H-49): they hold even if entries scroll past.
    Intervals run from start to start (H-29). Raises nothing, whatever hints and clocks say.
    """
    started = exchange.started_at
    headers = exchange.headers if isinstance(exchange, Response) else ()
    if isinstance(meaning, Gone | Blocked | Failed):
        floor = Bound(at=started + floor_of(source, state.hints, ()), name="floor")
        return _plan(source, state, started, (floor, *after_failure(source, state, meaning, started), *extra), None)
    floor = Bound(at=started + floor_of(source, state.hints, headers), name="floor")
    expected = expectation(source, state, started, climate)
    # A clock set back during the exchange must not make the answer older than the question.
    heard = server_bounds(headers, state.hints, started, max(exchange.finished_at, started))
    pace = backed_up(_own_pace(source, state, started, expected, climate), state.push, started)
    bounds = (floor, pace, *heard, *extra)
    return _plan(source, state, started, bounds, expected)


def at_new_address(source: Source, started: datetime, extra: tuple[Bound, ...]) -> Due:
    """When to ask a feed at the address it has just moved to: at the floor, which holds for the feed (H-29, H-41)."""
    floor = Bound(at=started + stretched(max(source.min_interval, USUAL_FLOOR), source.id, "moved"), name="moved")
    bound = max((floor, *extra), key=lambda each: each.at)
    return Due(at=bound.at, interval=bound.at - started, bound=bound.name, considered=(floor, *extra))


def floor_of(source: Source, hints: Hints, headers: Headers) -> timedelta:
    """The least time between two requests (H-29): an hour or more, a quarter of an hour where the server itself says
    that it changes as often, what the operator likes where the operator owns the server."""
    least = source.min_interval
    if least < OWNED or least >= USUAL_FLOOR or brisk(headers, hints):
        return least
    return USUAL_FLOOR


def _own_pace(source: Source, state: FeedState, started: datetime, expected: Expectation, climate: Climate) -> Bound:
    """What we would do if the publisher had said nothing."""
    if source.min_interval < OWNED:
        return Bound(at=started + source.min_interval, name="own-server")
    if state.polls <= 1:
        return Bound(at=started + FIRST_INTERVAL, name="new-feed")
    longest = Bound(at=started + expected.longest, name=expected.longest_name)
    at = expected.forecast.cost_reached(started, climate.mu / expected.weight, longest.at)
    return Bound(at=at, name="expected-entries") if at < longest.at else longest


def _plan(
    source: Source, state: FeedState, started: datetime, bounds: tuple[Bound, ...], expected: Expectation | None
) -> Due:
    """The latest bound wins, stretched by jitter and moved out of skipped hours, but never past the window."""
    winner = max(bounds, key=lambda bound: (bound.at, bound.name != "floor"))
    due = _moved(source, state, _stretch(source, state, started, winner), winner)
    if due.name != winner.name:
        bounds = (*bounds, due)
    window = _window(state, started, expected, due.at) if expected and winner.name not in _BEYOND_WINDOW else None
    if window is not None:
        bounds = (*bounds, window)
        if window.at < winner.at:
            hard = (bound for bound in bounds if bound.name in _BEYOND_WINDOW)
            first = max((*hard, window), key=lambda bound: bound.at)
            due = Bound(at=_stretch(source, state, started, first), name=first.name)
        elif due.name == SKIPPED:
            due = Bound(at=max(window.at, _stretch(source, state, started, winner)), name=window.name)
    ordered = tuple(sorted(bounds, key=lambda bound: bound.at))
    return Due(at=due.at, interval=due.at - started, bound=due.name, considered=ordered)


def _window(state: FeedState, started: datetime, expected: Expectation, by: datetime) -> Bound | None:
    """When entries may scroll past, or did at this pace not long ago (b3); ``None`` where that is not before ``by``."""
    full, limit = expected.window_full(started, by), state.window.limit
    if limit is None or started + limit >= by:
        return full
    after_gap = Bound(at=started + limit, name="gap")
    return after_gap if full is None or after_gap.at < full.at else full


def _stretch(source: Source, state: FeedState, started: datetime, bound: Bound) -> datetime:
    """The bound with its jitter: a share of the interval, of the floor where the publisher named the moment (H-71)."""
    if bound.name == "retry-after":
        return bound.at + source.min_interval * JITTER * unit(source.id, 1)
    return started + stretched(bound.at - started, source.id, state.polls)


def _moved(source: Source, state: FeedState, at: datetime, winner: Bound) -> Bound:
    """``at``, moved to the first minute that skipHours and skipDays allow, plus jitter (H-26)."""
    hints = state.hints
    if not believed(hints, state.rhythm.defied, at):
        return Bound(at=at, name=winner.name)
    allowed = outside(at, hints)
    if allowed == at:
        return Bound(at=at, name=winner.name)
    return Bound(at=allowed + USUAL_FLOOR * JITTER * unit(source.id, state.polls, "skip"), name=SKIPPED)
