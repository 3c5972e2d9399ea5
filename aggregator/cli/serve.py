"""``aggregator serve``."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import click

from aggregator.cli.log import configure
from aggregator.cli.settings import settings_of


@click.command()
@click.option("--host", help="Address to listen on instead of [server] host.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on instead of [server] port.")
@click.pass_obj
def command(config: Path | None, host: str | None, port: int | None) -> None:
    """The main job: scheduler, publisher and web server in one process, until SIGTERM.

    Due times are stored, so a restart polls nothing early. Changes of the feed list are taken up while running; SIGHUP
    reads it at once.
    """
    from aggregator.service.app import serve

    configure()
    settings = settings_of(config)
    server = replace(settings.server, host=host or settings.server.host, port=port or settings.server.port)
    asyncio.run(serve(replace(settings, server=server), lambda text: click.echo(text, err=True)))
