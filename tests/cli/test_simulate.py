"""``aggregator simulate``: tables, JSON, pictures and recordings."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.cli import main
from aggregator.opening import open_archive
from aggregator.settings import load_settings
from tests import builders

SMALL = ["simulate", "--days", "16", "--feeds", "6", "--seeds", "2", "--jobs", "1"]


def test_json_is_the_same_twice(capsys: pytest.CaptureFixture[str]) -> None:
    """Same seed, same numbers, to the byte."""
    outputs = []
    for _ in range(2):
        assert main([*SMALL, "--policy", "ours", "--policy", "fixed", "--json"]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    figures = json.loads(outputs[0])["figures"]
    assert [(each["policy"], each["seed"]) for each in figures] == [
        ("ours", 1),
        ("fixed", 1),
        ("ours", 2),
        ("fixed", 2),
    ]


def test_several_processes_give_the_same_table(capsys: pytest.CaptureFixture[str]) -> None:
    """The number of processes changes no number."""
    assert main([*SMALL, "--policy", "fixed", "--policy", "miniflux"]) == 0
    alone = capsys.readouterr().out
    assert main([*SMALL[:-1], "2", "--policy", "fixed", "--policy", "miniflux"]) == 0
    assert capsys.readouterr().out == alone


def test_a_recording_is_replayed_and_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--recorded and --plot."""
    recording = tmp_path / "recorded.tsv"
    recording.write_text("".join(f"ashmere\t2019-05-{day:02}T09:30:00Z\n" for day in range(1, 29)), encoding="utf-8")
    picture = tmp_path / "images" / "curves.svg"
    options = ["--recorded", str(recording), "--policy", "ours", "--plot", str(picture)]
    assert main(["simulate", "--days", "20", "--jobs", "1", *options]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("ours\t")
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_a_bad_recording_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2, and the line is named."""
    recording = tmp_path / "recorded.tsv"
    recording.write_text("ashmere on Monday\n", encoding="utf-8")
    assert main(["simulate", "--recorded", str(recording)]) == 2
    assert "line 1" in capsys.readouterr().err


def test_the_archive_is_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--archive takes the dates of stored entries; without an archive it says so."""
    (tmp_path / "feeds.toml").write_text('[ashmere]\nurl = "https://ashmere.example/feed"\n', encoding="utf-8")
    config = tmp_path / "aggregator.toml"
    config.write_text('[storage]\npath = "data"\n', encoding="utf-8")
    command = ["--config", str(config), "simulate", "--days", "20", "--jobs", "1", "--policy", "fixed", "--archive"]
    assert main(command) == 1
    assert "nothing is archived" in capsys.readouterr().err
    (tmp_path / "data").mkdir()
    settings = load_settings(config)
    store = open_archive(settings)
    store.sources.sync(settings.feeds, builders.NOW)
    dates = [builders.NOW - timedelta(days=n) for n in range(30)]
    changes = [builders.added(builders.candidate(n), at) for n, at in enumerate(dates)]
    _, state = store.sources.get(settings.feeds[0].id)
    store.ledger.record(builders.record(state, *changes))
    store.close()
    assert main(command) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("fixed\t6\t")
