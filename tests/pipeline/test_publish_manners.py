"""The pages on our politeness among what is published: told anew once a day, not with every poll (H-73)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from aggregator.model import File, Request, Response, Site
from aggregator.pipeline.poll import poll
from aggregator.pipeline.publish import publish
from tests.pipeline.fakes import FEED, NOW, answer, home, item, rss

AGENT = "Aggregator/0.1 (+https://news.example/bot; 1 subscribers)"
SITE = Site(title="News", url="https://news.example/")
PAGES = {"politeness.html", "about-our-bot.html"}


@dataclass(slots=True)
class Shelf:
    """An output in memory; ``files`` by path, ``mark`` what is remembered."""

    files: dict[str, bytes] = field(default_factory=dict)
    mark: tuple[int, str] = (0, "")

    def write(self, files: Sequence[File]) -> tuple[str, ...]:
        changed = tuple(file.path for file in files if self.files.get(file.path) != file.body)
        self.files.update({file.path: file.body for file in files})
        return changed

    def remove_except(self, folder: str, keep: Sequence[str]) -> tuple[str, ...]:
        return ()

    def remove(self, paths: Sequence[str]) -> tuple[str, ...]:
        return tuple(path for path in paths if self.files.pop(path, None) is not None)

    def missing(self, paths: Sequence[str]) -> tuple[str, ...]:
        return tuple(path for path in paths if path not in self.files)

    def kept(self, path: str) -> None:
        pass

    def published(self) -> tuple[int, str]:
        return self.mark

    def remember(self, seq: int, rendering: str) -> None:
        self.mark = (seq, rendering)


async def test_the_ledger_is_told_once_a_day() -> None:
    """Every poll may publish; a week of rows is read for these pages only after midnight and when all is rendered."""
    place, shelf, read = home(), Shelf(), []

    def script(request: Request) -> Response:
        return answer(request, place.clock, rss(*(item(number) for number in range(len(place.fetch.requests)))))

    place.fetch.script = script
    real = type(place.store.archive).traces

    class Counting(type(place.store.archive)):  # type: ignore[misc]
        def traces(self, *span: object) -> object:
            read.append(span)
            return real(self, *span)

    place.store.archive = Counting(place.store.tables, place.store.archive.founding())  # type: ignore[union-attr]
    for hours in (0, 2, 3, 12, 2):
        place.later(hours=hours)
        await poll(FEED, place.ports, AGENT)
        publish(place.store, shelf, SITE, AGENT)
    assert len(read) == 2, "at first, and after midnight"
    assert set(shelf.files) >= PAGES
    assert b"3 requests to 1 host" in shelf.files["about-our-bot.html"]
    assert f"{NOW - timedelta(days=6):%Y-%m-%d} to {NOW:%Y-%m-%d}".encode() in shelf.files["about-our-bot.html"]
