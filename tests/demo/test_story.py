"""The whole story through the real command line, second by second: merge, duplicate, revision and outage."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo import witness
from demo.configuration import write
from demo.publishers import PUBLISHERS
from demo.server import Hand, Publishers
from demo.service import command, rows
from demo.witness import Witness

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """What the command line said at each moment, and at the end."""

    feeds: dict[int, dict[str, Row]]
    polls: dict[int, Row]
    entries: list[Row]
    history: list[Row]
    combined: bytes
    farm: Publishers


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Polls every publisher at five moments of the story."""
    folder: Path = tmp_path_factory.mktemp("story")
    # The dates of the story must lie in the past of the real clock, which the command line reads.
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=120)
    hand = Hand(start)
    with Publishers(start=start, clock=hand) as farm:
        config = write(folder, PUBLISHERS, farm.urls, 8000).file
        feeds, polls = {}, {}
        # The council is read before the paper has its copy: of two feeds in one round either may come first.
        for second in (0, 8, 14, 25, 40):
            hand.elapsed = second
            polls[second] = poll(config)
            feeds[second] = {feed["id"]: feed for feed in rows(config, "feeds", "list")}
        entries = list(rows(config, "entries", "--limit", "200"))
        changed = witness.revised(entries)
        history = list(rows(config, "history", changed)) if changed else []
        yield Told(feeds, polls, entries, history, (folder / "data/public/feed.atom").read_bytes(), farm)


def poll(config: Path) -> Row:
    """One poll of all."""
    done = subprocess.run(command(config, "poll", "--all", "--json"), capture_output=True, timeout=60, check=True)
    summary: Row = json.loads(done.stdout)["summary"]
    return summary


def of(told: Told, feed: str, word: str) -> list[Row]:
    """The stored entries of a feed with this word in the title."""
    return [entry for entry in told.entries if entry["feed_id"] == feed and word in entry["title"]]


def test_seven_publishers_become_one_feed(told: Told) -> None:
    """One combined feed names them all; only what was not seen before is new."""
    assert told.polls[0]["failed"] == 0
    sight = witness.merge(told.combined)
    assert sight is not None
    assert f"{len(PUBLISHERS)} publishers" in sight.text
    assert told.polls[40]["new"] == 2


def test_the_reprint_is_a_duplicate_and_the_edited_copy_is_not(told: Told) -> None:
    """4.3/7: the word-for-word copy joins the council's entry; the paper's own words about the bridge are new."""
    (release,), (reprint,) = of(told, "council", "Inspectors"), of(told, "gazette", "Inspectors")
    assert (release["outcome"], release["lead"]) == ("new", None)
    assert (reprint["outcome"], reprint["lead"], reprint["emitted"]) == ("duplicate", release["id"], False)
    assert {entry["outcome"] for entry in of(told, "gazette", "Mill Lane")} == {"new"}
    assert {entry["outcome"] for entry in of(told, "northshore", "inadequate")} == {"new"}


def test_the_correction_is_a_revision(told: Told) -> None:
    """D-24: £500 became £900 in one entry, both versions are kept, and the change is significant."""
    assert [("£500" in version["title"], "£900" in version["title"]) for version in told.history] == [
        (True, False),
        (False, True),
    ]
    assert told.history[-1]["significant"]


def test_an_unstable_guid_makes_no_new_entry(told: Told) -> None:
    """P-14: #0, #1 and #2 are one entry with three versions."""
    (report,) = of(told, "northshore", "inadequate")
    assert report["revisions"] == 3


def test_the_outage_is_told_and_survived(told: Told) -> None:
    """H-48, P-01: 503 and the error page are told apart in plain words; afterwards all is well and nothing is lost."""
    states = {second: told.feeds[second]["parish"] for second in told.feeds}
    assert [states[second]["status"] for second in (0, 14, 25, 40)] == ["healthy", "failing", "not-a-feed", "healthy"]
    assert "503" in states[14]["status_text"]
    assert states[25]["entries"] == states[0]["entries"] == 3
    assert states[40]["entries"] == 4
    one = Witness()
    assert [one.look_at_feeds(list(feeds.values())) is not None for feeds in told.feeds.values()].count(True) == 1


def test_committees_are_all_kept(told: Told) -> None:
    """D-05, D-06: notices of one template are as many entries as there are notices."""
    assert len({entry["id"] for entry in told.entries if entry["feed_id"] == "committees"}) == 6
    assert told.feeds[40]["committees"]["entries"] == 6


def test_unchanged_publishers_answer_cheaply(told: Told) -> None:
    """H-02: with the validators of the last answer the councillor's unchanged blog says 304."""
    assert [asked.status for asked in told.farm.of("penketh")] == [200, 304, 304, 200, 304]
