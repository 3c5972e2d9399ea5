"""``aggregator migrate``."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.cli.settings import settings_of
from aggregator.cli.show import print_json


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(config: Path | None, as_json: bool) -> None:
    """Bring the database to this version's schema; ``serve`` and ``poll`` do it by themselves.

    Each step is one transaction: an interrupted migration is simply run again.
    """
    from aggregator.opening import database, open_archive
    from aggregator.service.lock import store_lock

    settings = settings_of(config)
    with store_lock(settings.storage.path):
        store = open_archive(settings)
        applied = store.migrated.applied
        store.close()
    if as_json:
        print_json({"database": database(settings), "applied": applied})
    else:
        what = ", ".join(applied) if applied else "nothing to do"
        click.echo(f"{database(settings)}: {what}")
