"""The scenarios, and one round of them on a fresh store: the service and the floor, turn by turn, on the same bytes."""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.configuration import Plan, write
from bench.farmhouse import Farmhouse
from bench.measure import BenchError, Cost, run, run_for

LIMIT = 900.0
"""Seconds after which a poll is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What the server does, and what one poll of every feed must then meet. ``floor`` names whose floor applies."""

    name: str
    mode: str
    generation: int
    status: str
    floor: str
    text: str


SCENARIOS = (
    Scenario(name="cold", mode="normal", generation=0, status="200", floor="cold", text="empty store, all is new"),
    Scenario(name="same", mode="normal", generation=0, status="304", floor="same", text="304 everywhere"),
    Scenario(name="slow", mode="slow", generation=0, status="304", floor="same", text="304 after 100 ms each"),
    Scenario(name="dumb", mode="dumb", generation=0, status="200", floor="dumb", text="200 with the same bytes"),
    Scenario(name="new", mode="normal", generation=1, status="200", floor="new", text="one new entry in each feed"),
)
NAMES = tuple(scenario.name for scenario in SCENARIOS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One scenario of one round. Times in seconds, sizes in bytes; ``start`` is the CPU time of a start alone."""

    scenario: str
    wall: float
    cpu: float
    peak: int
    floor_cpu: float
    floor_wall: float
    start: float
    new: int
    duplicates: int
    entries: int
    database: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What ``serve`` held while it polled: the peak and the last look, in bytes, and how many polls it did."""

    seconds: float
    peak: int
    last: int
    polls: int


Tell = Callable[[str], None]


class Stage:
    """A folder with a configuration and a store, and the commands that work on it."""

    def __init__(self, house: Farmhouse, folder: Path, plan: Plan | None = None) -> None:
        self.house, self.folder = house, folder
        self.config = write(folder, house.urls, plan or Plan())
        self._urls = folder / "urls.txt"
        self._urls.write_text("\n".join(house.urls), encoding="utf-8")

    @property
    def database(self) -> Path:
        """The store."""
        return self.folder / "data" / "archive.db"

    def command(self, *words: str) -> list[str]:
        """The real command line with this interpreter."""
        return [sys.executable, "-m", "aggregator", "--config", str(self.config), *words]

    def start(self) -> Cost:
        """A command that only starts and reads the configuration."""
        return run(self.command("check"), self.folder, LIMIT)

    def floor(self) -> Cost:
        """One poll by the floor, in its own database."""
        line = [sys.executable, "-m", "bench.floor", str(self._urls), str(self.folder / "floor.db")]
        return run(line, self.folder, LIMIT)

    def poll(self, scenario: Scenario) -> tuple[Cost, Mapping[str, int]]:
        """One poll of every feed. Raises `BenchError` unless each was asked once and got what the scenario means."""
        self.house.behave(scenario.mode, scenario.generation)
        cost = run(self.command("poll", "--all", "--json"), self.folder, LIMIT)
        counts, feeds = dict(self.house.counts()), self.house.farm.feeds
        summary: Mapping[str, int] = json.loads(cost.output)["summary"]
        counts.pop("bytes", None)
        if counts != {scenario.status: feeds}:
            raise BenchError(f"{scenario.name}: {feeds} answers {scenario.status} expected, got {counts}")
        if summary["polled"] != feeds or summary["failed"]:
            raise BenchError(f"{scenario.name}: {summary}; {cost.messages}")
        return cost, summary

    def serve(self, seconds: float) -> Memory:
        """The service for a while, polling as its configuration says."""
        before = self._count("polls")
        self.house.behave("normal", 0)
        cost = run_for(self.command("serve"), self.folder, seconds)
        return Memory(seconds=seconds, peak=cost.peak, last=cost.last, polls=self._count("polls") - before)

    def entries(self) -> int:
        """How many entries are stored."""
        return self._count("entries")

    def size(self) -> int:
        """Bytes of the store with its log."""
        return sum(file.stat().st_size for file in self.database.parent.glob("archive.db*"))

    def _count(self, table: str) -> int:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            count: int = database.execute(f"select count(*) from {table}").fetchone()[0]
        return count


def rounds(house: Farmhouse, wanted: Sequence[str], count: int, tell: Tell, plan: Plan) -> Iterator[Result]:
    """Every wanted scenario of ``count`` rounds; the first is always run, since the others need its store."""
    chosen = [scenario for scenario in SCENARIOS if scenario.name in wanted or scenario.name == "cold"]
    for number in range(count):
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            stage = Stage(house, Path(name), plan)
            start, floors = stage.start().cpu, dict[str, Cost]()
            for scenario in chosen:
                tell(f"round {number + 1} of {count}: {scenario.name}, {scenario.text}")
                result = _result(stage, scenario, start, floors)
                if scenario.name in wanted:
                    yield result


def _result(stage: Stage, scenario: Scenario, start: float, floors: dict[str, Cost]) -> Result:
    if scenario.floor not in floors:
        stage.house.behave("normal" if scenario.mode == "slow" else scenario.mode, scenario.generation)
        floors[scenario.floor] = stage.floor()
    floor = floors[scenario.floor]
    cost, summary = stage.poll(scenario)
    return Result(
        scenario=scenario.name,
        wall=cost.wall,
        cpu=cost.cpu,
        peak=cost.peak,
        floor_cpu=floor.cpu,
        floor_wall=floor.wall,
        start=start,
        new=summary["new"],
        duplicates=summary["duplicates"],
        entries=stage.entries(),
        database=stage.size(),
    )


def serve_memory(house: Farmhouse, seconds: float, interval: int, tell: Tell) -> Memory:
    """Fill a store, then let the service poll all feeds every ``interval`` seconds."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        stage = Stage(house, Path(name), Plan(interval=interval))
        tell("serve-memory: filling the store")
        stage.poll(SCENARIOS[0])
        tell(f"serve-memory: serving for {seconds:.0f} seconds, every feed every {interval} seconds")
        return stage.serve(seconds)
