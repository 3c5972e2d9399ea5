"""``aggregator backfill``."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from aggregator.cli.jobs import job_facts, job_line, job_lines, job_table
from aggregator.cli.log import configure
from aggregator.cli.settings import named, settings_of
from aggregator.cli.show import plain, print_json
from aggregator.errors import LockedError
from aggregator.model import Backfill, FeedId, JobStatus, Strategy
from aggregator.settings import Settings

if TYPE_CHECKING:
    from aggregator.service.past import Outcome, Tell, Wanted

STRATEGIES = [str(each) for each in Strategy if each is not Strategy.SURVEY]


@click.command()
@click.argument("feeds", nargs=-1, metavar="[FEED]...")
@click.option("--dry-run", is_flag=True, help="Ask for one page only and say what it would bring; nothing is stored.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Go back to this day only.")
@click.option(
    "--strategy",
    type=click.Choice(STRATEGIES),
    default=str(Strategy.AUTO),
    show_default=True,
    help="One way only; auto takes them in order until one reaches the beginning.",
)
@click.option("--json", "as_json", is_flag=True, help="Machine output: one object with every job.")
@click.pass_obj
def command(
    config: Path | None, feeds: tuple[str, ...], dry_run: bool, since: datetime | None, strategy: str, as_json: bool
) -> None:
    """Fetch older entries of these feeds from their publishers or a web archive; without a feed, list all jobs.

    One request a host in thirty seconds, robots.txt obeyed; what is found is stored and never announced. Broken off, it
    goes on where it was when called again. While `serve` runs, it takes the jobs over. Exit status 1 if a feed's past
    could not be fetched to the beginning.
    """
    settings = settings_of(config)
    if not feeds:
        _list(settings, as_json)
        return
    from aggregator.service.past import Wanted

    wanted = Wanted(feeds=named(settings, feeds), strategy=Strategy(strategy), since=_instant(settings, since))
    try:
        with _progress(quiet=as_json) as tell:
            outcome = asyncio.run(_run(settings, wanted, tell, rehearse=dry_run))
    except LockedError:
        if dry_run:
            raise
        _hand_over(settings, wanted, as_json)
        return
    _report(settings, outcome, as_json=as_json, dry_run=dry_run)


async def _run(settings: Settings, wanted: Wanted, tell: Tell, *, rehearse: bool) -> Outcome:
    from aggregator.service.past import backfill_once

    configure()
    return await backfill_once(settings, wanted, tell, rehearse=rehearse)


def _instant(settings: Settings, day: datetime | None) -> datetime | None:
    """The beginning of a civil day of the site."""
    return None if day is None else day.replace(tzinfo=ZoneInfo(settings.site.timezone)).astimezone(UTC)


def _hand_over(settings: Settings, wanted: Wanted, as_json: bool) -> None:
    """A service is running: it works on the jobs."""
    from aggregator.service.past import enqueue

    jobs = enqueue(settings, wanted)
    if as_json:
        print_json({"jobs": [job_facts(job) for job in jobs]})
        return
    for job in jobs:
        click.echo(
            plain(f"{job.feed_id}: queued; the running service works on it, `aggregator backfill` shows how far")
        )


def _list(settings: Settings, as_json: bool) -> None:
    from aggregator.opening import open_jobs

    with open_jobs(settings) as (_, backfills):
        jobs = backfills.all()
    if as_json:
        print_json({"jobs": [job_facts(job) for job in jobs]})
    elif not jobs:
        click.echo("no backfill yet; `aggregator backfill FEED` begins one")
    else:
        job_table(jobs, settings.site.timezone)


def _report(settings: Settings, outcome: Outcome, *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        faults = [{"feed": feed_id, "fault": fault} for feed_id, fault in outcome.faults]
        print_json({"dry_run": dry_run, "jobs": [job_facts(job) for job in outcome.jobs], "faults": faults})
    else:
        for job in outcome.jobs:
            for line in job_lines(job, settings.site.timezone, dry_run=dry_run):
                click.echo(plain(line))
        for feed_id, fault in outcome.faults:
            click.echo(plain(f"{feed_id}: {fault}"), err=True)
    if outcome.unpublished is not None:
        click.echo(f"what was fetched is archived, but not published: {outcome.unpublished}", err=True)
    if outcome.faults or outcome.unpublished or _unfinished(outcome.jobs, dry_run=dry_run):
        raise click.exceptions.Exit(1)


def _unfinished(jobs: Sequence[Backfill], *, dry_run: bool) -> bool:
    return not dry_run and any(job.status is not JobStatus.DONE for job in jobs)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Tell]:
    """A line a request on stderr; on a terminal a bar instead."""
    if quiet or not sys.stderr.isatty():
        yield lambda job: None if quiet else click.echo(plain(job_line(job)), err=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[FeedId, TaskID] = {}

        def tell(job: Backfill) -> None:
            if job.feed_id not in tasks:
                tasks[job.feed_id] = bar.add_task(job.feed_id, total=None)
            total = job.cursor.total if job.cursor and job.strategy is Strategy.WP_REST else None
            bar.update(tasks[job.feed_id], description=plain(job_line(job)), completed=job.pages, total=total)

        yield tell
