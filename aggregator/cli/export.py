"""``aggregator export``."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.cli.progress import progress
from aggregator.cli.settings import settings_of
from aggregator.cli.show import plain, print_json


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(config: Path | None, target: Path, as_json: bool) -> None:
    """Write the whole archive into the new folder TARGET as plain files, while the service runs.

    Every table is a file of lines of JSON, beside captures and configuration. `restore TARGET` makes an equal archive
    of it again.
    """
    from aggregator.opening import SystemClock
    from aggregator.service.backup import export

    settings = settings_of(config)
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
