"""``aggregator export``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from aggregator.cli.entries import Moment, instant_of
from aggregator.cli.progress import progress
from aggregator.cli.settings import settings_of
from aggregator.cli.show import plain, print_json
from aggregator.model import EntryFilter, FeedId
from aggregator.settings import Settings

MOST = 1_000_000
"""Entries of a range that one bundle takes."""


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.argument("entries", nargs=-1, metavar="[ENTRY]...")
@click.option("--bundle", "bundled", is_flag=True, help="An evidence bundle about some entries, not the whole archive.")
@click.option("--feed", help="With --bundle: only this feed.")
@click.option("--since", type=Moment(), help="With --bundle: published on or after this day or instant.")
@click.option("--until", type=Moment(), help="With --bundle: published before this instant, or up to this day.")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(
    config: Path | None,
    target: Path,
    entries: tuple[str, ...],
    bundled: bool,
    feed: str | None,
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """Write the whole archive into the new folder TARGET as plain files, while the service runs.

    Every table is a file of lines of JSON, beside captures and configuration. `restore TARGET` makes an equal archive
    of it again.

    With --bundle: evidence about the entries named, or published in a range of dates, as a folder or as a zip file
    where TARGET ends in .zip: every version, the publisher's answers, the journal rows that prove them, and a program
    that verifies all of it on a machine without this service (BagIt, SHA-512).
    """
    settings = settings_of(config)
    zone = ZoneInfo(settings.site.timezone)
    ranged = EntryFilter(
        feed=FeedId(feed) if feed else None,
        since=instant_of(since, zone, end=False),
        until=instant_of(until, zone, end=True),
        limit=MOST,
    )
    if bundled == (not entries and ranged == EntryFilter(limit=MOST)):
        raise click.UsageError("a bundle is about entries (ENTRY, or --since, --until, --feed), a whole export is not")
    if bundled:
        _bundle(settings, target, _numbers(settings, entries, ranged), as_json)
    else:
        _export(settings, target, as_json)


def _numbers(settings: Settings, names: tuple[str, ...], ranged: EntryFilter) -> tuple[int, ...]:
    from aggregator.opening import open_catalogue

    with open_catalogue(settings) as catalogue:
        if names:
            return tuple(dict.fromkeys(catalogue.entry(name).entry_id for name in names))
        return tuple(sorted(row.entry_id for row in catalogue.entries(ranged)))


def _bundle(settings: Settings, target: Path, numbers: tuple[int, ...], as_json: bool) -> None:
    from aggregator.opening import SystemClock
    from aggregator.service.bundle import bundle

    with progress("bundling") as bar:
        bar.begin(3 * len(numbers))
        made = bundle(settings, target, numbers, SystemClock().now(), bar.advance)
    if as_json:
        print_json({"bundle": made.path, "entries": made.entries})
    else:
        click.echo(f"{made.path}: {len(made.entries)} entries; `python3 -I verify.py` in it verifies them anywhere")


def _export(settings: Settings, target: Path, as_json: bool) -> None:
    from aggregator.opening import SystemClock
    from aggregator.service.backup import export

    with progress("exporting") as bar:
        made = export(settings, target, SystemClock().now(), bar.begin, bar.advance)
    for missing in made.manifest.missing:
        click.echo(plain(f"missing in the archive itself: {missing}; `aggregator verify` tells more"), err=True)
    about = made.manifest.about
    if as_json:
        print_json({"folder": made.file, "manifest": made.manifest})
    else:
        click.echo(f"{made.file}: {sum(about.counts.values()):,} rows, head {about.seq}:{about.hash}")
    if made.manifest.missing:
        raise click.exceptions.Exit(1)
