"""``python -m bench.profile``: where a poll spends its time, by room, sampled with py-spy where that is installed.

Each scenario is polled once more under the sampler, threads and reading processes included. A sample belongs to the
room of its innermost frame of ours, or to the start while modules are loaded; waiting threads are left out. Sampling
counts a thread that waits for the interpreter's lock where it waits, so shares are coarser than seconds.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.farm import Farm
from bench.farmhouse import Farmhouse
from bench.measure import BenchError
from bench.scenarios import LIMIT, NAMES, SCENARIOS, Scenario, Stage

DAY = 86_400
RATE = 200
"""Samples a second."""
START, OTHER = "start", "other"
_ROOM = re.compile(r"\(aggregator/(\w+)")
_LOADING = ("_find_and_load", "exec_module", "_compile_bytecode")
_IDLE = ("_do_waitpid", "EpollSelector.select", "Queue.get", "_worker (concurrent")
"""Innermost frames of threads that wait, which the sampler takes for busy now and then."""


def main(argv: list[str] | None = None) -> int:
    """Sample and print; 1 where the sampler is missing or a poll fails."""
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__)
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--scenario", action="append", choices=NAMES, help="only this one; may be repeated")
    parser.add_argument("--py-spy", default="py-spy", help="the sampler (default: the one on the path)")
    options = parser.parse_args(argv)
    console = Console()
    if (sampler := shutil.which(options.py_spy)) is None:
        console.print("py-spy is not installed; `pip install py-spy` brings it, --py-spy names where it is")
        return 1
    epoch = (int(time.time()) // DAY - 1) * DAY
    wanted = options.scenario or NAMES
    with Farmhouse(Farm(options.feeds, 30, 1, epoch)) as house, tempfile.TemporaryDirectory(prefix="bench-") as name:
        stage, found = Stage(house, Path(name)), dict[str, Counter[str]]()
        try:
            for scenario in SCENARIOS:
                if scenario.name in wanted:
                    found[scenario.name] = rooms(_sampled(stage, scenario, sampler))
                elif scenario.name == "cold":
                    stage.poll(scenario)
        except BenchError as fault:
            console.print(f"not measured: {fault}")
            return 1
    console.print(_table(found))
    return 0


def rooms(stacks: Iterable[str]) -> Counter[str]:
    """Samples by room, from lines of ``frame;frame;… count`` with the outermost frame first."""
    found: Counter[str] = Counter()
    for line in stacks:
        stack, _, count = line.rpartition(" ")
        if count.isdigit() and not any(idle in stack.rpartition(";")[2] for idle in _IDLE):
            found[_room(stack)] += int(count)
    return found


def _room(stack: str) -> str:
    if any(word in stack for word in _LOADING):
        return START
    inside = _ROOM.findall(stack)
    return inside[-1] if inside else OTHER


def _sampled(stage: Stage, scenario: Scenario, sampler: str) -> list[str]:
    """The stacks of one poll. Raises `BenchError`."""
    stage.house.behave(scenario.mode, scenario.generation)
    out = stage.folder / "stacks.txt"
    line = [sampler, "record", "--format", "raw", "--threads", "--subprocesses", "--rate", str(RATE)]
    line += ["--output", str(out), "--", *stage.command("poll", "--all", "--json")]
    done = subprocess.run(line, capture_output=True, text=True, timeout=LIMIT, check=False)
    if done.returncode or not out.is_file():
        raise BenchError(f"{scenario.name}: the sampler ended with {done.returncode}: {done.stderr[-300:]}")
    return out.read_text(encoding="utf-8", errors="replace").splitlines()


def _table(found: dict[str, Counter[str]]) -> Table:
    table = Table("room", *(f"{name}, %" for name in found))
    whole = sum(found.values(), Counter[str]())
    for room, _ in whole.most_common():
        shares = [100 * counts[room] / max(counts.total(), 1) for counts in found.values()]
        if max(shares) >= 1:
            table.add_row(room, *(f"{share:.0f}" for share in shares))
    return table


if __name__ == "__main__":
    raise SystemExit(main())
