"""``python -m bench.publishing``: CPU time of `aggregator publish` alone, with nothing published yet and after a poll
that brought one new entry in each feed. Starting the command is not counted in."""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.farm import Farm
from bench.farmhouse import Farmhouse
from bench.measure import run
from bench.scenarios import LIMIT, SCENARIOS, Stage

DAY = 86_400


def main(argv: list[str] | None = None) -> int:
    """Measure and print; the least of some runs, as others may work on the same machine."""
    parser = argparse.ArgumentParser(prog="python -m bench.publishing", description=__doc__)
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args(argv)
    epoch = (int(time.time()) // DAY - 1) * DAY
    with Farmhouse(Farm(options.feeds, 30, 1, epoch)) as house, tempfile.TemporaryDirectory(prefix="bench-") as name:
        stage = Stage(house, Path(name))
        start = min(stage.start().cpu for _ in range(options.runs))
        for what, seconds in _figures(stage, options.runs):
            spent = seconds - start
            print(f"{what:<10} {spent:5.2f} s of CPU time, {spent / options.feeds * 1e3:5.1f} ms a feed")
    return 0


def _figures(stage: Stage, runs: int) -> Iterator[tuple[str, float]]:
    """CPU seconds of both, the start of the command included."""
    before, nothing = stage.folder / "before", stage.folder / "nothing"
    nothing.mkdir()
    stage.poll(next(each for each in SCENARIOS if each.name == "cold"))
    shutil.copytree(stage.folder / "data" / "public", before)
    yield "everything", min(_publish(stage, nothing) for _ in range(runs))
    stage.poll(next(each for each in SCENARIOS if each.name == "new"))
    yield "new", min(_publish(stage, before) for _ in range(runs))


def _publish(stage: Stage, before: Path) -> float:
    """What it costs from this state of the published folder on. The folder of the last run is only put aside: for
    minutes after so many files were deleted, ext4 takes several times as long to create one."""
    public = stage.folder / "data" / "public"
    public.rename(Path(tempfile.mkdtemp(dir=stage.folder)) / "public")
    shutil.copytree(before, public)
    return run(stage.command("publish"), stage.folder, LIMIT).cpu


if __name__ == "__main__":
    raise SystemExit(main())
