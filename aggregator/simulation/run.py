"""One policy on one set of publishers under a virtual clock, and the search for the knob that spends the budget."""

from __future__ import annotations

import heapq
import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aggregator.simulation.dice import Dice
from aggregator.simulation.policies import FLOOR, POLICIES, Policy
from aggregator.simulation.publishers import DAY, Publisher

SPACING = 10.0
"""Seconds between two requests to one host (H-70)."""
SLACK = 1e-5
"""Seconds lost to rounding."""
CLOSE = 0.004
"""Tuned means within this share of the budget; the gate allows one percent (A-22)."""
ATTEMPTS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days of the run, of which the first ``warm`` only teach (A-20)."""

    days: int
    warm: int


@dataclass(slots=True, kw_only=True)
class Tally:
    """What happened between the warm-up and the end. ``delays`` has a list of seconds for each feed; an entry that
    scrolled out of its window before a poll is ``lost``. ``under_floor``, ``before_allowed`` and ``host_bursts`` count
    broken rules; ``window_first`` polls before a declared lifetime made so that entries do not scroll past."""

    delays: list[list[float]]
    requests: int = 0
    found: int = 0
    lost: int = 0
    shortest: float = math.inf
    under_floor: int = 0
    before_allowed: int = 0
    host_bursts: int = 0
    window_first: int = 0
    knob: float = 0.0
    hosts: dict[str, float] = field(default_factory=dict)


def run(publishers: Sequence[Publisher], policy: Policy, span: Span) -> Tally:
    """Poll every publisher from its first poll, within the first day, until the end of the span."""
    begin, end = span.warm * DAY, span.days * DAY
    tally = Tally(delays=[[] for _ in publishers])
    queue = [(Dice("first", each.name).unit() * DAY, number) for number, each in enumerate(publishers)]
    heapq.heapify(queue)
    last = [-math.inf] * len(publishers)
    known = [0] * len(publishers)
    while queue:
        due, feed = heapq.heappop(queue)
        publisher = publishers[feed]
        allowed = tally.hosts.get(publisher.host, -math.inf) + SPACING
        if due < allowed:
            heapq.heappush(queue, (allowed, feed))
            continue
        before, known[feed] = known[feed], bisect_right(publisher.entries, due)
        _count(tally, publisher, (last[feed], due), begin <= due < end)
        if due - last[feed] < publisher.lifetime - SLACK:
            tally.window_first += feed in policy.window_first
            tally.before_allowed += feed not in policy.window_first
        _measure(tally, feed, publisher, (before, known[feed]), due, (begin, end))
        tally.hosts[publisher.host], last[feed] = due, due
        if due < end:
            heapq.heappush(queue, (due + policy.wait(feed, due, before, known[feed]), feed))
    return tally


def _count(tally: Tally, publisher: Publisher, polls: tuple[float, float], counted: bool) -> None:
    """One request, and whether it kept the rules."""
    last, now = polls
    tally.requests += counted
    gap = now - last
    tally.shortest = min(tally.shortest, gap)
    tally.under_floor += gap < FLOOR - SLACK
    tally.host_bursts += now - tally.hosts.get(publisher.host, -math.inf) < SPACING - SLACK


def _measure(
    tally: Tally, feed: int, publisher: Publisher, counts: tuple[int, int], now: float, measured: tuple[float, float]
) -> None:
    """The delays of the entries this poll found."""
    before, known = counts
    begin, end = measured
    tally.found += known > before and begin <= now < end
    first = max(before, known - publisher.window)
    tally.lost += sum(begin <= at < end for at in publisher.entries[before:first])
    tally.delays[feed].extend(now - at for at in publisher.entries[first:known] if begin <= at < end)


def tuned(
    publishers: Sequence[Publisher], name: str, span: Span, a_day: float, tell: Callable[[float], None] | None = None
) -> Tally:
    """The run whose requests are within 0.4 percent of ``a_day``, or the nearest that could be found.

    Secant steps on a doubly logarithmic scale inside a bracket, halved where a step leaves it; ``tell`` hears the
    ratio to the budget of every attempt.
    """
    make, knob, power = POLICIES[name]
    wanted = a_day * (span.days - span.warm)
    low, high = -math.inf, math.inf
    best: Tally | None = None
    at = math.log(knob)
    previous: tuple[float, float] | None = None
    for _ in range(ATTEMPTS):
        tally = run(publishers, make(publishers, math.exp(at)), span)
        tally.knob = math.exp(at)
        off = math.log(max(tally.requests, 1) / wanted)
        if tell:
            tell(math.exp(off))
        if best is None or abs(off) < abs(math.log(max(best.requests, 1) / wanted)):
            best = tally
        if abs(off) <= CLOSE:
            break
        low, high = (at, high) if off > 0 else (low, at)
        step = off * power
        if previous is not None and previous[1] != off and previous[0] != at:
            step = -off * (at - previous[0]) / (off - previous[1])
        previous = (at, off)
        at = _inside(at + max(min(step, 3.0), -3.0), low, high)
    assert best is not None
    return best


def _inside(at: float, low: float, high: float) -> float:
    """The step where it stays inside the bracket, else its middle."""
    if low < at < high:
        return at
    if math.isinf(low) or math.isinf(high):
        return at + 1.0 if math.isinf(high) else at - 1.0
    return (low + high) / 2
