"""``aggregator publish``."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.cli.log import configure
from aggregator.cli.settings import settings_of
from aggregator.cli.show import print_json


@click.command()
@click.option("--rebuild", is_flag=True, help="Render everything, whatever changed.")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(config: Path | None, rebuild: bool, as_json: bool) -> None:
    """Render what the journal says changed since last time; only files whose bytes differ are written."""
    from aggregator.opening import open_archive, open_output
    from aggregator.pipeline.publish import publish
    from aggregator.service.lock import store_lock
    from aggregator.service.takedowns import finish_takedowns
    from aggregator.wiring import agent_of

    configure()
    settings = settings_of(config)
    with store_lock(settings.storage.path):
        store = open_archive(settings)
        try:
            output = open_output(settings)
            done = publish(store, output, settings.site, agent_of(settings), rebuild=rebuild)
            finish_takedowns(settings, store, output)
        finally:
            store.close()
    if as_json:
        print_json(done)
    else:
        click.echo(f"{done.editions} feeds rendered, {len(done.written)} files written, journal {done.seq}")
