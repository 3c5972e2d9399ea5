"""``aggregator opml import|export``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click

from aggregator.cli.settings import settings_of
from aggregator.cli.show import plain, print_json
from aggregator.model import Source, SourceCard
from aggregator.settings.edit import merge_outlines
from aggregator.settings.opml import read_opml


@click.group()
def command() -> None:
    """Exchange the feed list with other readers as OPML."""


@command.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def import_(config: Path | None, file: BinaryIO, as_json: bool) -> None:
    """Add the feeds of an OPML file to the feeds file; known addresses are left alone."""
    settings = settings_of(config)
    merged = merge_outlines(settings.feeds_file, read_opml(file.read()))
    if as_json:
        print_json(merged)
        return
    for name in merged.added:
        click.echo(f"added {name}")
    for reason, outline in merged.refused:
        click.echo(plain(f"left out {outline.url}: {reason}"))
    click.echo(f"{len(merged.added)} added, {len(merged.known)} already known, {len(merged.refused)} left out")


@command.command()
@click.pass_obj
def export(config: Path | None) -> None:
    """Print the configured feed list as OPML 2.0."""
    from aggregator.publish.opml import render_opml

    settings = settings_of(config)
    changed_at = datetime.fromtimestamp(settings.feeds_file.stat().st_mtime, UTC)
    cards = [_card(source) for source in settings.feeds]
    click.echo(render_opml(cards, settings.site, changed_at).body.decode(), nl=False)


def _card(source: Source) -> SourceCard:
    return SourceCard(
        id=source.id,
        tag="",
        title=source.title or source.id,
        url=source.url,
        site_url=source.site,
        category=source.category,
        tags=source.tags,
        language=source.language,
    )
