"""All formats together, from editions to files on the disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from aggregator.publish.edition import combined, of_category, of_feed
from aggregator.publish.folder import Folder
from aggregator.publish.render import render, render_site, rendering
from tests.publish.press import COUNCIL, FOUNDING, NOON, PAPER, SITE, full, item, press

EDITIONS = (
    combined([item(1), full(2)], SITE, FOUNDING),
    of_feed(COUNCIL, [item(1)], SITE, FOUNDING),
    of_category("council", [item(1)], SITE, FOUNDING),
)


def test_files_of_editions() -> None:
    """Every edition comes in three formats, one of a source also as a page."""
    paths = [file.path for file in render(EDITIONS, [COUNCIL, PAPER], press())]
    assert sorted(paths) == sorted(
        [f"{one.path}.{end}" for one in EDITIONS for end in ("atom", "rss", "json")] + ["feeds/otterby-council.html"]
    )


def test_files_of_the_site() -> None:
    """Front page, source list, the page about our bot, style sheet, icon and robots.txt; all accepted by the folder."""
    files = render_site(EDITIONS[0], [COUNCIL], press(), NOON)
    expected = {"index.html", "opml.xml", "style.css", "icon.svg", "robots.txt"}
    assert {file.path for file in files} == expected


def test_publishing_twice_writes_nothing(tmp_path: Path) -> None:
    """R-42: a second process that renders the same archive changes no byte on the disk."""
    for expected in (True, False):
        files = (*render(EDITIONS, [COUNCIL], press()), *render_site(EDITIONS[0], [COUNCIL], press(), NOON))
        assert bool(Folder(tmp_path).write(files)) is expected


def test_rendering_digest() -> None:
    """A change of site, version, hub or User-Agent gives another digest, so everything is rendered again."""
    variants = [
        press(),
        press(version="1.3"),
        press(hubs=("https://hub.example/",)),
        press(agent="x"),
        press(site=replace(SITE, title="Other")),
    ]
    assert len({rendering(one) for one in variants}) == len(variants)
    assert rendering(press()) == rendering(press(clean=lambda markup, base: ""))
