"""What a run is worth: the figures of A-21 for one policy and seed, their table over seeds, and the gate A-22. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from aggregator.simulation.publishers import HOUR
from aggregator.simulation.run import Span, Tally

CURVE = 8.0
"""The curve of delays ends at this many hours."""
CURVE_STEPS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One policy on one seed (A-21). Delays are in hours; ``curve`` is the share of entries known after equal steps of
    `CURVE` hours; ``violations`` counts polls under the floor, before a declared lifetime, or on a host too soon, and
    ``window_first`` those that came before a declared lifetime because entries would have scrolled past."""

    policy: str
    seed: int
    knob: float
    requests_a_day: float
    per_entry: float
    per_feed: float
    p50: float
    p95: float
    requests_per_find: float
    shortest_gap: float
    found_share: float
    entries: int
    lost: int
    violations: int
    window_first: int
    curve: tuple[float, ...] = ()


def figures(policy: str, seed: int, tally: Tally, span: Span) -> Figures:
    """The figures of one run."""
    delays = sorted(delay / HOUR for feed in tally.delays for delay in feed)
    feeds = [fmean(feed) / HOUR for feed in tally.delays if feed]
    return Figures(
        policy=policy,
        seed=seed,
        knob=tally.knob,
        requests_a_day=tally.requests / (span.days - span.warm),
        per_entry=fmean(delays) if delays else 0.0,
        per_feed=fmean(feeds) if feeds else 0.0,
        p50=_quantile(delays, 0.5),
        p95=_quantile(delays, 0.95),
        requests_per_find=tally.requests / max(tally.found, 1),
        shortest_gap=tally.shortest / HOUR,
        found_share=tally.found / max(tally.requests, 1),
        entries=len(delays),
        lost=tally.lost,
        violations=tally.under_floor + tally.before_allowed + tally.host_bursts,
        window_first=tally.window_first,
        curve=tuple(_curve(delays)),
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def _curve(ordered: Sequence[float]) -> Iterable[float]:
    """The share of delays at or under each step, the first step being zero hours."""
    done = 0
    for step in range(CURVE_STEPS + 1):
        while done < len(ordered) and ordered[done] <= CURVE * step / CURVE_STEPS:
            done += 1
        yield done / max(len(ordered), 1)


COLUMNS = (
    "policy",
    "requests a day",
    "mean per entry (range)",
    "mean per feed",
    "p50",
    "p95",
    "requests per find",
    "shortest gap",
    "polls that found",
    "scrolled past",
)


def rows(found: Sequence[Figures]) -> list[tuple[str, ...]]:
    """The table over all seeds, one row a policy, in the order they first come; hours, means over seeds."""
    return [_row(policy, [each for each in found if each.policy == policy]) for policy in policies(found)]


def policies(found: Iterable[Figures]) -> list[str]:
    """The policies, in the order they first come."""
    return list(dict.fromkeys(each.policy for each in found))


def _row(policy: str, found: Sequence[Figures]) -> tuple[str, ...]:
    means = [each.per_entry for each in found]
    return (
        policy,
        f"{fmean(each.requests_a_day for each in found):,.0f}",
        f"{fmean(means):.2f} ({min(means):.2f}–{max(means):.2f})",
        f"{fmean(each.per_feed for each in found):.2f}",
        f"{fmean(each.p50 for each in found):.2f}",
        f"{fmean(each.p95 for each in found):.2f}",
        f"{fmean(each.requests_per_find for each in found):.1f}",
        f"{min(each.shortest_gap for each in found):.2f}",
        f"{100 * fmean(each.found_share for each in found):.0f} %",
        f"{100 * sum(each.lost for each in found) / max(sum(each.lost + each.entries for each in found), 1):.2f} %",
    )


def gate(found: Sequence[Figures]) -> list[str]:
    """Every way in which A-22 is not met, seed by seed; empty where it is, or where a policy it needs did not run."""
    return [fault for seed in sorted({each.seed for each in found}) for fault in _seed_gate(found, seed)]


def _seed_gate(found: Sequence[Figures], seed: int) -> list[str]:
    by = {each.policy: each for each in found if each.seed == seed}
    checks: list[tuple[str, float, float]] = []
    fixed, miniflux, plain, fair, oracle = map(by.get, ("fixed", "miniflux", "ours-w1", "ours", "oracle"))
    if fixed and plain:
        checks.append(("w=1 per entry over fixed", plain.per_entry / fixed.per_entry, 0.6))
        checks.append(("w=1 p95 over fixed", plain.p95 / fixed.p95, 1.0))
    if miniflux and plain:
        checks.append(("w=1 per entry over Miniflux", plain.per_entry / miniflux.per_entry, 0.8))
        checks.append(("w=1 p95 over Miniflux", plain.p95 / miniflux.p95, 1.0))
    if oracle and plain:
        checks.append(("w=1 per entry over the oracle", plain.per_entry / oracle.per_entry, 1.15))
    if fixed and fair:
        checks.append(("A-08 per entry over fixed", fair.per_entry / fixed.per_entry, 0.65))
        checks.append(("A-08 per feed over fixed", fair.per_feed / fixed.per_feed, 0.95))
    if fixed:
        ratios = [each.requests_a_day / fixed.requests_a_day for each in by.values() if each.policy != "commafeed"]
        checks.append(("largest deviation of requests", max(abs(ratio - 1.0) for ratio in ratios), 0.01))
    checks.append(
        ("violations of floor, lifetime or spacing", float(sum(each.violations for each in by.values())), 0.0)
    )
    return [f"seed {seed}: {name} is {value:.3f}, allowed {limit:g}" for name, value, limit in checks if value > limit]
