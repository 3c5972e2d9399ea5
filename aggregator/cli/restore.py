"""``aggregator restore``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aggregator.cli.progress import Bar, progress
from aggregator.cli.settings import settings_of
from aggregator.cli.show import plain, print_json

if TYPE_CHECKING:
    from aggregator.service.restore import Restored, Watcher


@click.command()
@click.argument("backup", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, file_okay=False),
    help="The storage folder to restore into; default [storage] path.",
)
@click.option("--drill", "drilled", is_flag=True, help="Restore into a scratch folder, check, remove it again.")
@click.option("--despite-flaws", is_flag=True, help="Restore even if the archive in the backup has bad records.")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(
    config: Path | None, backup: Path, target: Path | None, drilled: bool, despite_flaws: bool, as_json: bool
) -> None:
    """Bring an archive back from a BACKUP, or from a folder that `export` wrote.

    Everything is restored beside the storage folder first and checked like `verify` does; only then it is moved in. An
    archive that is there already is never overwritten. The configuration of the backup is put beside it, not into use.
    """
    from aggregator.opening import SystemClock
    from aggregator.service.restore import drill, restore

    folder = settings_of(config).storage.path if target is None else target
    now = SystemClock().now()
    with watcher() as watching:
        if drilled:
            place = folder if folder.is_dir() else backup.resolve().parent
            done = drill(backup, place, watching, now)
        else:
            done = restore(backup, folder, watching, now, despite_flaws=despite_flaws)
    if as_json:
        print_json(report(done))
    else:
        _print(done)
    if done.fixity.bad:
        raise click.exceptions.Exit(1)


def report(done: Restored) -> dict[str, object]:
    """A restore for machines."""
    return {
        "made_at": done.manifest.made_at,
        "counts": done.manifest.about.counts,
        "head": {"seq": done.manifest.about.seq, "hash": done.manifest.about.hash},
        "bad": done.fixity.bad,
        "flaws": done.fixity.flaws,
        "folder": done.folder,
        "config": done.config,
    }


def _print(done: Restored) -> None:
    about = done.manifest.about
    where = f"restored to {done.folder}" if done.folder else "drill: restored and removed again"
    click.echo(f"{where}: {about.counts['entries']:,} entries of {done.manifest.made_at:%Y-%m-%d %H:%M} UTC")
    for missing in done.manifest.missing:
        click.echo(plain(f"missing since before the backup: {missing}"))
    for flaw in done.fixity.flaws[:1]:
        click.echo(plain(f"{done.fixity.bad} bad records, the first: {flaw}"))
    if done.config:
        click.echo(f"the configuration of the backup is in {done.config}")
    click.echo(f"head {about.seq}:{about.hash}")


@contextmanager
def watcher() -> Iterator[Watcher]:
    """A bar for each stage of a restore, where somebody watches."""
    from aggregator.service.restore import Watcher

    with ExitStack() as stack:
        bars: list[Bar] = []

        def stage(name: str, total: int) -> None:
            stack.pop_all().close()
            bars[:] = [stack.enter_context(progress(name, in_bytes=name == "unpacking"))]
            bars[0].begin(total)

        def tell(step: int) -> None:
            bars[0].advance(step)

        yield Watcher(stage=stage, tell=tell)
