"""Which policy runs on which seed: the pieces of work of one simulation, each of them independent and repeatable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aggregator.simulation.policies import POLICIES
from aggregator.simulation.publishers import Publisher, made_up
from aggregator.simulation.report import Figures, figures
from aggregator.simulation.run import Span, tuned

GATED = ("fixed", "miniflux", "commafeed", "square-root", "ours", "ours-w1", "oracle")
"""All policies, in the order of the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bout:
    """One policy on one seed. ``budget`` is in requests per feed and day; ``recorded`` ones replace the made-up."""

    policy: str
    seed: int
    feeds: int
    days: int
    budget: float
    recorded: tuple[Publisher, ...] = ()

    @property
    def span(self) -> Span:
        """A quarter of the run only teaches (A-20)."""
        return Span(days=self.days, warm=self.days // 4)


def bouts(
    names: Sequence[str], seeds: int, feeds: int, days: int, budget: float, recorded: tuple[Publisher, ...] = ()
) -> list[Bout]:
    """Every policy on every seed. A recording has one seed, and nobody knows its true rates: no oracle."""
    assert set(names) <= set(POLICIES)
    if recorded:
        seeds, feeds, names = 1, len(recorded), [name for name in names if name != "oracle"]
    return [
        Bout(policy=name, seed=seed, feeds=feeds, days=days, budget=budget, recorded=recorded)
        for seed in range(1, seeds + 1)
        for name in names
    ]


def fight(bout: Bout, tell: Callable[[float], None] | None = None) -> Figures:
    """Tune the policy to the budget and measure it; ``tell`` hears the ratio to the budget of each attempt."""
    publishers = bout.recorded or made_up(bout.seed, bout.feeds, bout.days)
    tally = tuned(publishers, bout.policy, bout.span, bout.budget * len(publishers), tell)
    return figures(bout.policy, bout.seed, tally, bout.span)
