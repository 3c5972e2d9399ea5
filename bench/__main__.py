"""``python -m bench``: measures the service and holds it to the gate; exit status 1 when it has become too dear."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from bench import gate
from bench.configuration import Plan
from bench.farm import Farm
from bench.farmhouse import Farmhouse
from bench.growth import LARGE, SMALL, Growth, growth
from bench.measure import BenchError
from bench.peers import PeerResult, compare
from bench.report import Report, as_json, show
from bench.scenarios import NAMES, Memory, Result, Tell, rounds, serve_memory

OUT = Path(__file__).parent / "out" / "bench.json"
DAY = 86_400
QUICK_FEEDS, GROWTH_FEEDS = 50, 200
NARROWEST = 100
"""Columns of the table; a narrower terminal wraps rather than hides figures."""


def main(argv: list[str] | None = None) -> int:
    """Run what is wanted, print it, write it down; 0 well, 1 too dear or not measurable."""
    options = _options(argv)
    console = Console()
    console.width = max(console.width, NARROWEST)
    if not sys.platform.startswith("linux"):
        console.print("The benchmark needs Linux: it reads /proc and uses many addresses of 127.0.0.0/8.")
        return 1
    cores = _cores(options.pin)
    try:
        report = _measured(options, cores, console)
    except OSError as fault:
        console.print(f"[bold red]not measured[/]: {fault}", markup=True, highlight=False)
        return 1
    show(report, console)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(as_json(report), indent=2) + "\n", encoding="utf-8")
    console.print(f"written to {options.json}")
    return 1 if report.failures else 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--feeds", type=int, default=1000, help="how many feeds (default %(default)s)")
    parser.add_argument("--entries", type=int, default=30, help="entries in each (default %(default)s)")
    parser.add_argument("--runs", type=int, default=1, help="rounds, each on a fresh store (default %(default)s)")
    parser.add_argument("--scenario", action="append", choices=NAMES, help="only this one; may be repeated")
    parser.add_argument("--no-captures", dest="captures", action="store_false", help="without keeping the answers")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_FEEDS} feeds")
    parser.add_argument("--peers", action="store_true", help="also: other programs that are installed here")
    parser.add_argument("--serve-memory", action="store_true", help="also: memory of `serve` while it polls")
    parser.add_argument("--serve-seconds", type=float, default=60.0, help="for so long (default %(default)s)")
    parser.add_argument("--growth", action="store_true", help="also: a poll with a small and with a large store")
    parser.add_argument("--growth-entries", type=int, default=LARGE, help="the large store (default %(default)s)")
    parser.add_argument("--no-scenarios", action="store_true", help="only what was asked for beside the scenarios")
    parser.add_argument("--no-pin", dest="pin", action="store_false", help="leave processes to the system's scheduler")
    parser.add_argument("--seed", type=int, default=1, help="of the generated feeds")
    parser.add_argument("--epoch", type=int, help="Unix seconds just after the newest entry (default: yesterday 00:00)")
    parser.add_argument("--json", type=Path, default=OUT, help="where to write the figures (default bench/out/)")
    options = parser.parse_args(argv)
    if not (1 <= options.feeds <= 20_000 and 1 <= options.entries <= 500 and 1 <= options.runs <= 20):
        parser.error("at most 20000 feeds, 500 entries and 20 runs, and at least one of each")
    return options


def _cores(pin: bool) -> dict[str, list[int]]:
    """The last core for the feed server, the others for everything that is measured; empty without pinning."""
    own = sorted(os.sched_getaffinity(0))
    if not pin or len(own) < 2:
        return {}
    os.sched_setaffinity(0, own[:-1])
    return {"measured": own[:-1], "server": own[-1:]}


def _measured(options: argparse.Namespace, cores: dict[str, list[int]], console: Console) -> Report:
    """Everything that is wanted; what could not be measured is a fault, and what was measured before it is kept."""
    core = cores["server"][0] if cores else -1
    epoch = options.epoch or (int(time.time()) // DAY - 1) * DAY
    farm = Farm(QUICK_FEEDS if options.quick else options.feeds, options.entries, options.seed, epoch)
    limits = gate.FILE.read_text(encoding="utf-8")

    def tell(text: str) -> None:
        console.print(f"[dim]{text}[/]", highlight=False)

    found = _Found()
    try:
        _measure(options, farm, core, found, tell)
    except BenchError as fault:
        found.faults.append(str(fault))
    return Report(
        farm=farm,
        farm_bytes=found.bytes,
        cores=cores,
        results=found.results,
        judgements=gate.judge(found.results, gate.bounds(limits)),
        memory=found.memory,
        growth=found.growth,
        growth_bound=gate.growth_bound(limits),
        faults=found.faults,
        peers=found.peers,
    )


@dataclass(slots=True)
class _Found:
    """What has been measured so far."""

    bytes: int = 0
    results: list[Result] = field(default_factory=list)
    memory: Memory | None = None
    growth: list[Growth] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    peers: list[PeerResult] = field(default_factory=list)


def _measure(options: argparse.Namespace, farm: Farm, core: int, found: _Found, tell: Tell) -> None:
    tell(f"generating {farm.feeds} feeds")
    with Farmhouse(farm, core) as house:
        found.bytes = house.bytes
        if not options.no_scenarios:
            plan = Plan(captures=options.captures)
            for result in rounds(house, options.scenario or NAMES, options.runs, tell, plan):
                found.results.append(result)
        if options.peers:
            with tempfile.TemporaryDirectory(prefix="bench-peers-") as name:
                for one in compare(house, Path(name), options.scenario or NAMES, tell):
                    found.peers.append(one)
        if options.serve_memory:
            found.memory = serve_memory(house, options.serve_seconds, max(5, farm.feeds // 50), tell)
    if options.growth:
        small = Farm(min(farm.feeds, GROWTH_FEEDS), farm.entries, farm.seed, farm.epoch)
        with Farmhouse(small, core) as house:
            found.growth += growth(house, (SMALL, options.growth_entries), tell)


if __name__ == "__main__":
    sys.exit(main())
