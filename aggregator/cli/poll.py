"""``aggregator poll``."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aggregator.cli.log import configure
from aggregator.cli.settings import named, settings_of
from aggregator.cli.show import plain, print_json
from aggregator.model import FeedId, PollReport
from aggregator.settings import Settings

if TYPE_CHECKING:
    from aggregator.service.once import Round

Tell = Callable[[PollReport, int], None]


@click.command()
@click.argument("feeds", nargs=-1, metavar="[FEED]...")
@click.option("--all", "everything", is_flag=True, help="Every enabled feed, due or not.")
@click.option("--json", "as_json", is_flag=True, help="Machine output: one object with every poll.")
@click.pass_obj
def command(config: Path | None, feeds: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Poll the due feeds (or those named, or all) once, publish, print a line a feed and a summary.

    Hosts are spared as ever: feeds of one host wait for each other. Exit status 1 if every poll failed.
    """
    settings = settings_of(config)
    only: tuple[FeedId, ...] | None = named(settings, feeds) or None
    if everything:
        only = tuple(source.id for source in settings.feeds if source.enabled)
    with _progress(len(only) if only else None, quiet=as_json) as tell:
        done = asyncio.run(_poll(settings, only, tell))
    reports = done.reports
    _summary(reports, as_json)
    if done.faults:
        click.echo(f"{done.faults} polls ended in a fault of ours; the messages above name it", err=True)
        raise click.exceptions.Exit(3)
    if done.unpublished is not None:
        click.echo(f"what was polled is archived, but not published: {done.unpublished}", err=True)
        raise click.exceptions.Exit(1)
    if reports and all(report.outcome in {"failed", "blocked", "gone"} for report in reports):
        raise click.exceptions.Exit(1)


async def _poll(settings: Settings, only: Sequence[FeedId] | None, tell: Tell) -> Round:
    from aggregator.service.once import poll_once

    configure()
    return await poll_once(settings, only, tell)


def _line(report: PollReport) -> str:
    brought = f"{report.new} new, {report.revised} revised, {report.duplicates} duplicate" if report.entries else ""
    text = brought or report.reason
    return plain(f"{report.feed_id:<32} {report.outcome:<12} {report.http_status or '–':>3}  {text}")


@contextmanager
def _progress(total: int | None, *, quiet: bool) -> Iterator[Tell]:
    """A line a feed on stdout; on a terminal a bar below it on stderr."""
    if not sys.stderr.isatty():
        yield lambda report, _left: None if quiet else click.echo(_line(report))
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("polling"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task, done = bar.add_task("polling", total=total), 0

        def tell(report: PollReport, left: int) -> None:
            nonlocal done
            done += 1
            bar.update(task, completed=done, total=total or done + left)
            if not quiet:
                bar.console.file.write("\r\x1b[2K")
                click.echo(_line(report))

        yield tell


def _summary(reports: Sequence[PollReport], as_json: bool) -> None:
    totals = {
        "polled": len(reports),
        "failed": sum(report.outcome in {"failed", "blocked", "gone"} for report in reports),
        "unchanged": sum(report.outcome in {"not-modified", "same-body"} for report in reports),
        "new": sum(report.new for report in reports),
        "revised": sum(report.revised for report in reports),
        "duplicates": sum(report.duplicates for report in reports),
        "bytes": sum(report.wire_bytes for report in reports),
    }
    if as_json:
        print_json({"polls": reports, "summary": totals})
        return
    if not reports:
        click.echo("no feed is due; `aggregator poll --all` polls every feed, `aggregator feeds list` shows when")
        return
    click.echo(
        f"{totals['polled']} polled: {totals['new']} new, {totals['revised']} revised, "
        f"{totals['duplicates']} duplicate; {totals['unchanged']} unchanged, {totals['failed']} failed"
    )
