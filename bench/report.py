"""What a run found, as tables for people and as JSON for the next run."""

from __future__ import annotations

import dataclasses
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.farm import Farm
from bench.gate import Judgement
from bench.growth import Growth
from bench.peers import PeerResult
from bench.scenarios import NAMES, Memory, Result

MEGA = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a run found."""

    farm: Farm
    farm_bytes: int
    cores: Mapping[str, Sequence[int]]
    results: Sequence[Result]
    judgements: Sequence[Judgement]
    memory: Memory | None
    growth: Sequence[Growth]
    growth_bound: float
    faults: Sequence[str] = ()
    peers: Sequence[PeerResult] = ()

    @property
    def failures(self) -> list[str]:
        """What is dearer than the gate allows or could not be measured, in sentences."""
        found = [f"not measured: {fault}" for fault in self.faults]
        found += [
            f"too dear: {one.scenario}: {one.cpu:.1f} s of CPU time, allowed are {one.limit:.1f}"
            for one in self.judgements
            if not one.passed
        ]
        if len(self.growth) > 1 and self.growth_ratio > self.growth_bound:
            found.append(
                f"too dear: growth: {self.growth_ratio:.2f} times the CPU time, allowed are {self.growth_bound:.2f}"
            )
        return found

    @property
    def growth_ratio(self) -> float:
        """CPU time with the largest store over that with the smallest."""
        costs = sorted(self.growth, key=lambda one: one.stored)
        return costs[-1].cpu / costs[0].cpu if costs and costs[0].cpu else 0.0


def as_json(report: Report) -> dict[str, Any]:
    """The report for machines; times in seconds, sizes in bytes."""
    return {
        "machine": {"python": sys.version.split()[0], "system": platform.platform(), "cores": os.cpu_count()},
        "pinned": dict(report.cores),
        "farm": {**dataclasses.asdict(report.farm), "bytes": report.farm_bytes},
        "results": [dataclasses.asdict(result) for result in report.results],
        "medians": [
            {**dataclasses.asdict(one), "ratio": round(one.ratio, 2), "passed": one.passed} for one in report.judgements
        ],
        "peers": [dataclasses.asdict(one) for one in report.peers],
        "serve_memory": dataclasses.asdict(report.memory) if report.memory else None,
        "growth": [dataclasses.asdict(one) for one in report.growth],
        "failures": report.failures,
    }


def show(report: Report, console: Console) -> None:
    """The tables."""
    farm = report.farm
    console.print(
        f"{farm.feeds} feeds of {farm.entries} entries, {report.farm_bytes / MEGA:.1f} MB, seed {farm.seed}, "
        f"epoch {farm.epoch}; {platform.platform()}, Python {sys.version.split()[0]}, cores {dict(report.cores)}"
    )
    if report.judgements:
        console.print(_scenarios(report))
    if report.peers:
        console.print(_peers(report))
    if report.memory:
        memory = report.memory
        console.print(
            f"serve: {memory.polls} polls in {memory.seconds:.0f} s, peak {memory.peak / MEGA:.0f} MB, "
            f"at the end {memory.last / MEGA:.0f} MB"
        )
    for one in report.growth:
        console.print(
            f"growth: {one.stored:,} entries stored ({one.database / MEGA:.0f} MB): one new entry in each feed took "
            f"{one.wall:.1f} s, {one.cpu:.1f} s of CPU time, {one.peak / MEGA:.0f} MB"
        )
        if one.month:
            console.print(
                f"growth: the newest page of a month of {one.month.entries:,} entries took "
                f"{one.month.seconds * 1000:.0f} ms in all its forms"
            )
    for failure in report.failures:
        console.print(failure, style="bold red", markup=False, highlight=False)


def _scenarios(report: Report) -> Table:
    title = (
        "One poll of every feed: medians. Seconds; CPU is user + system of all processes; MB of memory and of store."
    )
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    table.add_column("scenario", no_wrap=True)
    headings = ("wall", "CPU", "ms/feed", "floor", "ratio", "limit", "MB", "new", "copies", "stored", "store")
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for one in report.judgements:
        table.add_row(
            one.scenario,
            f"{one.wall:.1f}",
            f"{one.cpu:.1f}",
            f"{1000 * one.cpu / report.farm.feeds:.1f}",
            f"{one.floor_cpu:.2f}",
            f"{one.ratio:.1f}",
            f"{one.limit:.1f}",
            f"{one.peak / MEGA:.0f}",
            str(one.new),
            str(one.duplicates),
            str(one.entries),
            f"{one.database / MEGA:.0f}",
            style=None if one.passed else "red",
        )
    return table


def _peers(report: Report) -> Table:
    """One line a program: CPU seconds by scenario, ours first."""
    table = Table(title="CPU seconds of other programs", title_justify="left", box=None, padding=(0, 2, 0, 0))
    table.add_column("program", no_wrap=True)
    for name in NAMES:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("MB", justify="right", no_wrap=True)
    ours = {one.scenario: one for one in report.judgements}
    if ours:
        peak = max(one.peak for one in ours.values())
        table.add_row("aggregator", *(f"{ours[name].cpu:.1f}" if name in ours else "–" for name in NAMES), _mega(peak))
    for peer in dict.fromkeys(one.peer for one in report.peers):
        found = {one.scenario: one for one in report.peers if one.peer == peer}
        peak = max(one.peak for one in found.values())
        table.add_row(peer, *(f"{found[name].cpu:.1f}" if name in found else "–" for name in NAMES), _mega(peak))
    return table


def _mega(size: int) -> str:
    return f"{size / MEGA:.0f}"
