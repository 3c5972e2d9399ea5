"""``aggregator simulate``: tables, JSON, pictures and recordings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aggregator.cli import main

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
