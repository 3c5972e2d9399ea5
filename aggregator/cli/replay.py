"""``aggregator replay``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from aggregator.cli.log import configure
from aggregator.cli.progress import progress
from aggregator.cli.settings import settings_of
from aggregator.cli.show import plain, print_json
from aggregator.model.replay import Replayed, RowDifference

NAMED = 20
"""So many differences and lost captures are printed; --json has more."""
LONGEST = 60


@click.command()
@click.option("--since", type=click.DateTime(), help="Report only rows touched from this day (or instant, UTC) on.")
@click.option("--dry-run", is_flag=True, help="Report only, keep nothing; so it is without --into, too.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the new archive in this folder, with its published files. It must not hold one yet.",
)
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(config: Path | None, since: datetime | None, dry_run: bool, into: Path | None, as_json: bool) -> None:
    """Run today's parser and duplicate rules over all captures, in the order they came, and say what would differ.

    The archive itself is never changed; a service may run meanwhile. It takes about as long as reading every body once.
    Exit status 1 where captures could not be read.
    """
    from aggregator.service.replay import run

    configure()
    settings = settings_of(config)
    begin_at = None if since is None else since.replace(tzinfo=UTC)
    with progress("replaying") as bar:
        found = run(settings, None if dry_run else into, begin_at, bar.begin, bar.advance)
    if as_json:
        print_json({"equal": found.equal, **{name: getattr(found, name) for name in _SHOWN}})
    else:
        _print(found)
    if found.lost:
        raise click.exceptions.Exit(1)


_SHOWN = ("polls", "bodies", "uncaptured", "taken_down", "left_out", "lost", "tables", "differences", "journal_from")


def _print(found: Replayed) -> None:
    click.echo(f"{found.polls:,} polls replayed, {found.bodies:,} bodies")
    if found.uncaptured:
        click.echo(f"{found.uncaptured:,} polls brought bodies that were not kept: captures were off or paused")
    if found.taken_down:
        click.echo(f"{found.taken_down:,} polls brought bodies that were taken down since")
    for provenance, count in found.left_out.items():
        click.echo(f"{count:,} documents of the past ({provenance}) were not kept; their entries count as missing")
    for lost in found.lost[:NAMED]:
        click.echo(plain(f"lost: poll {lost.poll} of {lost.feed_id}: {lost.text}"))
    for table in found.tables:
        differs = f"{table.new:,} new, {table.missing:,} missing, {table.changed:,} changed"
        if table.table == "journal":
            differs = f"differs from row {found.journal_from} on"
        state = "equal" if table.equal else differs
        click.echo(f"{table.table:<12} {table.stored:>12,} stored {table.today:>12,} today  {state}")
    for difference in found.differences[:NAMED]:
        click.echo(plain(_line(difference)))
    if len(found.differences) > NAMED:
        click.echo("and more; --json names them")
    click.echo("nothing differs" if found.equal else "today's code would store this otherwise")


def _line(difference: RowDifference) -> str:
    columns = "; ".join(f"{name}: {_short(old)} → {_short(new)}" for name, old, new in difference.columns[:4])
    title = f" “{_short(difference.title)}”" if difference.title else ""
    return f"{difference.what} {difference.table} {difference.key}{title}{': ' if columns else ''}{columns}"


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
