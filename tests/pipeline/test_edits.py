"""The feed of edits through real polls and the real folder: told once, told at once, and no work where nothing is."""

from __future__ import annotations

from pathlib import Path

from aggregator.model import Site
from aggregator.pipeline import edits as edits_module
from aggregator.pipeline.poll import poll
from aggregator.pipeline.publish import publish
from aggregator.publish.folder import Folder
from tests.pipeline.fakes import FEED, WORDS, Home, answer, home, item, rss
from tests.publish.reading import understood_bytes

AGENT = "Aggregator/0.1 (+https://news.example/bot; 1 subscribers)"
SITE = Site(title="News", url="https://news.example/")


async def ask(place: Home, *items: str) -> None:
    """Two hours later, a poll of these items."""
    place.later(hours=2)
    place.fetch.script = lambda request: answer(request, place.clock, rss(*items))
    await poll(FEED, place.ports, AGENT)


async def test_edits_are_published_as_they_come(tmp_path: Path) -> None:
    """b1: a corrected figure is in the feed after the poll that saw it, the older edits stay as they were."""
    place, folder = home(), Folder(tmp_path)

    def entries() -> list[tuple[str, str]]:
        publish(place.store, folder, SITE, AGENT)
        found = understood_bytes((tmp_path / "edits.atom").read_bytes()).entries
        return [(one.id, one.title) for one in found]

    await ask(place, item(1), item(2))
    assert entries() == []
    await ask(place, item(1, WORDS.replace("Thursday", "Friday")), item(2))
    first = entries()
    assert [title for _, title in first] == ["Edited: Notice 1 about bins"]
    await ask(place, item(1, WORDS.replace("Thursday", "Friday")), item(2, WORDS.replace("brown", "green")))
    second = entries()
    assert [title for _, title in second] == ["Edited: Notice 2 about bins", "Edited: Notice 1 about bins"]
    assert second[1] == first[0]
    text = (tmp_path / "edits.atom").read_text()
    assert "removed: brown" in text
    assert "added: green" in text


async def test_nothing_is_compared_where_nothing_was_edited(tmp_path: Path) -> None:
    """Publishing costs what changed; one more edit is one more comparison, a new entry none."""
    place, folder = home(), Folder(tmp_path)
    edits_module._compared.cache_clear()
    await ask(place, item(1))
    for number in range(3):
        await ask(place, item(1, f"{WORDS} Line {number}."))
        publish(place.store, folder, SITE, AGENT)
    assert edits_module._compared.cache_info().misses == 3
    before = edits_module._compared.cache_info()
    await ask(place, item(1, f"{WORDS} Line 2."), item(2))
    publish(place.store, folder, SITE, AGENT)
    assert edits_module._compared.cache_info() == before
