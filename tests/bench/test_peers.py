"""Other programs beside ours: each is asked on the same feeds, and the table says what it took."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from bench.farm import Farm
from bench.farmhouse import Farmhouse
from bench.peers import PEERS, Naive, Newsboat, Peer, PeerResult, Sfeed, compare
from bench.report import Report, as_json, show

FARM = Farm(4, 5, 1, 1_780_000_000)


def test_the_first_draft_polls_every_feed(tmp_path: Path) -> None:
    """It stores everything once, asks conditionally afterwards, and finds what is new."""
    told: list[str] = []
    with Farmhouse(FARM) as house:
        found = [
            one for one in compare(house, tmp_path, ("cold", "same", "new"), told.append) if one.peer == Naive.name
        ]
    assert [(one.scenario, one.entries) for one in found] == [("cold", 20), ("same", 20), ("new", 24)]
    assert all(one.cpu > 0 and one.peak > 0 for one in found)


@pytest.mark.parametrize("peer", [Newsboat(), Sfeed()], ids=lambda peer: peer.name)
def test_installed_programs_are_subscribed_to_all(peer: Peer, tmp_path: Path) -> None:
    """Where the program is there, it polls the feeds; elsewhere this says so and skips."""
    if not peer.installed():
        pytest.skip(f"{peer.name} is not installed here")
    with Farmhouse(FARM) as house:
        found = [one for one in compare(house, tmp_path, ("cold",), lambda _: None) if one.peer == peer.name]
    assert found
    assert found[0].entries > 10


def test_names_are_distinct() -> None:
    """A row each."""
    assert len({peer.name for peer in PEERS}) == len(PEERS)


def test_the_report_shows_them() -> None:
    """One line a program, and the same for machines."""
    one = PeerResult(peer="somebody", scenario="cold", wall=2.0, cpu=1.25, peak=50_000_000, entries=20)
    report = Report(
        farm=FARM,
        farm_bytes=1,
        cores={},
        results=[],
        judgements=[],
        memory=None,
        growth=[],
        growth_bound=2.0,
        peers=[one],
    )
    console = Console(width=120, file=io.StringIO())
    show(report, console)
    assert isinstance(console.file, io.StringIO)
    assert "somebody" in console.file.getvalue()
    assert as_json(report)["peers"][0]["cpu"] == 1.25
    assert report.failures == []
