"""``aggregator feeds add|remove|pause|resume``: changes of the feeds file, comments kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import click

from aggregator.cli.settings import named, settings_of
from aggregator.cli.show import plain, print_json
from aggregator.settings import feed_id_for
from aggregator.settings.edit import add_feed, remove_feed, set_enabled


@click.command()
@click.argument("url")
@click.option("--id", "feed_id", help="Its permanent id; default made from its title.")
@click.option("--title", help="Default: what the feed calls itself.")
@click.option("--category", help="A category such as council or paper.")
@click.option("--unchecked", is_flag=True, help="Do not ask the address first.")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def add(
    config: Path | None,
    url: str,
    feed_id: str | None,
    title: str | None,
    category: str | None,
    unchecked: bool,
    as_json: bool,
) -> None:
    """Add a feed. Give its address, or that of its site: the feed is then found through the page."""
    from aggregator.fetch.first import keep
    from aggregator.service.discover import Found, discover

    settings = settings_of(config)
    found = Found(url=url, title=title) if unchecked else asyncio.run(discover(settings, url))
    taken = {source.id for source in settings.feeds}
    name = feed_id or feed_id_for(title or found.title, found.url, taken)
    if found.answer is not None:
        keep(settings.storage.path, found.answer)
    add_feed(settings.feeds_file, name, found.url, title=title, category=category)
    if as_json:
        print_json({"id": name, "url": found.url, "title": title or found.title, "file": settings.feeds_file})
    else:
        click.echo(plain(f"added [{name}] {found.url} ({title or found.title or 'no title'}) to {settings.feeds_file}"))


def _edit(name: str, does: str, done: str, act: Callable[[Path, str], None]) -> click.Command:
    """Three commands that take feed ids and edit the file; they differ in one word."""

    @click.command(name, help=does)
    @click.argument("feeds", nargs=-1, required=True, metavar="FEED...")
    @click.pass_obj
    def edit(config: Path | None, feeds: tuple[str, ...]) -> None:
        settings = settings_of(config)
        for feed_id in named(settings, feeds):
            act(settings.feeds_file, feed_id)
            click.echo(f"{done} {feed_id} in {settings.feeds_file}")

    return edit


remove = _edit("remove", "Take feeds off the list; what was archived of them is kept for ever.", "removed", remove_feed)
pause = _edit(
    "pause", "Stop polling feeds until they are resumed.", "paused", lambda path, name: set_enabled(path, name, False)
)
resume = _edit("resume", "Poll paused feeds again.", "resumed", lambda path, name: set_enabled(path, name, True))
