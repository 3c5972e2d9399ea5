"""The answer kept for the first poll: used once, within the hour, and never trusted further than a server (H-09)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aggregator.fetch.first import FOLDER, FirstAnswers, keep, name_of, read, write
from aggregator.model import Exchange, Request, Validators
from tests.fetch.nouns import NOW, URL, response

ANSWER = response(200, ("etag", 'W/"odd"'), ("x-name", "Ærø"), body=b"<rss>\xff\x00</rss>")
FIRST = Request(url=URL, headers=())


@dataclass(slots=True)
class Clock:
    """Stands where it is put."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Server:
    """Answers everything, and counts."""

    asked: list[Request] = field(default_factory=list)

    async def __call__(self, request: Request) -> Exchange:
        self.asked.append(request)
        return response(200, body=b"from the server")


def test_an_answer_comes_back_as_it_was() -> None:
    """H-01: header strings and body to the byte."""
    assert read(write(ANSWER)) == ANSWER


async def test_it_serves_once(tmp_path: Path) -> None:
    """H-09: the first poll needs no request of its own, the second one does."""
    server = Server()
    fetch = FirstAnswers(tmp_path, server, Clock())
    keep(tmp_path, ANSWER)
    assert await fetch(FIRST) == ANSWER
    assert server.asked == []
    await fetch(FIRST)
    assert len(server.asked) == 1
    assert list((tmp_path / FOLDER).iterdir()) == []


async def test_other_requests_go_to_the_server(tmp_path: Path) -> None:
    """A request with validators is not the first one; another address is another feed."""
    server = Server()
    fetch = FirstAnswers(tmp_path, server, Clock())
    keep(tmp_path, ANSWER)
    await fetch(Request(url=URL, headers=(), validators=Validators(url=URL, etag='"1"')))
    await fetch(Request(url=URL + "2", headers=()))
    assert len(server.asked) == 2


@pytest.mark.parametrize("late", [timedelta(hours=1, seconds=1), timedelta(seconds=-1)])
async def test_what_is_old_or_of_tomorrow_is_not_used(tmp_path: Path, late: timedelta) -> None:
    """An answer older than the floor, or kept by a clock that was wrong, says nothing of now."""
    server = Server()
    keep(tmp_path, ANSWER)
    await FirstAnswers(tmp_path, server, Clock(ANSWER.started_at + late))(FIRST)
    assert len(server.asked) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", '{"url": 1}', "\0"])
async def test_a_broken_file_costs_a_request(tmp_path: Path, text: str) -> None:
    """Whatever lies there, the feed is asked; no exception, and the file is gone."""
    server = Server()
    path = tmp_path / FOLDER / name_of(URL)
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    await FirstAnswers(tmp_path, server, Clock())(FIRST)
    assert len(server.asked) == 1
    assert not path.exists()


async def test_an_answer_for_another_address_is_not_used(tmp_path: Path) -> None:
    """The address inside counts, not the name of the file."""
    server = Server()
    keep(tmp_path, ANSWER)
    (tmp_path / FOLDER / name_of(URL)).rename(tmp_path / FOLDER / name_of(URL + "2"))
    await FirstAnswers(tmp_path, server, Clock())(Request(url=URL + "2", headers=()))
    assert len(server.asked) == 1


def test_a_folder_that_cannot_be_made_is_no_fault(tmp_path: Path) -> None:
    """`feeds add` must not fail for a kept answer."""
    (tmp_path / FOLDER).write_text("a file in the way", "utf-8")
    keep(tmp_path, ANSWER)
    assert (tmp_path / FOLDER).read_text("utf-8") == "a file in the way"
