"""``explain`` and ``feeds release`` as people and programs see them, on an archive made by real polls."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aggregator.cli import main
from aggregator.model import EntryFilter, Request, Response
from aggregator.pipeline.poll import poll
from tests.pipeline.fakes import FEED, URL, Home, answer, home, rss
from tests.pipeline.test_flood import AGENT, Notice, fresh, item


class World:
    """A configuration, and its archive."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        (folder / "data").mkdir()
        self.config = folder / "aggregator.toml"
        self.config.write_text('[storage]\npath = "data"\n[site]\ntitle = "News"\nurl = "http://news.example/"\n')
        (folder / "feeds.toml").write_text(f'[{FEED}]\nurl = "{URL}"\n')
        self.home: Home = home(path=folder / "data" / "archive.db")

    def ask(self, *items: str, hours: float = 2) -> None:
        """Let the time pass and poll a document."""
        self.home.later(hours=hours)

        def script(request: Request) -> Response:
            return answer(request, self.home.clock, rss(*items), headers={"etag": '"one"'})

        self.home.fetch.script = script
        asyncio.run(poll(FEED, self.home.ports, AGENT))

    def run(self, *words: str, status: int = 0) -> str:
        """What a command prints."""
        self._capsys.readouterr()
        assert main(["--config", str(self.config), *words]) == status
        printed = self._capsys.readouterr()
        return printed.out if status == 0 else printed.err

    def json(self, *words: str) -> Any:
        """The same as JSON."""
        return json.loads(self.run(*words, "--json"))


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[World]:
    """A feed whose site was imported anew."""
    made = World(tmp_path, capsys)
    made.ask(*(item(Notice(number), site="old") for number in range(90, 100)))
    made.ask(*(item(Notice(number), site="new") for number in range(100)), fresh(made.home, "new"))
    yield made
    made.home.store.close()


def numbers(place: World, outcome: str) -> list[int]:
    rows = place.home.store.catalogue.entries(EntryFilter(limit=500))
    return sorted(row.entry_id for row in rows if outcome in row.reason)


def test_an_entry_is_explained_by_rule_and_evidence(place: World) -> None:
    """b9: an entry that moved says under which ids it is known, by which rule, on which evidence."""
    facts = place.json("explain", "1")
    assert [decision["kind"] for decision in facts["decisions"]] == ["added", "renamed", "revised"]
    added, renamed, _ = facts["decisions"]
    assert added["rule"] == "4.3/8"
    assert {"content", "strength", "date"} <= set(added["evidence"])
    assert renamed["rule"] == "P-15/kin"
    assert renamed["evidence"]["before"] == "guid:old:90"
    assert facts["keys"] == ["guid:old:90", "guid:new:90"]
    assert any(alias.startswith("link ") for alias in facts["aliases"])
    assert facts["date"]["basis"] == "pubDate"
    assert "never moves" in facts["date"]["because"]
    text = place.run("explain", "1")
    assert "Known under another id: same title, same date" in text
    assert "[P-15/kin]" in text


def test_a_held_entry_says_so_and_can_be_released(place: World) -> None:
    """P-15: `explain` says that it is held and why; `feeds release` announces it, and `explain` tells that too."""
    (first, *rest) = numbers(place, "Held as back catalogue")
    assert len(rest) == 89
    assert "announced   no; held as back-catalogue until `aggregator feeds release`" in place.run("explain", str(first))
    assert len(place.json("feeds", "release", FEED, "--list")) == 90
    assert place.json("feeds", "release", FEED) == {"feed": FEED, "released": 90}
    facts = place.json("explain", str(first))
    assert facts["announced"]
    assert facts["decisions"][-1]["kind"] == "released"
    assert "nothing of knowsmere is held" in place.run("feeds", "release", FEED)


def test_a_feed_is_explained(place: World) -> None:
    """A-10, b9: state, rhythm, every bound that was weighed with the winner, validators, polls."""
    facts = place.json("explain", FEED)
    assert facts["findings"][0]["status"]
    names = [bound["bound"] for bound in facts["next_poll"]["considered"]]
    assert facts["next_poll"]["decided_by"] in names
    assert "floor" in names
    assert facts["held"] == 90
    assert [poll["outcome"] for poll in facts["polls"]] == ["modified", "modified"]
    assert "100 ids of this document" not in facts["polls"][1]["reason"]
    assert "held and not announced" in facts["polls"][0]["reason"]
    assert facts["asking"]["etag"] == '"one"'
    assert all(month["completeness"] == 1.0 for month in facts["months"])
    text = place.run("explain", FEED)
    assert "decided by" in text
    assert "last polls, newest first" in text
    assert "ETag" in text


def test_feeds_show_tells_completeness_and_what_is_held(place: World) -> None:
    """b3: how complete the archive is stands beside the state."""
    facts = place.json("feeds", "show", FEED)
    assert (facts["gaps_open"], facts["missed"], facts["held"]) == (0, 0, 90)
    assert set(facts["completeness"].values()) == {1.0}
    assert "completeness" in place.run("feeds", "show", FEED)


def test_a_mistyped_name_is_answered_with_the_nearest(place: World) -> None:
    """An id that is nearly a feed's is taken for that, any other for an entry's."""
    assert "did you mean “knowsmere”?" in place.run("explain", "knowsmeer", status=1)
    assert "no entry is called" in place.run("explain", "4711", status=1)
    assert "no feed is called" in place.run("feeds", "release", "nobody", status=1)
