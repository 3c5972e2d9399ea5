"""``aggregator import``."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.log import configure
from aggregator.cli.progress import progress
from aggregator.cli.settings import named, settings_of
from aggregator.cli.show import made_of, plain, print_json
from aggregator.model import Slip, Split
from aggregator.pipeline.imports import REFUSED, SKIPPED, ImportedEntry, ImportReport

if TYPE_CHECKING:
    from aggregator.service.imports import ImportRun

SHOWN = 20
"""So many entries of one document are printed; --json has all."""


@click.command()
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path, exists=True, allow_dash=False)
)
@click.option("--source", required=True, metavar="FEED", help="The feed of feeds.toml that the documents belong to.")
@click.option("--url", help="The address that the only file was saved from.")
@click.option("--title", help="The title of its only entry, where the file shows none.")
@click.option("--date", help="Its date: 2017-06-15, or 2017-06 for a month.")
@click.option("--author", help="Its author.")
@click.option(
    "--split",
    type=click.Choice([str(each) for each in Split]),
    default=str(Split.SURE),
    show_default=True,
    help="When a page becomes several entries: where it leaves no doubt, at every short line, or never.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be stored, and store nothing.")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(
    config: Path | None,
    paths: tuple[Path, ...],
    source: str,
    split: str,
    dry_run: bool,
    as_json: bool,
    url: str | None,
    title: str | None,
    date: str | None,
    author: str | None,
) -> None:
    """Bring saved pages, plain texts, feeds and web archives into the archive; nothing of them is announced as new.

    A PATH is a file or a folder; a folder may hold a manifest.toml or manifest.csv that says what is known of its
    files. Originals are kept as they are, with their SHA-256. What is known already changes nothing, so an import that
    was interrupted is simply run again. Exit status 1 if anything was refused.
    """
    from aggregator.service.imports import Order, import_documents

    settings = settings_of(config)
    (feed_id,) = named(settings, [source])
    said = {"url": url, "title": title, "date": date, "author": author}
    order = Order(feed_id=feed_id, paths=paths, slip=_slip(paths, split, said), rehearsal=dry_run)
    configure()
    with progress("importing") as bar:

        def tell(report: ImportReport) -> None:
            bar.advance(1)
            if not as_json:
                if sys.stderr.isatty():
                    # The bar stands in this line.
                    click.echo("\r\x1b[2K", err=True, nl=False)
                click.echo("\n".join(plain(line) for line in _lines(report)))

        run = asyncio.run(import_documents(settings, order, bar.begin, tell))
    _summary(run, dry_run=dry_run, as_json=as_json)


def _slip(paths: Sequence[Path], split: str, said: dict[str, str | None]) -> Slip:
    """What was said of a single file. Raises `click.UsageError` where it is not one, or where it makes no sense."""
    from aggregator.history.documents.manifest import is_web_address
    from aggregator.reading_saved import civil

    given = [name for name, value in said.items() if value]
    if given and (len(paths) > 1 or paths[0].is_dir()):
        options = ", ".join(f"--{name}" for name in given)
        raise click.UsageError(f"{options} can be said of a single file only; for several, write a manifest.toml")
    if (url := said["url"]) and not is_web_address(url):
        raise click.BadParameter(f"“{url}” is no http or https address", param_hint="--url")
    if (date := said["date"]) and civil(date) is None:
        raise click.BadParameter(
            f"“{date}” cannot be read; write 2017-06-15, or 2017-06 for a month", param_hint="--date"
        )
    return Slip(split=Split(split), **{name: value or None for name, value in said.items()})


def _lines(report: ImportReport) -> Iterable[str]:
    """One document: what became of it, its entries, what to look at."""
    word = f"{report.outcome}, ambiguous" if report.ambiguous else report.outcome
    yield f"{word:<14} {report.name}"
    if report.outcome not in (REFUSED, SKIPPED):
        yield from (f"{'':<14}   {_entry(entry)}" for entry in report.entries[:SHOWN])
    if len(report.entries) > SHOWN:
        yield f"{'':<14}   … and {len(report.entries) - SHOWN} more"
    yield from (f"{'':<14} ! {reason}" for reason in report.reasons)


def _entry(entry: ImportedEntry) -> str:
    return (
        f"{entry.outcome:<9} {entry.date or 'no date':<10}  {entry.title or '(no title)'}{made_of(entry.title_basis)}"
    )


def _summary(run: ImportRun, *, dry_run: bool, as_json: bool) -> None:
    counts = Counter(report.outcome for report in run.reports)
    totals: dict[str, Any] = {
        "documents": len(run.reports),
        "new": sum(report.new for report in run.reports),
        "changed": sum(report.changed for report in run.reports),
        "known": sum(report.known for report in run.reports),
        "ambiguous": sum(report.ambiguous for report in run.reports),
        "refused": counts[REFUSED],
        "skipped": counts[SKIPPED],
    }
    if as_json:
        said = {"stopped": run.stopped, "unpublished": run.unpublished}
        print_json({"dry_run": dry_run, "documents": run.reports, "summary": totals, **said})
    else:
        would = "dry run, " if dry_run else ""
        click.echo(
            f"{would}documents: {totals['documents']}, ambiguous {totals['ambiguous']}, refused {totals['refused']}, "
            f"skipped {totals['skipped']}; entries: new {totals['new']}, changed {totals['changed']}, "
            f"known {totals['known']}"
        )
    if run.stopped is not None:
        click.echo(f"stopped: {run.stopped}; what is listed above is stored, run it again for the rest", err=True)
    if run.unpublished is not None:
        click.echo(f"what was imported is archived, but not published: {run.unpublished}", err=True)
    if run.stopped or run.unpublished or totals["refused"]:
        raise click.exceptions.Exit(1)
