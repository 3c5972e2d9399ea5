"""``aggregator simulate``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TextIO

import click

from aggregator.cli.settings import settings_of
from aggregator.cli.show import print_json, print_table
from aggregator.model import EntryFilter
from aggregator.simulation.contest import GATED, Bout, bouts, fight
from aggregator.simulation.plot import plot
from aggregator.simulation.publishers import Publisher
from aggregator.simulation.recorded import read_lines, replay
from aggregator.simulation.report import COLUMNS, Figures, gate, rows

EVERYTHING = 10_000_000


@click.command()
@click.option("--days", type=click.IntRange(16, 3650), default=112, show_default=True, help="Length of the run.")
@click.option("--feeds", type=click.IntRange(1, 100_000), default=200, show_default=True, help="Made-up publishers.")
@click.option("--seeds", type=click.IntRange(1, 1000), default=5, show_default=True, help="Sets of publishers.")
@click.option("--policy", "policies", type=click.Choice(GATED), multiple=True, help="Only these; may be repeated.")
@click.option("--budget", type=click.FloatRange(0.1, 24), default=6.0, show_default=True, help="Requests a feed a day.")
@click.option("--recorded", type=click.File(encoding="utf-8"), help="Replay this file: feed, tab, ISO date a line.")
@click.option("--archive", is_flag=True, help="Replay the dates of the entries archived here.")
@click.option("--plot", "picture", type=click.Path(path_type=Path, dir_okay=False), help="Write the curves as SVG.")
@click.option("--check", is_flag=True, help="Exit status 1 unless our rule is as good as it is meant to be.")
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=min(os.cpu_count() or 1, 8), help="Processes; default all cores."
)
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(
    config: Path | None,
    days: int,
    feeds: int,
    seeds: int,
    policies: tuple[str, ...],
    budget: float,
    recorded: TextIO | None,
    archive: bool,
    picture: Path | None,
    check: bool,
    jobs: int,
    as_json: bool,
) -> None:
    """Polling policies against each other: delay of entries at equal requests, under a virtual clock.

    Nothing is fetched and nothing is stored. The same seeds give the same numbers everywhere.
    """
    replayed = _replayed(config, recorded, archive=archive, days=days)
    work = bouts(policies or GATED, seeds, feeds, days, budget, replayed)
    found = _run(work, jobs, quiet=as_json)
    faults = gate(found)
    if picture:
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_text(plot(found, f"Delay of entries at {budget:g} requests per feed and day"), encoding="utf-8")
    if as_json:
        print_json({"figures": found, "gate": {"met": not faults, "faults": faults}})
    else:
        print_table(COLUMNS, rows(found))
        for fault in faults:
            click.echo(fault, err=True)
    if check and faults:
        raise click.exceptions.Exit(1)


def _replayed(config: Path | None, recorded: TextIO | None, *, archive: bool, days: int) -> tuple[Publisher, ...]:
    """Recorded publishers, where they are asked for."""
    if recorded is None and not archive:
        return ()
    try:
        found = read_lines(recorded) if recorded is not None else []
        if archive:
            from aggregator.opening import open_catalogue

            with open_catalogue(settings_of(config)) as catalogue:
                entries = catalogue.entries(EntryFilter(limit=EVERYTHING))
            found += [(entry.feed_id, entry.published_at) for entry in entries]
        return replay(found, days)
    except ValueError as fault:
        raise click.UsageError(str(fault)) from None


def _run(work: Sequence[Bout], jobs: int, *, quiet: bool) -> list[Figures]:
    """Every bout, in this process or in several; the order of the results is that of the work."""
    with _progress(len(work), quiet=quiet) as tell:
        if jobs == 1 or len(work) == 1:
            return [_told(fight(bout), tell) for bout in work]
        # A fresh interpreter for each process: nothing is inherited that could change a number.
        with ProcessPoolExecutor(min(jobs, len(work)), mp_context=get_context("spawn")) as pool:
            futures = {pool.submit(fight, bout): number for number, bout in enumerate(work)}
            done = {futures[future]: _told(future.result(), tell) for future in as_completed(futures)}
        return [done[number] for number in range(len(work))]


def _told(found: Figures, tell: Callable[[Figures], None]) -> Figures:
    tell(found)
    return found


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Callable[[Figures], None]]:
    """A bar on stderr where somebody watches."""
    if quiet or not sys.stderr.isatty():
        yield lambda _figures: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("simulating", total=total)
        yield lambda found: bar.update(task, advance=1, description=f"seed {found.seed} {found.policy}")
