"""``aggregator feeds release``: announce what the flood gate holds back."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.cli.settings import settings_of
from aggregator.cli.show import plain, print_json
from aggregator.model import FeedId, HeldEntry


@click.command()
@click.argument("feed")
@click.option("--list", "only_list", is_flag=True, help="Show what is held and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def release(config: Path | None, feed: str, only_list: bool, as_json: bool) -> None:
    """Announce the entries of a feed that are held back.

    When most ids of a feed change at once, its site has moved or was imported anew. What is old by its own words or
    dates is then stored but not announced. This command announces it after all; a running service publishes it with
    its next poll that brings something, `aggregator publish` at once.
    """
    from aggregator.opening import SystemClock, open_archive, open_catalogue

    settings = settings_of(config)
    feed_id = FeedId(feed)
    if only_list:
        with open_catalogue(settings) as catalogue:
            held = [each for each in catalogue.held(feed_id) if each.released_at is None]
            rows = [(each, catalogue.entry(str(each.entry_id))) for each in held]
        if as_json:
            print_json([_line(each, row.title) for each, row in rows])
            return
        for each, row in rows:
            click.echo(plain(f"{each.entry_id:>8}  {each.kind:<14}  {row.title}"))
        click.echo(f"{len(rows)} held")
        return
    with open_catalogue(settings) as catalogue:  # refuses to begin an archive
        catalogue.feeds()
    store = open_archive(settings)
    try:
        count = store.ledger.release(feed_id, SystemClock().now())
    finally:
        store.close()
    if as_json:
        print_json({"feed": feed_id, "released": count})
    else:
        click.echo(f"{count} entries of {feed_id} are announced" if count else f"nothing of {feed_id} is held")


def _line(held: HeldEntry, title: str) -> dict[str, object]:
    times = {"held_at": held.held_at, "release_at": held.release_at}
    return {"entry": held.entry_id, "title": title, "kind": held.kind} | times
