"""``aggregator backup``."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.cli.progress import progress
from aggregator.cli.restore import report, watcher
from aggregator.cli.settings import settings_of
from aggregator.cli.show import plain, print_json


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--drill", "drilled", is_flag=True, help="Also restore it into a scratch folder beside it and check it.")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(config: Path | None, file: Path, drilled: bool, as_json: bool) -> None:
    """Write the whole archive into one FILE, while the service runs: database, captures and configuration.

    The name ends in .tar.zst, .tar.gz or .tar; in a folder, the backup is named by the time. Nothing is overwritten. It
    holds the secrets of push subscriptions, so only its owner may read it.
    """
    from aggregator.opening import SystemClock
    from aggregator.service.backup import back_up
    from aggregator.service.restore import drill

    settings = settings_of(config)
    with progress("backing up", in_bytes=True) as bar:
        made = back_up(settings, file, SystemClock().now(), bar.begin, bar.advance)
    about = made.manifest.about
    for missing in made.manifest.missing:
        click.echo(plain(f"missing in the archive itself: {missing}; `aggregator verify` tells more"), err=True)
    restored = None
    if drilled:
        with watcher() as watching:
            restored = drill(made.file, made.file.parent, watching, SystemClock().now())
    if as_json:
        found = {"file": made.file, "bytes": made.file.stat().st_size, "manifest": made.manifest}
        print_json(found | ({"drill": report(restored)} if restored else {}))
    else:
        size = made.file.stat().st_size
        click.echo(f"{made.file}: {size:,} bytes, {about.counts['entries']:,} entries, head {about.seq}:{about.hash}")
        if restored:
            click.echo(f"drill: restored and checked, {restored.fixity.bad} bad records")
    if made.manifest.missing or (restored and restored.fixity.bad):
        raise click.exceptions.Exit(1)
