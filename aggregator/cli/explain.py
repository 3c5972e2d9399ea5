"""``aggregator explain``: why an entry is what it is, why a feed is asked when it is."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import click

from aggregator.cli.explain_entry import entry_facts, entry_lines
from aggregator.cli.explain_feed import feed_facts, feed_lines
from aggregator.cli.settings import settings_of
from aggregator.cli.show import plain, print_json
from aggregator.errors import UnknownEntryError, UnknownFeedError


@click.command()
@click.argument("name", metavar="ENTRY|FEED")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(config: Path | None, name: str, as_json: bool) -> None:
    """Explain every decision about an entry, or the state and the next poll of a feed.

    Of an entry (its number or public id): each decision with its rule, the facts compared, where its date comes from,
    under which keys it is known. Of a feed (its id): its state and what else holds of it, its rhythm, everything that
    was weighed for the next poll, how its entries are told apart, gaps, what is held back, its last polls. Rules are
    named as in the requirements: 4.3/7, P-15, H-29.
    """
    from aggregator.opening import SystemClock, open_jobs

    settings = settings_of(config)
    with open_jobs(settings) as (catalogue, backfills):
        feeds = {row.source.id: row for row in catalogue.feeds()}
        row = next((row for feed_id, row in feeds.items() if feed_id == name), None)
        if row is not None:
            facts = feed_facts(row, catalogue, SystemClock().now(), backfills.of(row.source.id))
            lines = feed_lines(facts, settings.site.timezone)
        else:
            try:
                facts = entry_facts(name, catalogue)
            except UnknownEntryError:
                if near := get_close_matches(name, feeds, 1):
                    raise UnknownFeedError(name, near[0]) from None
                raise
            lines = entry_lines(facts, settings.site.timezone)
    if as_json:
        print_json(facts)
    else:
        click.echo("\n".join(plain(line) for line in lines))
