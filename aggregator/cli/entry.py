"""``aggregator entry``."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.cli.entries import entry_json
from aggregator.cli.explain_entry import withdrawn_how
from aggregator.cli.settings import settings_of
from aggregator.cli.show import dated, local, made_of, plain, plain_body, print_json
from aggregator.model import EntryRow


@click.command()
@click.argument("entry")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(config: Path | None, entry: str, as_json: bool) -> None:
    """Show one entry by its number or public id: text, dates with their provenance, and why it is filed so."""
    from aggregator.opening import open_catalogue

    settings = settings_of(config)
    with open_catalogue(settings) as catalogue:
        row = catalogue.entry(entry)
    if as_json:
        print_json(entry_json(row, settings.site.timezone))
        return
    zone = settings.site.timezone
    basis = f"from {row.published_basis}" + (f", stated as “{row.published_raw}”" if row.published_raw else "")
    lines = [
        (row.title or "(no title)") + made_of(row.title_basis),
        "",
        f"feed        {row.feed_id}",
        f"link        {row.url or 'none'}",
        f"published   {dated(row.published_at, row.precision, zone)} ({basis}; precise to the {row.precision})",
        f"first seen  {local(row.first_seen_at, zone)}" + _before(row, zone),
        f"last seen   {local(row.last_seen_at, zone)}",
        *_withdrawn(row, zone),
        f"versions    {row.revisions}" + ("; `aggregator history` shows them" if row.revisions > 1 else ""),
        f"filed as    {row.outcome}" + (f" of entry {row.lead}" if row.lead else ""),
        f"because     {row.reason}",
        f"public id   {row.public_id}",
        "",
    ]
    click.echo("\n".join(plain(line) for line in lines))
    click.echo(plain_body(row.content, row.content_kind))


def _before(row: EntryRow, zone: str) -> str:
    """The earliest capture that shows the entry, where one does (B-08)."""
    return f"; a capture of {local(row.first_observed_at, zone)} has it" if row.first_observed_at else ""


def _withdrawn(row: EntryRow, zone: str) -> tuple[str, ...]:
    """That its publisher took it down, where it did (D-26)."""
    if row.withdrawn_at is None:
        return ()
    return (f"withdrawn   {local(row.withdrawn_at, zone)}: {withdrawn_how(row.withdrawn_by)}",)
