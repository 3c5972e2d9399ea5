"""The regression gate: medians of a run against the floor of the same run. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.scenarios import NAMES, Result

FILE = Path(__file__).parent / "gate.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a scenario may cost: so many times the floor, and so many bare starts."""

    ratio: float
    starts: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The medians of one scenario, in seconds and bytes, and the CPU time it may take."""

    scenario: str
    runs: int
    wall: float
    cpu: float
    peak: int
    floor_cpu: float
    limit: float
    new: int
    duplicates: int
    entries: int
    database: int

    @property
    def ratio(self) -> float:
        """CPU time over that of the floor."""
        return self.cpu / self.floor_cpu if self.floor_cpu else 0.0

    @property
    def passed(self) -> bool:
        """Whether it stayed within its bound."""
        return self.cpu <= self.limit


def bounds(text: str) -> dict[str, Bound]:
    """The bounds of every scenario from the text of the gate file. Raises `KeyError` where one is missing."""
    tables = tomllib.loads(text)
    return {name: Bound(ratio=tables[name]["ratio"], starts=tables[name]["starts"]) for name in NAMES}


def growth_bound(text: str) -> float:
    """How much dearer a poll may be with the large store."""
    return float(tomllib.loads(text)["growth"]["ratio"])


def judge(results: Sequence[Result], allowed: dict[str, Bound]) -> tuple[Judgement, ...]:
    """A judgement a scenario, in the order of the scenarios."""
    return tuple(
        _judge(name, [result for result in results if result.scenario == name], allowed[name])
        for name in NAMES
        if any(result.scenario == name for result in results)
    )


def _judge(name: str, results: Sequence[Result], bound: Bound) -> Judgement:
    floor = median(result.floor_cpu for result in results)
    start = median(result.start for result in results)
    return Judgement(
        scenario=name,
        runs=len(results),
        wall=median(result.wall for result in results),
        cpu=median(result.cpu for result in results),
        peak=max(result.peak for result in results),
        floor_cpu=floor,
        limit=bound.ratio * floor + bound.starts * start,
        new=results[-1].new,
        duplicates=results[-1].duplicates,
        entries=results[-1].entries,
        database=results[-1].database,
    )
