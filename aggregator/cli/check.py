"""``aggregator check``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from aggregator.cli.show import print_json
from aggregator.errors import SettingsError
from aggregator.settings import find_config, load_settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(config: Path | None, as_json: bool) -> None:
    """Validate the configuration: every mistake at once, with file, line and a suggestion."""
    path = find_config(config, os.environ)
    try:
        settings = load_settings(path)
    except SettingsError as refused:
        if as_json:
            print_json({"ok": False, "mistakes": refused.mistakes})
        else:
            click.echo(
                f"{refused}\n{len(refused.mistakes)} mistakes; nothing is polled until they are mended", err=True
            )
        raise click.exceptions.Exit(1) from None
    paused = sum(not source.enabled for source in settings.feeds)
    if as_json:
        print_json({"ok": True, "file": settings.file, "feeds": len(settings.feeds), "paused": paused, "mistakes": []})
    else:
        click.echo(f"{settings.file} and {settings.feeds_file} are right: {len(settings.feeds)} feeds, {paused} paused")
